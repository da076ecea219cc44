import { test } from '@japa/runner'

import { dialect } from '../app/test_database.ts'
import { createTestApp, type TestApp } from '../app/test_app.ts'
import { FIRST_ID, insertGuests, longAgo } from '../app/guest_rows.ts'

type Columns = Parameters<ReturnType<TestApp['db']['connection']>['schema']['createTable']>[1]

/**
 * An application with so many expired guests, each with a note, and one table
 * more
 */
async function createApp(guests: number, table: string, columns: Columns) {
  const app = await createTestApp()
  await app.db.connection().schema.createTable(table, columns)
  await insertGuests(app, longAgo(guests))
  return app
}

/**
 * SQLite has no names for foreign keys
 */
const nameOf = (constraint: string) => (dialect === 'sqlite' ? null : constraint)

const deletesOfUsers = (statements: string[]) =>
  statements.filter((sql) => /delete from .users./i.test(sql)).length

async function remainingUsers({ db }: TestApp): Promise<number[]> {
  const users = await db.from('users').select('id').orderBy('id')
  return users.map(({ id }) => id)
}

test.group('Cleanup, blocked guests', () => {
  test('many of a batch are found with one query, and stay whole', async ({ assert, cleanup }) => {
    const app = await createApp(400, 'orders', (table) => {
      table.integer('user_id').unsigned().references('id').inTable('users').onDelete('RESTRICT')
    })
    cleanup(() => app.close())
    const blocked = Array.from({ length: 150 }, (_, index) => FIRST_ID + index * 2)
    await app.db.table('orders').multiInsert(blocked.map((id) => ({ user_id: id })))

    let result: any
    const statements = await app.queries.during(async () => {
      result = await app.guestUsers.cleanup({ batchSize: 100 })
    })

    assert.equal(result.deleted, 250)
    assert.equal(result.blocked, 150)
    assert.deepEqual(result.blockedBy, [
      {
        table: 'orders',
        constraint: nameOf('orders_user_id_foreign'),
        total: 150,
        userIds: blocked.slice(0, 100),
      },
    ])
    assert.deepEqual(await remainingUsers(app), blocked)
    assert.equal(await app.count('guests'), 150)
    assert.equal(await app.count('notes'), 150)
    // One refusal, then four batches: the first tells where to look
    assert.equal(deletesOfUsers(statements), 5)
  })

  test('what holds a guest may be far away', async ({ assert, cleanup }) => {
    const app = await createApp(20, 'attachments', (table) => {
      table.integer('note_id').unsigned().references('id').inTable('notes')
    })
    cleanup(() => app.close())
    const note = await app.db
      .from('notes')
      .where('user_id', FIRST_ID + 7)
      .firstOrFail()
    await app.db.table('attachments').insert({ note_id: note.id })

    const { deleted, blockedBy } = await app.guestUsers.cleanup()
    assert.equal(deleted, 19)
    assert.deepEqual(blockedBy, [
      {
        table: 'attachments',
        constraint: nameOf('attachments_note_id_foreign'),
        total: 1,
        userIds: [FIRST_ID + 7],
      },
    ])
  })

  test('halves find what the catalogue cannot tell', async ({ assert, cleanup }) => {
    const app = await createApp(128, 'invitations', (table) => {
      table.integer('user_id').unsigned().references('id').inTable('users').onDelete('CASCADE')
      table.integer('invited_by').unsigned().references('id').inTable('users')
    })
    cleanup(() => app.close())
    const ann: any = await app.User.create({ email: 'ann@example.com', password: 'secret12' })
    await app.db.table('invitations').insert({ user_id: ann.id, invited_by: FIRST_ID + 40 })

    let result: any
    const statements = await app.queries.during(async () => {
      result = await app.guestUsers.cleanup()
    })
    assert.equal(result.deleted, 127)
    assert.deepEqual(result.blockedBy, [
      {
        table: 'invitations',
        constraint: nameOf('invitations_invited_by_foreign'),
        total: 1,
        userIds: [FIRST_ID + 40],
      },
    ])
    // On PostgreSQL, the sweep is refused before
    const refused = dialect === 'postgres' ? 2 : 1
    assert.isAtMost(deletesOfUsers(statements), refused + 2 * Math.log2(128))
  })

  test('rows that go with another row hold nobody', async ({ assert, cleanup }) => {
    const app = await createApp(3, 'invitations', (table) => {
      table.integer('user_id').unsigned().references('id').inTable('users').onDelete('CASCADE')
      table.integer('invited_by').unsigned().references('id').inTable('users')
    })
    cleanup(() => app.close())
    const ann: any = await app.User.create({ email: 'ann@example.com', password: 'secret12' })
    await app.db.table('invitations').multiInsert([
      { user_id: FIRST_ID, invited_by: FIRST_ID },
      { user_id: ann.id, invited_by: FIRST_ID + 1 },
    ])

    // InnoDB looks at once, the others when the statement is over
    const { blockedBy } = await app.guestUsers.cleanup()
    assert.deepEqual(
      blockedBy.flatMap(({ userIds }) => userIds),
      dialect === 'mariadb' ? [FIRST_ID, FIRST_ID + 1] : [FIRST_ID + 1]
    )
  })

  test('ON DELETE SET NULL on a column that is NOT NULL holds as well', async ({
    assert,
    cleanup,
  }) => {
    const app = await createTestApp()
    cleanup(() => app.close())
    await insertGuests(app, longAgo(3))
    const create = app.db.connection().schema.createTable('orders', (table) => {
      table.integer('user_id').notNullable().unsigned()
      table.foreign('user_id').references('id').inTable('users').onDelete('SET NULL')
    })
    if (dialect === 'mariadb') {
      // It refuses such a key in the first place
      await assert.rejects(() => create.then(() => {}), /incorrectly formed/)
      return
    }
    await create
    await app.db.table('orders').insert({ user_id: FIRST_ID + 1 })

    const { deleted, blockedBy } = await app.guestUsers.cleanup()
    assert.equal(deleted, 2)
    assert.deepEqual(blockedBy, [
      { table: 'orders', constraint: 'user_id', total: 1, userIds: [FIRST_ID + 1] },
    ])
  })

  test('many behind such a column cost no more statements than behind RESTRICT', async ({
    assert,
    cleanup,
  }) => {
    const app = await createTestApp()
    cleanup(() => app.close())
    await insertGuests(app, longAgo(400))
    if (dialect === 'mariadb') {
      // It refuses such a key in the first place
      assert.equal((await app.guestUsers.cleanup()).deleted, 400)
      return
    }
    await app.db.connection().schema.createTable('orders', (table) => {
      table.integer('user_id').notNullable().unsigned()
      table.foreign('user_id').references('id').inTable('users').onDelete('SET NULL')
    })
    const blocked = Array.from({ length: 200 }, (_, index) => FIRST_ID + index * 2)
    await app.db.table('orders').multiInsert(blocked.map((id) => ({ user_id: id })))

    const statements = await app.queries.during(async () => {
      const result = await app.guestUsers.cleanup()
      assert.equal(result.deleted, 200)
      assert.equal(result.blocked, 200)
    })
    assert.isAtMost(deletesOfUsers(statements), 3)
    assert.isBelow(statements.length, 30)
  })

  test('are tried once in a run, even when others are tried again', async ({ assert, cleanup }) => {
    const app = await createApp(6, 'orders', (table) => {
      table.integer('user_id').unsigned().references('id').inTable('users').onDelete('RESTRICT')
    })
    cleanup(() => app.close())
    await app.db.table('orders').insert({ user_id: FIRST_ID })
    const tried: unknown[] = []
    app.User.before('delete', (user: any) => void tried.push(user.id))

    await app.guestUsers.cleanup({ batchSize: 2 })
    assert.deepEqual(await remainingUsers(app), [FIRST_ID])
    assert.lengthOf(
      tried.filter((id) => id === FIRST_ID),
      1
    )
  })

  test('stay when somebody else says no', async ({ assert, cleanup }) => {
    const app = await createApp(3, 'orders', (table) => {
      table.integer('user_id')
    })
    cleanup(() => app.close())
    app.User.before('delete', (user: any) => {
      if (user.id === FIRST_ID + 1) {
        throw new Error('not this one')
      }
    })

    await assert.rejects(() => app.guestUsers.cleanup({ batchSize: 1 }), 'not this one')
    assert.deepEqual(await remainingUsers(app), [FIRST_ID + 1, FIRST_ID + 2])
    assert.equal(await app.count('guests'), 2)
  })
})
