import { test } from '@japa/runner'
import { setTimeout as sleep } from 'node:timers/promises'

import { createTestApp, type TestApp } from '../app/test_app.ts'
import { createTestDatabase, dialect } from '../app/test_database.ts'

/**
 * MariaDB also makes those wait who come right before the reserved name in the index
 */
const LATER = ['zoe-1', 'zoe-2', 'zoe-3', 'zoe-4']

/**
 * The first of a crowd, whose writes nobody shares
 */
const ALONE = dialect === 'postgres' ? ['one', 'two'] : ['one', 'two', 'three', 'four']

/**
 * A guest who has this name waits for the transaction
 */
async function reserve(app: TestApp, name: string) {
  const trx = await app.db.transaction()
  await trx.table('users').insert({ email: `${name}@guest.invalid`, password: '-' })
  return trx
}

function createNamed(app: TestApp, names: string[]): Promise<any>[] {
  return names.map((username) => app.guestUsers.create({ username }))
}

/**
 * Whether it is there in time
 */
function isSettled(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  return Promise.race([promise.then(() => true), sleep(milliseconds, false)])
}

// SQLite has one writer
if (dialect !== 'sqlite') {
  test
    .group('Guests whose write waits for a lock', () => {
      test('share its delay with nobody else', async ({ assert, cleanup }) => {
        const app = await createTestApp()
        const trx = await reserve(app, 'slow')
        cleanup(async () => {
          await trx.rollback()
          await app.close()
        })
        const crowd = createNamed(app, [...ALONE, 'slow', 'five', 'six'])
        const waiting = crowd[ALONE.length]
        await Promise.all(crowd.slice(0, ALONE.length))
        const others = Promise.all(createNamed(app, LATER))
        assert.isTrue(await isSettled(others, 5000), 'while the lock is held')
        assert.isFalse(await isSettled(waiting, 50))

        await trx.commit()
        const users = await Promise.all(crowd)
        const names = users.map(({ fullName }) => fullName)
        assert.notEqual(names[ALONE.length], 'slow')
        assert.deepEqual(names.toSpliced(ALONE.length, 1), [...ALONE, 'five', 'six'])
        assert.equal(await app.count('guests'), crowd.length + LATER.length)
      })

      test('leave room for others, however many they are', async ({ assert, cleanup }) => {
        const app = await createTestApp()
        const names = ALONE.map((name) => `slow ${name}`)
        const locks = await Promise.all(names.map((name) => reserve(app, name)))
        const release = () => Promise.all(locks.map((trx) => trx.rollback()))
        cleanup(async () => {
          await release()
          await app.close()
        })
        const waiting = createNamed(app, names)
        const others = Promise.all(createNamed(app, LATER))
        assert.isTrue(await isSettled(others, 5000), 'while the locks are held')

        await release()
        const users = await Promise.all(waiting)
        assert.deepEqual(
          users.map(({ fullName }) => fullName),
          names
        )
      })

      test('are sent alone when the database has lost its patience', async ({
        assert,
        cleanup,
      }) => {
        const database = await createTestDatabase()
        const impatience = {
          sqlite: '',
          postgres: `set lock_timeout = '3s'`,
          mariadb: 'set session innodb_lock_wait_timeout = 3',
        }[dialect]
        const app = await createTestApp({
          database: {
            ...database,
            connection: {
              ...database.connection,
              pool: {
                afterCreate(connection: any, done: (error: unknown) => void) {
                  connection.query(impatience, done)
                },
              },
            },
          },
        })
        const trx = await reserve(app, 'slow')
        cleanup(async () => {
          await trx.rollback()
          await app.close()
          await database.drop()
        })
        const neighbours = Array.from({ length: 16 }, (_, index) => `guest-${index}`)
        const guests = createNamed(app, [...ALONE, 'slow', ...neighbours])
        const [slow, ...others] = guests.slice(ALONE.length)
        const refused = slow.catch((error) => error)
        assert.isTrue(await isSettled(Promise.all(others), 5900), 'not once for each half')
        assert.match((await refused).message, /lock_timeout/)
      })
    })
    .each.timeout(30_000)
}
