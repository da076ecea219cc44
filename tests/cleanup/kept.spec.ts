import { test } from '@japa/runner'
import { setTimeout as sleep } from 'node:timers/promises'
import { BaseModel, column } from '@adonisjs/lucid/orm'

import { confirmAll } from '../app/deletion_pages.ts'
import { runCommand } from '../app/cleanup_command.ts'
import { arriveAsOperator, createAdminApp } from '../app/admin_app.ts'
import { createTestDatabase, dialect } from '../app/test_database.ts'
import { FIRST_ID, insertGuests, longAgo } from '../app/guest_rows.ts'
import type { TestApp, TestAppOptions } from '../app/test_app.ts'

const keepPolls = (query: any) => query.whereHas('polls', (polls: any) => polls.has('votes'))

/**
 * An application with polls, on which others vote, and so many expired guests
 */
async function createApp(guests: number, options: TestAppOptions & { keep?: any } = {}) {
  const { keep = keepPolls, ...others } = options
  const app = await createAdminApp({
    ...others,
    guestUser: { cleanup: { keep }, ...others.guestUser },
    async prepare({ db, User }) {
      const schema = () => db.connection().schema
      await schema().createTable('polls', (table) => {
        table.increments('id')
        table.integer('user_id').unsigned().references('id').inTable('users').onDelete('CASCADE')
        table.index(['user_id'])
      })
      await schema().createTable('votes', (table) => {
        table.increments('id')
        table.integer('poll_id').unsigned().references('id').inTable('polls').onDelete('CASCADE')
        table.index(['poll_id'])
      })
      class Vote extends BaseModel {
        static table = 'votes'
        @column() declare pollId: number
      }
      class Poll extends BaseModel {
        static table = 'polls'
        @column({ isPrimary: true }) declare id: number
        @column() declare userId: number
      }
      Vote.boot()
      Poll.boot()
      Poll.$addRelation('votes', 'hasMany', () => Vote, {})
      User.$addRelation('polls', 'hasMany', () => Poll, {})
      await others.prepare?.({ db, User })
    },
  })
  await insertGuests(app, longAgo(guests))
  return app
}

/**
 * Gives these guests a poll that somebody voted on
 */
async function addPolls({ db }: Pick<TestApp, 'db'>, ...userIds: number[]) {
  for (const userId of userIds) {
    await db.table('polls').insert({ user_id: userId })
    const poll = await db.from('polls').where('user_id', userId).firstOrFail()
    await db.table('votes').insert({ poll_id: poll.id })
  }
}

async function remainingUsers({ db }: Pick<TestApp, 'db'>): Promise<number[]> {
  return (await db.from('users').select('id').orderBy('id')).map(({ id }) => Number(id))
}

const at = (...indexes: number[]) => indexes.map((index) => FIRST_ID + index)

test.group('Cleanup with guests to keep', () => {
  test('{way}: they stay guests, the others go')
    .with([
      { way: 'all at once', options: {} },
      { way: 'in small batches', options: { batchSize: 2 } },
      { way: 'one by one', options: { batchSize: 1 } },
      { way: 'some of them', options: { userIds: at(0, 1, 2, 3, 4, 5) } },
    ])
    .run(async ({ assert, cleanup }, { options }) => {
      const app = await createApp(6)
      cleanup(() => app.close())
      await addPolls(app, ...at(0, 3))
      await app.db.table('polls').insert({ user_id: FIRST_ID + 1 })
      const told: number[] = []
      app.emitter.on('guest_user:deleted', ({ userIds }) => void told.push(...userIds.map(Number)))

      const { expired, deleted, left, leftBy, blocked } = await app.guestUsers.cleanup(options)
      assert.deepInclude({ expired, deleted, left, blocked }, { expired: 6, deleted: 4, left: 2 })
      assert.deepEqual(leftBy, [{ reason: 'kept', total: 2, userIds: at(0, 3) }])
      assert.sameMembers(told, at(1, 2, 4, 5))
      assert.deepEqual(await remainingUsers(app), at(0, 3))
      assert.equal(await app.count('guests'), 2)
      assert.equal(await app.count('votes'), 2)
      assert.isTrue(await app.guestUsers.isGuest(await app.User.findOrFail(FIRST_ID)))
    })

  test('they go when nothing keeps them any more', async ({ assert, cleanup }) => {
    const app = await createApp(3)
    cleanup(() => app.close())
    await addPolls(app, ...at(1))
    await app.guestUsers.cleanup()
    await app.db.from('votes').delete()
    assert.equal((await app.guestUsers.cleanup()).deleted, 1)
    assert.deepEqual(await remainingUsers(app), [])
  })

  test('users who are deleted through their model', async ({ assert, cleanup }) => {
    const app = await createApp(4)
    cleanup(() => app.close())
    await addPolls(app, ...at(1))
    const tried: number[] = []
    app.User.before('delete', (user: any) => void tried.push(user.id))

    const { deleted, left } = await app.guestUsers.cleanup()
    assert.deepEqual([deleted, left], [3, 1])
    assert.sameMembers(tried, at(0, 2, 3))
  })

  test('conditions with OR are about the user alone', async ({ assert, cleanup }) => {
    const keep = (query: any) => query.where('full_name', 'a').orWhere('full_name', 'b')
    const app = await createApp(5, { keep })
    cleanup(() => app.close())
    await app.db.from('users').where('id', FIRST_ID).update({ full_name: 'a' })
    await app.db
      .from('users')
      .where('id', FIRST_ID + 3)
      .update({ full_name: 'b' })

    await app.guestUsers.cleanup({ batchSize: 2 })
    assert.deepEqual(await remainingUsers(app), at(0, 3))
  })

  test('hooks that hide users do not hide them from it', async ({ assert, cleanup }) => {
    const app = await createApp(2)
    cleanup(() => app.close())
    await addPolls(app, ...at(0))
    app.User.before('fetch', (query: any) => void query.where('id', 0))
    app.User.before('find', (query: any) => void query.where('id', 0))

    await app.guestUsers.cleanup()
    assert.deepEqual(await remainingUsers(app), at(0))
  })

  test('a limit is about the others, however many are kept before them', async ({
    assert,
    cleanup,
  }) => {
    const app = await createApp(60)
    cleanup(() => app.close())
    await addPolls(app, ...at(...Array.from({ length: 50 }, (_, index) => index)))

    const statements = await app.queries.during(async () => {
      const { deleted, leftBy } = await app.guestUsers.cleanup({ limit: 3 })
      assert.equal(deleted, 3)
      assert.deepEqual(
        leftBy.map(({ reason, total }) => ({ reason, total })),
        [{ reason: 'kept', total: 50 }]
      )
    })
    assert.isBelow(statements.length, 20)
    assert.deepEqual((await remainingUsers(app)).slice(50), at(53, 54, 55, 56, 57, 58, 59))
  })

  test('all of them kept: nothing is locked or deleted', async ({ assert, cleanup }) => {
    const app = await createApp(10)
    cleanup(() => app.close())
    await addPolls(app, ...at(0, 1, 2, 3, 4, 5, 6, 7, 8, 9))

    const statements = await app.queries.during(async () => {
      const { deleted, left } = await app.guestUsers.cleanup({ batchSize: 3 })
      assert.deepEqual([deleted, left], [0, 10])
    })
    assert.notMatch(statements.join('\n'), /for update|delete/i)
  })

  test('without the setting, no query more', async ({ assert, cleanup }) => {
    const app = await createApp(10, { guestUser: { cleanup: {} } })
    cleanup(() => app.close())
    const statements = await app.queries.during(async () => {
      assert.equal((await app.guestUsers.cleanup({ batchSize: 10 })).deleted, 10)
    })
    assert.notMatch(statements.join('\n'), /polls/)
    const deletes = statements.filter((sql) => /delete from .users/i.test(sql))
    assert.lengthOf(deletes, 1)
  })

  test('blocked guests and kept guests are told apart', async ({ assert, cleanup }) => {
    const app = await createApp(5)
    cleanup(() => app.close())
    await app.db.connection().schema.createTable('orders', (table) => {
      table.integer('user_id').unsigned().references('id').inTable('users').onDelete('RESTRICT')
    })
    await app.db.table('orders').multiInsert(at(0, 2).map((id) => ({ user_id: id })))
    await addPolls(app, ...at(2, 4))

    const { deleted, leftBy, blockedBy } = await app.guestUsers.cleanup()
    assert.equal(deleted, 2)
    assert.deepEqual(leftBy, [{ reason: 'kept', total: 2, userIds: at(2, 4) }])
    assert.deepEqual(
      blockedBy.map(({ table, userIds }) => ({ table, userIds })),
      [{ table: 'orders', userIds: at(0) }]
    )
  })

  test('a dry run counts them', async ({ assert, cleanup }) => {
    const app = await createApp(5)
    cleanup(() => app.close())
    await addPolls(app, ...at(1, 2))
    const { expired, deleted, left, leftBy } = await app.guestUsers.cleanup({ dryRun: true })
    assert.deepEqual([expired, deleted, left], [5, 0, 2])
    assert.deepEqual(leftBy, [{ reason: 'kept', total: 2, userIds: at(1, 2) }])
  })

  test('the command tells of them', async ({ assert, cleanup }) => {
    const app = await createApp(5)
    cleanup(() => app.close())
    await addPolls(app, ...at(1, 2))

    const { output } = await runCommand(app, ['--dry-run'])
    assert.match(output[0], /2 guests left, because "cleanup\.keep" of "config\/guest_user\.ts"/)
    assert.match(output[1], /5 guests have expired, 3 would be deleted/)
    const run = await runCommand(app)
    assert.equal(run.exitCode, 0)
    assert.match(run.output[0], /2 guests left, because "cleanup\.keep"/)
    assert.match(run.output[1], /Deleted 3 of 5 expired guests; 0 blocked/)
  })

  test('the admin pages say so before, and keep them', async ({ assert, cleanup }) => {
    const app = await createApp(3)
    cleanup(() => app.close())
    await addPolls(app, ...at(1))
    const operator = await arriveAsOperator(app)

    const query = `guests=${FIRST_ID}&guests=${FIRST_ID + 1}&older_than=30d`
    const { text } = await operator.get(`/admin/guests/delete?${query}`)
    assert.include(text, '1 guest owns what others use, and is kept.')
    const one = await confirmAll(operator, query)
    assert.deepEqual(one.messages, [
      '1 guest was deleted.',
      '1 guest was left out. The configuration keeps guests who own what others use.',
    ])
    const all = await confirmAll(operator, 'all=1&older_than=30d')
    assert.equal(all.messages[0], '1 guest was deleted.')
    assert.isNotNull(await app.User.find(FIRST_ID + 1))
    assert.equal(await app.count('guests'), 1)
  })
})

test.group('Guests to keep, decided late', () => {
  test('what comes after the page was read is seen in the transaction', async ({
    assert,
    cleanup,
  }) => {
    let calls = 0
    const keep = (query: any) => query.where('id', calls++ === 0 ? 0 : FIRST_ID + 1)
    const app = await createApp(3, { keep })
    cleanup(() => app.close())

    const { deleted, leftBy } = await app.guestUsers.cleanup()
    assert.equal(deleted, 2)
    assert.deepEqual(leftBy, [{ reason: 'kept', total: 1, userIds: at(1) }])
    assert.deepEqual(await remainingUsers(app), at(1))
  })

  test('what references a guest and commits while the cleanup waits keeps them', async ({
    assert,
    cleanup,
  }) => {
    const database = await createTestDatabase()
    const app = await createApp(3, { database, keep: (query: any) => query.has('polls') })
    cleanup(async () => {
      await app.close()
      await database.drop()
    })
    app.db.manager.add('other', database.connection as any)
    if (dialect === 'sqlite') {
      // The driver waits without letting anybody else do anything
      await app.db.rawQuery('pragma busy_timeout = 10')
    }

    const trx = await app.db.connection('other').transaction()
    await trx.table('polls').insert({ user_id: FIRST_ID + 1 })
    const [result] = await Promise.all([
      app.guestUsers.cleanup(),
      sleep(200).then(() => trx.commit()),
    ])
    const { deleted } = await app.guestUsers.cleanup()
    assert.equal(result.deleted + deleted, 2)
    assert.deepEqual(await remainingUsers(app), at(1))
    assert.equal(await app.count('polls'), 1)
  })
})
