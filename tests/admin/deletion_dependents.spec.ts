import { deflateRawSync } from 'node:zlib'

import { DateTime } from 'luxon'
import { test } from '@japa/runner'
import { column } from '@adonisjs/lucid/orm'

import { Guest } from '../../src/models/guest.ts'
import { Visitor } from '../app/visitor.ts'
import { messages } from '../app/page_messages.ts'
import { dialect } from '../app/test_database.ts'
import type { TestApp, TestAppOptions } from '../app/test_app.ts'
import {
  arriveAsOperator,
  createAdminApp,
  createGuests,
  OPERATOR,
  type Operator,
} from '../app/admin_app.ts'

const LIST = '/admin/guests'
const DELETE = '/admin/guests/delete'

type Prepare = NonNullable<TestAppOptions['prepare']>
type Database = Parameters<Prepare>[0]['db']
type Columns = Parameters<ReturnType<Database['connection']>['schema']['createTable']>[1]

/**
 * A table of the application
 */
function createTable(db: Database, name: string, columns: Columns) {
  return db.connection().schema.createTable(name, columns)
}

/**
 * Presses the button of a confirmation page that was opened before
 */
async function confirm(operator: Operator, page: { text: string }) {
  const answer = await operator.send(page.text, DELETE)
  const list = await operator.get(answer.location!)
  return { ...answer, messages: messages(list.text) }
}

async function confirmAll(operator: Operator, query: string) {
  return confirm(operator, await operator.get(`${DELETE}?${query}`))
}

/**
 * Visits the site as somebody who has been there before
 */
async function comeBack(app: TestApp, id: number | string) {
  const visitor = new Visitor(app.url)
  await visitor.get(`/log-in/${id}`)
  await visitor.get('/cart')
}

/**
 * What the confirmation page says about a table
 */
function effectOn(table: string, html: string) {
  const row = html.split('<tr').find((part) => part.includes(`<code>${table}</code>`))
  return row
    ?.slice(row.indexOf('<code>'))
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

test.group('Admin pages: between the confirmation and the delete', () => {
  test('somebody comes back, merges, converts or is cleaned up', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const [back, merged, converted, cleaned, gone] = await createGuests(app, [40, 40, 40, 50, 40])
    const operator = await arriveAsOperator(app)
    const account = await app.User.findByOrFail('email', OPERATOR)
    const query = [back, merged, converted, cleaned, gone].map((id) => `guests=${id}`).join('&')
    const page = await operator.get(`${DELETE}?${query}&older_than=30d`)
    assert.include(page.text, 'Delete 5 guests?')

    await comeBack(app, back)
    await app.guestUsers.merge(merged, account.id)
    await app.guestUsers.convert(converted, { email: 'ann@example.com' })
    await app.guestUsers.cleanup({ olderThan: 45 * 24 * 3600 * 1000 })

    const answer = await confirm(operator, page)
    assert.deepEqual(answer.messages, [
      '1 guest was deleted.',
      '4 guests were gone already, or came back.',
    ])
    assert.isNull(await app.User.find(gone))
    for (const id of [back, converted, account.id]) {
      assert.isNotNull(await app.User.find(id))
    }
  })

  test('somebody gets old enough', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const [old, young] = await createGuests(app, [2, 0])
    const operator = await arriveAsOperator(app)
    const page = await operator.get(`${DELETE}?all=1&older_than=1+second`)
    // Seen in the second before the page was opened, so that they were too young
    const isGoing = page.text.includes('Delete 2 guests?')
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await app.guestUsers.create()

    const answer = await confirm(operator, page)
    assert.deepEqual(answer.messages, [isGoing ? '2 guests were deleted.' : '1 guest was deleted.'])
    assert.isNull(await app.User.find(old))
    assert.equal((await app.User.find(young)) === null, isGoing)
    assert.equal(await app.count('guests'), isGoing ? 1 : 2)
  })

  test('a search that finds others meanwhile deletes no younger ones', async ({
    assert,
    cleanup,
  }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const [ann, bob, eve] = await createGuests(app, [40, 40, 1])
    const rename = (id: number, name: string) =>
      app.db.from('users').where('id', id).update({ full_name: name })
    await rename(ann, 'Ann')
    const operator = await arriveAsOperator(app)
    const page = await operator.get(`${DELETE}?all=1&search=Ann&older_than=30d`)
    assert.include(page.text, 'Delete 1 guest?')

    await rename(eve, 'Annabel')
    const answer = await confirm(operator, page)
    assert.deepEqual(answer.messages, ['1 guest was deleted.'])
    assert.isNull(await app.User.find(ann))
    assert.isNotNull(await app.User.find(bob))
    assert.isNotNull(await app.User.find(eve))
  })

  test('the operator loses the right: nobody goes', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    await createGuests(app, [40, 40])
    const operator = await arriveAsOperator(app)
    const page = await operator.get(`${DELETE}?all=1&older_than=1d`)

    await app.User.query().where('email', OPERATOR).update({ email: 'nobody@example.com' })
    const { status } = await operator.send(page.text, DELETE)
    assert.equal(status, 403)
    assert.equal(await app.count('guests'), 2)
  })

  test('the session is lost: nobody goes', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    await createGuests(app, [40, 40])
    const operator = await arriveAsOperator(app)
    const page = await operator.get(`${DELETE}?all=1&older_than=1d`)

    operator.cookies.clear()
    const { status } = await operator.send(page.text, DELETE)
    assert.isBelow(status, 500)
    assert.equal(await app.count('guests'), 2)
    assert.equal((await operator.get(LIST)).status, 403)
  })

  test('a double click', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const ids = await createGuests(
      app,
      Array.from({ length: 700 }, () => 40)
    )
    const operator = await arriveAsOperator(app)
    const page = await operator.get(`${DELETE}?all=1&older_than=1d`)

    const tabs = [operator, operator.clone(), operator.clone()] as Operator[]
    const answers = await Promise.all(
      tabs.map((tab) =>
        tab.post(DELETE, Object.fromEntries(hiddenOf(page.text)) as Record<string, string>)
      )
    )
    for (const { status } of answers) {
      assert.equal(status, 303)
    }
    assert.equal(await app.count('guests'), 0)
    assert.equal(await app.count('users'), 1)
    assert.equal(await app.count('notes'), 0)

    // And once more, when all is over
    const late = await confirm(operator, page)
    assert.deepEqual(late.messages, ['Nobody was deleted.'])
    assert.lengthOf(ids, 700)
  })
})

function hiddenOf(html: string): string[][] {
  const form = html.slice(html.indexOf('method="post"'))
  return [...form.matchAll(/name=["'](\w+)["'] value=["']([^"']*)["']/g)].map(([, name, value]) => [
    name,
    value,
  ])
}

test.group('Admin pages: seals', () => {
  async function seal(
    app: TestApp,
    purpose: string,
    state: unknown,
    age: number | string = '2 hours'
  ) {
    const encryption = await app.app.container.make('encryption')
    const packed = deflateRawSync(JSON.stringify(state)).toString('base64url')
    return encryption.getMessageVerifier().sign(packed, age, `guest_user.${purpose}`)
  }
  const everybody = {
    list: {},
    outcome: { deleted: 0, blocked: 0, left: 0, holders: [], isKept: false },
    took: 0,
  }

  test('made for something else, or too old, delete nobody: {name}')
    .with([
      { name: 'of the list', purpose: '-created', age: 7_200_000 },
      { name: 'of something else', purpose: 'other', age: 7_200_000 },
      { name: 'too old', purpose: 'deletion', age: 1 },
    ])
    .run(async ({ assert, cleanup }, { purpose, age }) => {
      const app = await createAdminApp()
      cleanup(() => app.close())
      await createGuests(app, [40, 40])
      const operator = await arriveAsOperator(app)
      const page = await operator.get(`${DELETE}?all=1&older_than=1d`)
      const deletion = await seal(app, purpose, everybody, age)
      await new Promise((resolve) => setTimeout(resolve, 5))

      const answer = await operator.send(page.text, DELETE, { deletion })
      assert.equal(answer.location, LIST)
      const list = await operator.get(LIST)
      assert.match(messages(list.text).join(), /too old, or not what was shown/)
      assert.equal(await app.count('guests'), 2)

      const progress = await operator.get(`${DELETE}/progress?run=${deletion}`)
      assert.equal(progress.location, LIST)

      // It is the seal alone that protects them
      const right = await seal(app, 'deletion', everybody)
      await operator.send(page.text, DELETE, { deletion: right })
      assert.equal(await app.count('guests'), 0)
    })

  test('a page of the list belongs to its order', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    await createGuests(
      app,
      Array.from({ length: 60 }, (_, index) => index)
    )
    const operator = await arriveAsOperator(app)
    const { text } = await operator.get(LIST)
    const after = /href="[^"]*after=([^"&]+)/.exec(text)![1]
    const page = await operator.get(`${LIST}?after=${after}`)
    assert.equal(page.text.match(/name="guests"/g)?.length, 10)

    for (const query of [
      `sort=created&after=${after}`,
      `before=${after.slice(0, -3)}abc`,
      `after=${await seal(app, 'deletion', everybody)}`,
      `after=${after}&after=${after}`,
    ]) {
      const lost = await operator.get(`${LIST}?${query}`)
      assert.equal(lost.status, 200)
      assert.equal(lost.text.match(/name="guests"/g)?.length, 50)
      assert.include(messages(lost.text).join(), 'cannot be found any more')
    }
  })
})

test.group('Admin pages: what depends on guests', () => {
  test('foreign keys of every kind are told before, and minded', async ({ assert, cleanup }) => {
    const app = await createAdminApp({
      async prepare({ db }) {
        await createTable(db, 'order', (table) => {
          table.increments('group')
          table.integer('select').unsigned()
          table.foreign('select').references('id').inTable('users').onDelete('CASCADE')
        })
        await createTable(db, 'order_lines', (table) => {
          table.increments('id')
          table.integer('order_id').unsigned()
          table.foreign('order_id').references('group').inTable('order').onDelete('CASCADE')
        })
        await createTable(db, 'reviews', (table) => {
          table.increments('id')
          table.integer('user_id').unsigned().nullable()
          table.foreign('user_id').references('id').inTable('users').onDelete('SET NULL')
        })
        await createTable(db, 'mails', (table) => {
          table.increments('id')
          table.string('address', 254)
          table.foreign('address').references('email').inTable('users').onDelete('RESTRICT')
        })
        await createTable(db, 'visits_of_guests', (table) => {
          table.increments('id')
          table.integer('guest_id').unsigned()
          table.foreign('guest_id').references('user_id').inTable('guests').onDelete('CASCADE')
        })
        await db.connection().schema.alterTable('users', (table) => {
          table.integer('invited_by').unsigned().nullable()
          if (dialect !== 'sqlite') {
            table.foreign('invited_by').references('id').inTable('users').onDelete('SET NULL')
          }
        })
      },
    })
    cleanup(() => app.close())
    const [rich, mailed, plain] = await createGuests(app, [40, 41, 42])
    const operator = await arriveAsOperator(app)
    const account = await app.User.findByOrFail('email', OPERATOR)
    for (const id of [rich, plain, account.id]) {
      await app.db.table('order').insert({ select: id })
      const [order] = await app.db.from('order').where('select', id)
      await app.db
        .table('order_lines')
        .multiInsert([{ order_id: order.group }, { order_id: order.group }])
      await app.db.table('reviews').insert({ user_id: id })
    }
    await app.db.table('mails').insert({ address: `${mailed}@guest.invalid` })
    await app.db.table('visits_of_guests').insert({ guest_id: rich })
    await app.db.from('users').where('id', account.id).update({ invited_by: rich })

    const page = await operator.get(`${DELETE}?all=1&older_than=1d`)
    assert.include(page.text, 'Delete 3 guests?')
    assert.include(page.text, '1 guest cannot be deleted')
    assert.equal(effectOn('notes', page.text), 'notes user_id 3 Deleted with them')
    assert.match(effectOn('order', page.text)!, /order select 2 Deleted with them/)
    assert.match(effectOn('order_lines', page.text)!, /order_id 4 Deleted with them/)
    assert.match(effectOn('reviews', page.text)!, /user_id 2 Stay, without their user/)
    assert.match(effectOn('mails', page.text)!, /address 1 Forbid the delete/)
    assert.match(effectOn('visits_of_guests', page.text)!, /guest_id 1 Deleted with them/)
    if (dialect !== 'sqlite') {
      assert.match(effectOn('users', page.text)!, /invited_by 1 Stay, without their user/)
    }

    const answer = await confirm(operator, page)
    assert.deepEqual(answer.messages, [
      '2 guests were deleted.',
      '1 guest could not be deleted, because rows in mails point at them.',
    ])
    assert.isNotNull(await app.User.find(mailed))
    assert.isNotNull(await app.User.find(account.id))
    assert.equal(await app.count('order_lines'), 2)
    assert.equal(await app.count('reviews'), 3)
    assert.equal(await app.count('visits_of_guests'), 0)
  })

  test('rows that point at each other, and at several columns', async ({ assert, cleanup }) => {
    const app = await createAdminApp({
      async prepare({ db }) {
        await db.connection().schema.alterTable('users', (table) => {
          table.string('region', 10).notNullable().defaultTo('eu')
          table.unique(['id', 'region'])
        })
        await createTable(db, 'accounts', (table) => {
          table.increments('id')
          table.integer('owner_id').unsigned()
          table.string('owner_region', 10)
          table
            .foreign(['owner_id', 'owner_region'])
            .references(['id', 'region'])
            .inTable('users')
            .onDelete('RESTRICT')
        })
        await createTable(db, 'threads', (table) => {
          table.increments('id')
          table.integer('user_id').unsigned()
          table.foreign('user_id').references('id').inTable('users').onDelete('CASCADE')
          table.integer('parent_id').unsigned()
          table.foreign('parent_id').references('id').inTable('threads').onDelete('CASCADE')
        })
        await createTable(db, 'friends', (table) => {
          table.increments('id')
          for (const name of ['one_id', 'other_id']) {
            table.integer(name).unsigned()
            table.foreign(name).references('id').inTable('users').onDelete('CASCADE')
          }
        })
      },
    })
    cleanup(() => app.close())
    const [held, other, chatty] = await createGuests(app, [40, 41, 42])
    const operator = await arriveAsOperator(app)
    const account = await app.User.findByOrFail('email', OPERATOR)
    await app.db.table('accounts').insert({ owner_id: held, owner_region: 'eu' })
    // Without a region, this is no reference
    await app.db.table('accounts').insert({ owner_id: other, owner_region: null })
    await app.db.table('threads').insert({ id: 1, user_id: chatty, parent_id: null })
    await app.db.table('threads').insert({ id: 2, user_id: account.id, parent_id: 1 })
    await app.db.table('friends').insert({ one_id: held, other_id: other })
    await app.db.table('friends').insert({ one_id: chatty, other_id: chatty })

    const page = await operator.get(`${DELETE}?all=1&older_than=1d`)
    assert.include(page.text, '1 guest cannot be deleted')
    assert.match(effectOn('accounts', page.text)!, /owner_id, owner_region 1 Forbid the delete/)
    const answer = await confirm(operator, page)
    assert.deepEqual(answer.messages, [
      '2 guests were deleted.',
      '1 guest could not be deleted, because rows in accounts point at them.',
    ])
    assert.isNotNull(await app.User.find(held))
    assert.equal(await app.count('threads'), 0)
    assert.equal(await app.count('friends'), 0)
  })

  test('a guest who is the superior of another one', async ({ assert, cleanup }) => {
    const app = await createAdminApp({
      async prepare({ db }) {
        await createTable(db, 'employees', (table) => {
          table.increments('id')
          table.integer('user_id').unsigned()
          table.foreign('user_id').references('id').inTable('users').onDelete('CASCADE')
          table.integer('boss_id').unsigned().nullable()
          table.foreign('boss_id').references('id').inTable('users').onDelete('RESTRICT')
        })
      },
    })
    cleanup(() => app.close())
    const [boss, staff] = await createGuests(app, [40, 41])
    const operator = await arriveAsOperator(app)
    const account = await app.User.findByOrFail('email', OPERATOR)
    await app.db.table('employees').insert({ user_id: staff, boss_id: boss })
    await app.db.table('employees').insert({ user_id: account.id, boss_id: staff })

    const answer = await confirmAll(operator, 'all=1&older_than=1d')
    assert.match(answer.messages[1], /because rows in (employees|\?) point at them/)
    assert.isNotNull(await app.User.find(staff))
    assert.isNotNull(await app.User.find(account.id))
    assert.equal(await app.count('users'), (await app.count('guests')) + 1)
    assert.equal(await app.count('employees'), 2)
  })

  test('SET NULL where null is not allowed', async ({ assert, cleanup }) => {
    const app = await createAdminApp({
      async prepare({ db }) {
        await createTable(db, 'badges', (table) => {
          table.increments('id')
          // MariaDB does not let one make such a table
          table.integer('user_id').unsigned()[dialect === 'mariadb' ? 'nullable' : 'notNullable']()
          table
            .foreign('user_id')
            .references('id')
            .inTable('users')
            .onDelete(dialect === 'mariadb' ? 'NO ACTION' : 'SET NULL')
        })
      },
    })
    cleanup(() => app.close())
    const [held] = await createGuests(app, [40, 41])
    await app.db.table('badges').insert({ user_id: held })
    const operator = await arriveAsOperator(app)

    const page = await operator.get(`${DELETE}?all=1&older_than=1d`)
    assert.include(page.text, '1 guest cannot be deleted')
    assert.match(effectOn('badges', page.text)!, /user_id 1 Forbid the delete/)
    const answer = await confirm(operator, page)
    assert.deepEqual(answer.messages, [
      '1 guest was deleted.',
      '1 guest could not be deleted, because rows in badges point at them.',
    ])
  })

  test('a trigger that refuses', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const [, kept] = await createGuests(app, [40, 41, 42])
    for (const statement of refuseDeletes(kept)) {
      await app.db.rawQuery(statement)
    }
    const operator = await arriveAsOperator(app)
    const answer = await confirmAll(operator, 'all=1&older_than=1d')
    assert.equal(answer.messages[0], '2 guests were deleted.')
    assert.match(answer.messages[1], /^1 guest could not be deleted/)
    assert.isNotNull(await app.User.find(kept))
  })

  test('guests in use are left out, and nobody waits long for them', async ({
    assert,
    cleanup,
  }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const total = 1500
    const ids = await createGuests(
      app,
      Array.from({ length: total }, (_, index) => 40 + index / total)
    )
    const operator = await arriveAsOperator(app)
    const page = await operator.get(`${DELETE}?all=1&older_than=1d`)
    if (dialect === 'sqlite') {
      // There is one writer, who locks the whole database
      const answer = await confirm(operator, page)
      assert.deepEqual(answer.messages, ['1,500 guests were deleted.'])
      return
    }

    const trx = await app.db.transaction()
    await trx.from('users').whereIn('id', ids.slice(0, -10)).forUpdate()
    const startedAt = performance.now()
    let answer = await operator.send(page.text, DELETE)
    assert.isBelow(performance.now() - startedAt, 5000)
    for (let steps = 0; answer.location !== LIST && steps < 30; steps++) {
      const progress = await operator.get(answer.location!)
      answer = await operator.send(progress.text, DELETE)
    }
    await trx.rollback()
    const list = await operator.get(LIST)
    assert.match(messages(list.text).join(), /in use right now/)
    assert.isNotNull(await app.User.find(ids[0]))
    assert.deepEqual((await confirmAll(operator, 'all=1&older_than=1d')).messages.length, 1)
    assert.equal(await app.count('guests'), 0)
  }).timeout(60_000)

  test('a search with many finds, and many tables', async ({ assert, cleanup }) => {
    const app = await createAdminApp({
      async prepare({ db }) {
        for (let count = 0; count < 40; count++) {
          await createTable(db, `table_${count}`, (table) => {
            table.increments('id')
            table.integer('user_id').unsigned()
            table.foreign('user_id').references('id').inTable('users').onDelete('CASCADE')
          })
        }
      },
    })
    cleanup(() => app.close())
    const ids = await createGuests(
      app,
      Array.from({ length: 1800 }, () => 40)
    )
    await app.db.from('users').where('id', '<', ids[900]).update({ full_name: 'Robot' })
    await app.db
      .from('users')
      .where('id', '>=', ids[900])
      .update({
        email: app.db.raw(dialect === 'mariadb' ? "concat('robot-', id)" : "'robot-' || id"),
      })
    const operator = await arriveAsOperator(app)

    const page = await operator.get(`${DELETE}?all=1&search=robot&older_than=1d`)
    assert.equal(page.status, 200, page.text.slice(0, 500))
    assert.include(page.text, 'Delete 1,800 guests?')
    const answer = await confirm(operator, page)
    assert.deepEqual(answer.messages, ['1,800 guests were deleted.'])
  })
})

/**
 * Statements after which this user cannot be deleted
 */
function refuseDeletes(id: number): string[] {
  switch (dialect) {
    case 'sqlite':
      return [
        `create trigger keep before delete on users when old.id = ${id}
        begin select raise(abort, 'kept'); end`,
      ]
    case 'mariadb':
      return [
        `create trigger keep before delete on users for each row
        if old.id = ${id} then signal sqlstate '45000' set message_text = 'kept'; end if`,
      ]
    case 'postgres':
      return [
        `create function keep() returns trigger language plpgsql as $$
        begin if old.id = ${id} then raise exception 'kept'; end if; return old; end $$`,
        `create trigger keep before delete on users for each row execute function keep()`,
      ]
  }
}

test.group('Admin pages: models of the application', () => {
  test('a user model that keeps its rows keeps its guests', async ({ assert, cleanup }) => {
    const app = await createAdminApp({
      async prepare({ db, User }) {
        await db.connection().schema.alterTable('users', (table) => {
          table.timestamp('deleted_at').nullable()
        })
        User.prototype.delete = async function () {
          await this.$trx!.from('users').where('id', this.id).update({ deleted_at: '2020-01-01' })
        }
        const hide = (query: any) => void query.whereNull('deleted_at')
        User.before('find', hide)
        User.before('fetch', hide)
      },
    })
    cleanup(() => app.close())
    const ids = await createGuests(app, [40, 41])
    const operator = await arriveAsOperator(app)

    const first = await confirmAll(operator, `guests=${ids[0]}`)
    assert.deepEqual(first.messages, [
      'Nobody was deleted.',
      '1 guest was left out. The user model keeps their rows instead of deleting them.',
    ])
    assert.equal(await app.count('guests'), 2)
    const [row] = await app.db.from('users').where('id', ids[0])
    assert.isNotNull(row.deleted_at)

    // Hidden now, but a guest still
    const list = await operator.get(LIST)
    assert.include(list.text, `User ${ids[0]}`)
    const again = await confirmAll(operator, 'all=1&older_than=1d')
    assert.equal(again.messages[0], 'Nobody was deleted.')
    assert.match(again.messages[1], /^2 guests were left out/)
    assert.equal(await app.count('users'), 3)
  })

  test('a guest model with names of its own, and ages from the creation on', async ({
    assert,
    cleanup,
  }) => {
    class Visit extends Guest {
      static table = 'visit'

      @column({ isPrimary: true, columnName: 'who' })
      declare userId: number

      @column.dateTime({ columnName: 'since' })
      declare createdAt: DateTime

      @column.dateTime({ columnName: 'until' })
      declare lastSeenAt: DateTime

      @column({ columnName: 'key' })
      declare visitKey: string | null
    }
    const app = await createAdminApp({
      guestUser: { guestModel: async () => ({ default: Visit }), expireBy: 'createdAt' },
      async prepare({ db }) {
        await createTable(db, 'visit', (table) => {
          table.integer('who').unsigned().primary()
          table.foreign('who').references('id').inTable('users').onDelete('CASCADE')
          table.timestamp('since').notNullable().index()
          table.timestamp('until').notNullable().index()
          table.string('key', 64).nullable().unique()
        })
      },
    })
    cleanup(() => app.close())
    const create = async (age: number, seen: number) => {
      const user = (await app.guestUsers.create()) as any
      await Visit.query()
        .where('userId', user.id)
        .update({ since: ago(app, age), until: ago(app, seen) })
      return user.id as number
    }
    const loyal = await create(40, 0)
    const young = await create(10, 10)
    const operator = await arriveAsOperator(app)

    const list = await operator.get(`${LIST}?show=expired&sort=seen`)
    assert.include(list.text, '<caption>1 guest</caption>')
    assert.equal((await operator.get(`${LIST}/${loyal}`)).status, 200)
    const page = await operator.get(`${DELETE}?guests=${loyal}&guests=${young}&older_than=30d`)
    assert.include(page.text, 'Created before')
    assert.include(page.text, 'Delete 1 guest?')
    assert.isUndefined(effectOn('visit', page.text))

    // Coming back does not help
    await comeBack(app, loyal)
    const answer = await confirm(operator, page)
    assert.deepEqual(answer.messages, ['1 guest was deleted.'])
    assert.isNull(await app.User.find(loyal))
    assert.isNotNull(await app.User.find(young))
  })

  test('"all" is what the list shows: active ones, and those with an age', async ({
    assert,
    cleanup,
  }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const [fresh, active, older, expired] = await createGuests(app, [1, 10, 20, 40])
    const operator = await arriveAsOperator(app)

    const first = await confirmAll(operator, 'all=1&show=active&older_than=15d')
    assert.deepEqual(first.messages, ['1 guest was deleted.'])
    assert.isNull(await app.User.find(older))
    assert.isNotNull(await app.User.find(expired))

    // The stricter one of two ages counts
    const second = await confirmAll(operator, 'all=1&show=older&age=15d&older_than=5d')
    assert.deepEqual(second.messages, ['1 guest was deleted.'])
    assert.isNull(await app.User.find(expired))
    assert.isNotNull(await app.User.find(active))
    assert.isNotNull(await app.User.find(fresh))
  })
})

function ago({ db }: TestApp, days: number) {
  return DateTime.now().minus({ days }).toFormat(db.connection().dialect.dateTimeFormat)
}

test.group('Admin pages: what has to travel', () => {
  test('messages about many tables fit into a cookie', async ({ assert, cleanup }) => {
    const names = Array.from({ length: 60 }, (_, index) => `${'x'.repeat(60)}_${index}`)
    const app = await createAdminApp({
      async prepare({ db }) {
        for (const [index, name] of names.entries()) {
          await createTable(db, name, (table) => {
            table.increments('id')
            table.integer('user_id').unsigned().index(`index_${index}`)
            table
              .foreign('user_id', `key_${index}`)
              .references('id')
              .inTable('users')
              .onDelete('RESTRICT')
          })
        }
      },
    })
    cleanup(() => app.close())
    const ids = await createGuests(
      app,
      names.map(() => 40)
    )
    for (const [index, name] of names.entries()) {
      await app.db.table(name).insert({ user_id: ids[index] })
    }
    const operator = await arriveAsOperator(app)
    const answer = await operator.press(`${DELETE}?all=1&older_than=1d`, DELETE)
    for (const value of operator.cookies.values()) {
      assert.isBelow(value.length, 4000)
    }
    const list = await operator.get(answer.location!)
    assert.match(messages(list.text)[1], /^60 guests could not be deleted, because rows in xxx/)
  })

  test('a typed age of any length, and the message about it', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const operator = await arriveAsOperator(app)
    for (const age of ['x'.repeat(6000), '€'.repeat(1000), '<b>'.repeat(50)]) {
      const query = new URLSearchParams({ all: '1', older_than: age })
      const { location } = await operator.get(`${DELETE}?${query}`)
      for (const value of operator.cookies.values()) {
        assert.isBelow(value.length, 4000)
      }
      assert.match(messages((await operator.get(location!)).text)[0], /^Fill in an age/)
    }
  })

  test('a whole page of them, deleted in steps', async ({ assert, cleanup }) => {
    const app = await createAdminApp({
      userKey: 'uuid',
      async prepare({ User }) {
        User.before('delete', () => new Promise((resolve) => setTimeout(resolve, 45)))
      },
    })
    cleanup(() => app.close())
    for (let count = 0; count < 50; count++) {
      await app.guestUsers.create()
    }
    await app.expireGuests()
    const operator = await arriveAsOperator(app)
    const { text } = await operator.get(LIST)
    const ids = [...text.matchAll(/name="guests" value="([^"]+)"/g)].map(([, value]) => value)
    const query = ids.map((id) => `guests=${id}`).join('&')
    const page = await operator.get(`${DELETE}?${query}`)
    const answer = await operator.send(page.text, DELETE, { command: 'step' })
    assert.isBelow(answer.location!.length, 4000)
    const progress = await operator.get(answer.location!)
    assert.equal(progress.status, 200)
    assert.include(progress.text, 'data-deletion="finished"')
    const { location } = await operator.send(progress.text, DELETE, { command: 'stop' })
    assert.deepEqual(messages((await operator.get(location!)).text), ['50 guests were deleted.'])
  })

  test('more than a URL has room for, deleted at once', async ({ assert, cleanup }) => {
    const app = await createAdminApp({
      async prepare({ User }) {
        User.before('delete', () => new Promise((resolve) => setTimeout(resolve, 25)))
      },
    })
    cleanup(() => app.close())
    const ids = await createGuests(
      app,
      Array.from({ length: 150 }, () => 40)
    )
    const operator = await arriveAsOperator(app)
    const query = ids.map((id) => `guests=${id}`).join('&')
    const page = await operator.get(`${DELETE}?${query}&older_than=1d`)
    const answer = await confirm(operator, page)
    assert.deepEqual(answer.messages, ['150 guests were deleted.'])
  })
})

/**
 * SQLite has none
 */
if (dialect !== 'sqlite') {
  test.group('Admin pages: another schema', () => {
    test('with a table that has the name of ours', async ({ assert, cleanup }) => {
      let schema = 'hotel'
      const app = await createAdminApp({
        async prepare({ db }) {
          const users = dialect === 'postgres' ? 'public' : await nameOfDatabase(db)
          schema = dialect === 'postgres' ? 'hotel' : `${users}_hotel`
          await db.rawQuery(`create schema ${schema}`)
          const type = dialect === 'postgres' ? 'int' : 'int unsigned'
          await db.rawQuery(
            `create table ${schema}.guests (
              booker_id ${type}, foreign key (booker_id) references ${users}.users (id)
            )`
          )
        },
      })
      cleanup(async () => {
        await app.db.rawQuery(`drop table ${schema}.guests`)
        await app.db.rawQuery(`drop schema ${schema}`)
        await app.close()
      })
      const [held] = await createGuests(app, [40, 41])
      await app.db.table(`${schema}.guests`).insert({ booker_id: held })
      const operator = await arriveAsOperator(app)

      const page = await operator.get(`${DELETE}?all=1&older_than=1d`)
      assert.include(page.text, '1 guest cannot be deleted')
      assert.match(effectOn(`${schema}.guests`, page.text)!, /booker_id 1 Forbid the delete/)
      const answer = await confirm(operator, page)
      assert.deepEqual(answer.messages, [
        '1 guest was deleted.',
        '1 guest could not be deleted, because rows in guests point at them.',
      ])
      assert.isNotNull(await app.User.find(held))
    })
  })
}

async function nameOfDatabase(db: Database): Promise<string> {
  const [rows] = await db.rawQuery('select database() as name')
  return rows[0].name
}
