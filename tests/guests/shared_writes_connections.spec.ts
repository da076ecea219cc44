import { test } from '@japa/runner'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { setImmediate } from 'node:timers/promises'

import { createTestApp, type TestApp } from '../app/test_app.ts'
import { createTenantsApp, TENANTS } from '../app/tenants_app.ts'
import { createTestDatabase, dialect } from '../app/test_database.ts'

const CROWD = 40

const createCrowd = (app: TestApp): Promise<any>[] =>
  Array.from({ length: CROWD }, () => app.guestUsers.create())

test.group('Guests of different connections', () => {
  test('do not share with those of another connection', async ({ assert, cleanup }) => {
    const { app, within, count, close } = await createTenantsApp('adapter', 'database')
    cleanup(close)
    const guests = Array.from({ length: CROWD }, (_, index) => {
      const tenant = TENANTS[index % 3 === 0 ? 0 : 1]
      return within(tenant, async () => {
        const user: any = await app.guestUsers.create()
        return { user, tenant }
      })
    })
    for (const { user, tenant } of await Promise.all(guests)) {
      const row = await within(tenant, () => app.User.findOrFail(user.id))
      assert.equal(row.email, user.email)
    }
    assert.deepEqual(await count('guests'), [14, 26])
  })

  test('do not wait for those of a connection that was replaced', async ({ assert, cleanup }) => {
    const before = await createTestDatabase()
    const after = await createTestApp()
    const connection = {
      ...before.connection,
      pool: { min: 0, max: 1 },
      acquireConnectionTimeout: 2000,
    }
    const app = await createTestApp({ database: { ...before, connection } })
    cleanup(async () => {
      await app.close()
      await after.close()
      await before.drop()
    })
    const held = await app.db.transaction()
    const waiting = Promise.allSettled(createCrowd(app))
    await setImmediate()

    app.db.manager.patch('main', after.db.manager.get('main')!.config)
    for (const user of await Promise.all(createCrowd(app))) {
      assert.equal((await app.User.findOrFail(user.id)).email, user.email)
    }
    assert.equal(await after.count('guests'), CROWD)
    await held.rollback()
    await waiting
  })
})

test.group('Guests for whom the pool has no connection', () => {
  test('are told after one timeout', async ({ assert, cleanup }) => {
    const timeout = 3000
    const database = await createTestDatabase()
    const app = await createTestApp({
      database: {
        ...database,
        connection: {
          ...database.connection,
          pool: { min: 0, max: 1 },
          acquireConnectionTimeout: timeout,
        },
      },
    })
    cleanup(async () => {
      await app.close()
      await database.drop()
    })
    await app.guestUsers.create()

    const trx = await app.db.transaction()
    const start = performance.now()
    const results = await Promise.allSettled(
      Array.from({ length: 120 }, () => app.guestUsers.create())
    )
    const elapsed = performance.now() - start
    await trx.rollback()
    for (const result of results) {
      assert.match((result as PromiseRejectedResult).reason.message, /Timeout acquiring/)
    }
    assert.isBelow(elapsed, 2 * timeout)
    await app.guestUsers.create()
    assert.equal(await app.count('guests'), 2)
  }).timeout(30_000)
})

// SQLite is in the process
if (dialect !== 'sqlite') {
  test.group('Guests whose database does not answer', () => {
    test('are told after one timeout', async ({ assert, cleanup }) => {
      const timeout = 3000
      const database = await createTestDatabase()
      const app = await createTestApp({ database })
      const silent = createServer().listen(0, '127.0.0.1')
      await once(silent, 'listening')
      cleanup(async () => {
        silent.close()
        await app.close()
        await database.drop()
      })
      const { port } = silent.address() as AddressInfo
      const { manager } = app.db
      const { connection, ...config } = manager.get('main')!.config as any
      manager.patch('main', {
        ...config,
        connection: {
          ...connection,
          port,
          ...(dialect === 'postgres'
            ? { connectionTimeoutMillis: timeout }
            : { connectTimeout: timeout }),
        },
      })

      const start = performance.now()
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, () => app.guestUsers.create())
      )
      assert.isBelow(performance.now() - start, 2 * timeout)
      assert.isTrue(results.every(({ status }) => status === 'rejected'))
    }).timeout(30_000)
  })
}
