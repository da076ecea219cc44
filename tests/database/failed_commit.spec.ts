import { test } from '@japa/runner'
import type { HttpContext } from '@adonisjs/core/http'

import { Visitor } from '../app/visitor.ts'
import { whoAmI } from '../app/who_am_i.ts'
import { dialect } from '../app/test_database.ts'
import { createTestApp, type TestApp } from '../app/test_app.ts'

const BEN = { fullName: 'Ben', email: 'ben@example.com', password: 'secret12' }

/**
 * An application in which a deferred constraint can make each COMMIT fail that
 * writes to `users` or `guests`
 */
async function createRefusingApp(cleanup: (close: () => Promise<void>) => void) {
  const app = await createTestApp({
    async prepare({ db }) {
      await db.rawQuery('create table parents (id integer primary key)')
      await db.rawQuery(
        'create table orphans (parent_id integer references parents (id) deferrable initially deferred)'
      )
    },
    routes(router, middleware) {
      router.get('/cart', whoAmI).use(middleware.allowGuestUser())
      router.get('/about', whoAmI)
      router.post('/signup', async (ctx: HttpContext) => {
        await ctx.guestUser.register(BEN as any)
        return whoAmI(ctx)
      })
    },
  })
  cleanup(() => app.close())

  const sent: string[] = []
  app.emitter.on('guest_user:created', () => void sent.push('created'))
  app.emitter.on('guest_user:converted', () => void sent.push('converted'))
  app.emitter.on('guest_user:merged', () => void sent.push('merged'))
  app.emitter.on('guest_user:deleted', () => void sent.push('deleted'))
  return { app, sent }
}

/**
 * Each insert or delete leaves a row without a parent, which COMMIT refuses
 */
async function refuseCommits(app: TestApp, table: 'users' | 'guests') {
  const insert = 'insert into orphans values (1)'
  for (const event of ['insert', 'delete']) {
    if (dialect === 'sqlite') {
      await app.db.rawQuery(
        `create trigger refuse_${event} after ${event} on ${table} begin ${insert}; end`
      )
    } else {
      await app.db.rawQuery(
        `create or replace function refuse() returns trigger language plpgsql as 'begin ${insert}; return null; end'`
      )
      await app.db.rawQuery(
        `create trigger refuse_${event} after ${event} on ${table} for each row execute function refuse()`
      )
    }
  }
}

async function acceptCommits(app: TestApp, table: 'users' | 'guests') {
  const on = dialect === 'sqlite' ? '' : `on ${table}`
  await app.db.rawQuery(`drop trigger refuse_insert ${on}`)
  await app.db.rawQuery(`drop trigger refuse_delete ${on}`)
}

async function becomeGuest(app: TestApp) {
  const visitor = new Visitor(app.url)
  return { visitor, ...(await visitor.get('/cart')).json() }
}

// MySQL and MariaDB have no deferred constraints
if (dialect !== 'mariadb') {
  test.group('A COMMIT that a deferred constraint fails', () => {
    test('makes nobody a guest', async ({ assert, cleanup }) => {
      const { app, sent } = await createRefusingApp(cleanup)
      const visitor = new Visitor(app.url)

      await refuseCommits(app, 'guests')
      assert.equal((await visitor.get('/cart')).status, 500)
      assert.equal((await visitor.get('/about')).json().kind, 'anonymous')
      assert.equal(await app.count('users'), 0)
      assert.isEmpty(sent)

      await acceptCommits(app, 'guests')
      assert.equal((await visitor.get('/cart')).json().kind, 'guest')
    })

    test('leaves a guest who signs up the guest', async ({ assert, cleanup }) => {
      const { app, sent } = await createRefusingApp(cleanup)
      const { visitor } = await becomeGuest(app)
      sent.length = 0

      await refuseCommits(app, 'guests')
      assert.equal((await visitor.post('/signup')).status, 500)
      assert.equal((await visitor.get('/about')).json().kind, 'guest')
      assert.isEmpty(sent)

      await acceptCommits(app, 'guests')
      assert.equal((await visitor.post('/signup')).json().kind, 'regular')
      assert.deepEqual(sent, ['converted'])
    })

    test('fails a merge', async ({ assert, cleanup }) => {
      const { app, sent } = await createRefusingApp(cleanup)
      const ben = await app.User.create(BEN)
      const guest = await app.guestUsers.create()
      sent.length = 0

      await refuseCommits(app, 'guests')
      await assert.rejects(() => app.guestUsers.merge(guest, ben))
      assert.isTrue(await app.guestUsers.isGuest(guest))
      assert.isEmpty(sent)

      await acceptCommits(app, 'guests')
      await app.guestUsers.merge(guest, ben)
      assert.deepEqual(sent, ['merged'])
    })

    test('creates no account', async ({ assert, cleanup }) => {
      const { app } = await createRefusingApp(cleanup)
      const register = () => app.guestUsers.register(BEN as any, () => {})

      await refuseCommits(app, 'users')
      await assert.rejects(register)
      assert.equal(await app.count('users'), 0)

      await acceptCommits(app, 'users')
      await register()
      assert.equal(await app.count('users'), 1)
    })

    test('is reported by the cleanup, which has deleted nothing', async ({ assert, cleanup }) => {
      const { app, sent } = await createRefusingApp(cleanup)
      await app.guestUsers.create()
      await app.expireGuests()
      sent.length = 0

      await refuseCommits(app, 'guests')
      const { deleted, blocked } = await app.guestUsers.cleanup()
      assert.deepEqual({ deleted, blocked }, { deleted: 0, blocked: 1 })
      assert.equal(await app.count('guests'), 1)
      assert.isEmpty(sent)

      await acceptCommits(app, 'guests')
      assert.equal((await app.guestUsers.cleanup()).deleted, 1)
      assert.deepEqual(sent, ['deleted'])
    })

    test('sends nothing when it was the COMMIT of the application', async ({ assert, cleanup }) => {
      const { app, sent } = await createRefusingApp(cleanup)
      const guest: any = await app.guestUsers.create()
      sent.length = 0

      await refuseCommits(app, 'guests')
      // Lucid takes it for a success
      await app.db
        .transaction((trx) => app.guestUsers.convert(guest.useTransaction(trx), BEN as any))
        .catch(() => {})
      if (dialect === 'sqlite') {
        // It leaves the transaction open, too
        await app.db.rawQuery('rollback')
      }
      assert.isTrue(await app.guestUsers.isGuest(await app.User.findOrFail(guest.id)))
      assert.isEmpty(sent)
    })
  })
}

test.group('A statement that fails within a transaction, and whose error is caught', () => {
  test('converts nobody unless the database did', async ({ assert, cleanup }) => {
    const app = await createTestApp()
    cleanup(() => app.close())
    const guest = await app.guestUsers.create()

    const convert = () =>
      app.guestUsers.convert(guest, async (user: any, trx) => {
        await user.merge(BEN).save()
        await trx.rawQuery('select * from nowhere').catch(() => {})
      })
    if (dialect === 'postgres') {
      await assert.rejects(convert, /PostgreSQL rolled the transaction back/)
    } else {
      await convert()
    }
    assert.equal(await app.guestUsers.isGuest(guest), dialect === 'postgres')
  })
})
