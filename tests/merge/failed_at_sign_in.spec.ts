import { test } from '@japa/runner'
import type { Assert } from '@japa/assert'

import { logIn } from '../app/log_in.ts'
import { collectLog } from '../app/log_lines.ts'
import { dialect } from '../app/test_database.ts'
import type { TestApp, TestAppOptions } from '../app/test_app.ts'
import { ANN, becomeGuest, createShop, listOwners, preparing } from '../app/shop_app.ts'

/**
 * A guest with a cart and a note, and an account with another cart
 */
async function createClash(options: TestAppOptions = {}) {
  const { log, lines } = collectLog()
  const { app, ann } = await createShop({ log, ...options })
  const failures: any[] = []
  app.emitter.on('guest_user:merge_failed', (event) => void failures.push(event))
  const { visitor, id, name } = await becomeGuest(app)
  await app.db.table('notes').insert({ user_id: id, body: 'one' })
  await app.db.table('carts').multiInsert([
    { user_id: ann.id, total: 3 },
    { user_id: id, total: 5 },
  ])
  lines.length = 0
  return { app, ann, visitor, id, name, failures, lines }
}

async function assertWhole(assert: Assert, app: TestApp, id: number) {
  assert.deepEqual(await listOwners(app, 'notes'), [id])
  assert.deepEqual(await listOwners(app, 'guests'), [id])
  assert.equal(
    await app.db
      .from('carts')
      .where('user_id', id)
      .first()
      .then((cart) => cart.total),
    5
  )
}

const adding = ({ guestRow, accountRow }: any) => {
  accountRow.total += guestRow.total
  return accountRow.save()
}

test.group('A merge that fails at the sign-in', () => {
  test('lets the person in, and keeps the guest whole', async ({ assert, cleanup }) => {
    const { app, ann, visitor, id, name, failures, lines } = await createClash()
    cleanup(() => app.close())

    const response = await visitor.post('/login', ANN)
    assert.equal(response.status, 200, response.text)
    assert.deepInclude(response.json(), { id: ann.id, kind: 'regular' })
    assert.deepInclude((await visitor.get('/about')).json(), { id: ann.id, kind: 'regular' })
    await assertWhole(assert, app, id)
    assert.equal((await visitor.get('/previous')).json().name, name)

    assert.lengthOf(failures, 1)
    const [{ user, guestId, error, ctx }] = failures
    assert.equal(user.id, ann.id)
    assert.equal(guestId, id)
    assert.equal(error.code, 'E_GUEST_MERGE_FAILED')
    assert.equal(ctx.request.url(), '/login')

    assert.lengthOf(lines, 1)
    const [{ level, msg }] = lines
    assert.equal(level, 40)
    assert.match(msg, /both have a row in "(\w+\.)?carts"/)
    assert.include(
      msg,
      `{ relation: 'cart', onConflict: 'keepAccount' } in "transfer" of "config/guest_user.ts"`
    )
  })

  test('can still be merged, once there is a policy', async ({ assert, cleanup }) => {
    const entry: { relation: string; onConflict?: unknown } = { relation: 'cart' }
    const { app, ann, visitor, name } = await createClash({
      guestUser: { transfer: [entry] as never },
    })
    cleanup(() => app.close())
    await visitor.post('/login', ANN)
    assert.equal((await visitor.post('/bring', {}, { accept: 'application/json' })).status, 500)
    assert.equal((await visitor.get('/previous')).json().name, name)

    entry.onConflict = adding
    assert.equal((await visitor.post('/bring')).status, 200)
    assert.deepEqual(await listOwners(app, 'notes'), [ann.id])
    const carts = await app.db.from('carts')
    assert.deepEqual(
      carts.map((cart) => [cart.user_id, cart.total]),
      [[ann.id, 8]]
    )
    assert.isNull((await visitor.get('/previous')).json().name)
  })

  test('leaves a guest who expires as any other', async ({ assert, cleanup }) => {
    const { app, visitor } = await createClash()
    cleanup(() => app.close())
    await visitor.post('/login', ANN)
    await app.expireGuests()
    assert.equal((await app.guestUsers.cleanup()).deleted, 1)
    assert.isNull((await visitor.get('/previous')).json().name)
    assert.equal((await visitor.get('/about')).json().kind, 'regular')
  })

  test('fails the sign-in when the mode is strict', async ({ assert, cleanup }) => {
    const { app, visitor, id, failures } = await createClash({ guestUser: { mergeMode: 'strict' } })
    cleanup(() => app.close())
    assert.equal((await visitor.post('/login', ANN)).status, 500)
    assert.deepInclude((await visitor.get('/about')).json(), { id, kind: 'guest' })
    await assertWhole(assert, app, id)
    assert.lengthOf(failures, 0)
  })

  test('a call of your own still throws', async ({ assert, cleanup }) => {
    const { app, ann, id, visitor, failures } = await createClash()
    cleanup(() => app.close())
    await assert.rejects(() => app.guestUsers.merge(id, ann), /both have a row in/)
    const response = await visitor.post('/merge', ANN, { accept: 'application/json' })
    assert.equal(response.status, 500)
    await assertWhole(assert, app, id)
    assert.lengthOf(failures, 0)
  })

  test('lets the person in when {reason}')
    .with([
      {
        reason: 'the callback "merge" throws',
        guestUser: {
          merge() {
            throw new TypeError('a broken callback')
          },
        },
        expected: /a broken callback/,
      },
      {
        reason: 'a policy throws',
        guestUser: {
          transfer: [
            {
              relation: 'cart',
              onConflict() {
                throw new TypeError('a broken policy')
              },
            },
          ],
        },
        expected: /a broken policy/,
      },
      {
        reason: 'a policy breaks a rule of the database',
        guestUser: {
          transfer: [
            {
              relation: 'cart',
              onConflict: ({ accountRow }: any) => accountRow.merge({ total: null }).save(),
            },
          ],
        },
        expected: /"(\w+\.)?carts" cannot move as they are \(not_null\)/,
      },
      {
        reason: 'what becomes of its rows is refused by a trigger',
        guestUser: { transfer: [{ relation: 'cart', onConflict: 'keepAccount' }] },
        trigger: true,
        expected: /"(\w+\.)?notes" cannot move as they are/,
      },
    ] as { reason: string; guestUser: object; trigger?: boolean; expected: RegExp }[])
    .run(async ({ assert, cleanup }, { guestUser, trigger, expected }) => {
      const { app, ann, visitor, id, name, failures, lines } = await createClash({ guestUser })
      cleanup(() => app.close())
      if (trigger) {
        await refuseUpdates(app, 'notes')
      }
      const response = await visitor.post('/login', ANN)
      assert.deepInclude(response.json(), { id: ann.id, kind: 'regular' })
      await assertWhole(assert, app, id)
      assert.equal((await visitor.get('/previous')).json().name, name)
      assert.lengthOf(failures, 1)
      assert.match(failures[0].error.message, expected)
      assert.lengthOf(lines, 1)
      assert.match(lines[0].msg, /Signing in without merging the guest/)
    })

  test('a listener that throws costs a line in the log', async ({ assert, cleanup }) => {
    const { app, ann, visitor, lines } = await createClash()
    cleanup(() => app.close())
    app.emitter.on('guest_user:merge_failed', () => {
      throw new Error('a broken listener')
    })
    assert.equal((await visitor.post('/login', ANN)).json().id, ann.id)
    assert.equal((await visitor.get('/about')).json().id, ann.id)
    assert.match(JSON.stringify(lines), /a broken listener/)
  })

  test('inside a transaction of the application', async ({ assert, cleanup }) => {
    const { app, ann, visitor, id, name } = await createClash({
      routes(router) {
        router.post('/within', async (ctx) => {
          await app.db.transaction(async (trx) => {
            const account = await app.User.findByOrFail('email', ANN.email, { client: trx })
            await logIn(ctx, account)
          })
          return 'done'
        })
      },
    })
    cleanup(() => app.close())
    assert.equal((await visitor.post('/within')).text, 'done')
    assert.equal((await visitor.get('/about')).json().id, ann.id)
    await assertWhole(assert, app, id)
    assert.equal((await visitor.get('/previous')).json().name, name)
  })
})

test.group('A merge that COMMIT refuses', () => {
  if (dialect !== 'postgres') {
    return
  }

  test('lets the person in, and keeps the guest whole', async ({ assert, cleanup }) => {
    const { app, ann, visitor, id, name, failures, lines } = await createClash({
      guestUser: { transfer: [{ relation: 'cart', onConflict: 'keepAccount' }] as never },
    })
    cleanup(() => app.close())
    await refuseUpdates(app, 'notes')
    await app.db.rawQuery('drop trigger frozen on notes')
    await app.db.rawQuery(
      'create constraint trigger frozen after update on notes deferrable initially deferred for each row execute function freeze()'
    )
    assert.deepInclude((await visitor.post('/login', ANN)).json(), { id: ann.id, kind: 'regular' })
    await assertWhole(assert, app, id)
    assert.equal((await visitor.get('/previous')).json().name, name)
    assert.lengthOf(failures, 1)
    assert.notInclude(JSON.stringify(lines), 'frozen', 'drivers put values into their messages')
  })
})

test.group('A merge that the database cannot do now', () => {
  test('fails the sign-in, and is done at the next', async ({ assert, cleanup }) => {
    let isDown = true
    const { app, ann, visitor, id, failures } = await createClash({
      guestUser: {
        transfer: [{ relation: 'cart', onConflict: 'keepGuest' }] as never,
        async merge({ trx }) {
          if (isDown) {
            await breakDown(trx)
          }
        },
      },
    })
    cleanup(() => app.close())

    assert.equal((await visitor.post('/login', ANN)).status, 500)
    assert.deepInclude((await visitor.get('/about')).json(), { id, kind: 'guest' })
    await assertWhole(assert, app, id)
    assert.lengthOf(failures, 0)

    isDown = false
    assert.deepInclude((await visitor.post('/login', ANN)).json(), { id: ann.id, kind: 'regular' })
    assert.deepEqual(await listOwners(app, 'notes'), [ann.id])
  })
})

test.group('A merge that never comes to its end', () => {
  test('because a dropped row still has rows of its own', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop({
      guestUser: { transfer: [{ relation: 'cart', onConflict: 'keepAccount' }] as never },
      ...preparing(async ({ db }) => {
        await db.connection().schema.createTable('invoices', (table) => {
          table.increments('id')
          table.integer('cart_id').unsigned().notNullable()
          table.foreign('cart_id').references('id').inTable('carts').onDelete('RESTRICT')
        })
      }),
    })
    cleanup(() => app.close())
    const { visitor, id, name } = await becomeGuest(app)
    await app.db.table('carts').multiInsert([
      { id: 1, user_id: ann.id, total: 3 },
      { id: 2, user_id: id, total: 5 },
    ])
    await app.db.table('invoices').insert({ cart_id: 2 })

    assert.equal((await visitor.post('/login', ANN)).json().id, ann.id)
    assert.equal((await visitor.get('/previous')).json().name, name)
    await assert.rejects(
      () => app.guestUsers.merge(id, ann),
      /rows of the guest in "(\w+\.)?carts" cannot move as they are \(foreign_key/
    )
  })
})

/**
 * A table whose rows cannot change
 */
async function refuseUpdates(app: TestApp, table: string) {
  const statements = {
    sqlite: [
      `create trigger frozen before update on ${table} begin select raise(abort, 'frozen'); end`,
    ],
    postgres: [
      `create function freeze() returns trigger as 'begin raise exception ''frozen''; end' language plpgsql`,
      `create trigger frozen before update on ${table} for each row execute function freeze()`,
    ],
    mariadb: [
      `create trigger frozen before update on ${table} for each row signal sqlstate '45000' set message_text = 'frozen'`,
    ],
  }[dialect]
  for (const statement of statements) {
    await app.db.rawQuery(statement)
  }
}

/**
 * The database ends the connection, or cannot write
 */
async function breakDown(trx: any) {
  switch (dialect) {
    case 'postgres':
      return trx.rawQuery('select pg_terminate_backend(pg_backend_pid())')
    case 'mariadb':
      return trx.rawQuery('kill connection_id()')
    default:
      await trx.rawQuery('pragma query_only = 1')
      try {
        await trx.from('notes').update({ body: 'other' })
      } finally {
        await trx.rawQuery('pragma query_only = 0')
      }
  }
}
