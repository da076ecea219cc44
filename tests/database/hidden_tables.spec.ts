import { randomBytes } from 'node:crypto'

import { test } from '@japa/runner'

import { examine } from '../../src/doctor/doctor.ts'
import { messages } from '../app/page_messages.ts'
import { createTestApp, type TestAppOptions } from '../app/test_app.ts'
import { createTestDatabase, dialect } from '../app/test_database.ts'
import { arriveAsOperator, createAdminApp, createGuests } from '../app/admin_app.ts'

const DELETE = '/admin/guests/delete'

type Database = Parameters<NonNullable<TestAppOptions['prepare']>>[0]['db']

/**
 * An application whose database user may not look into a schema with tables that
 * point at users: of the accounting, say
 */
async function createLimitedApp(prepare: (db: Database) => Promise<void>) {
  const database = await createTestDatabase()
  const role = `limited_${randomBytes(6).toString('hex')}`
  const owner = await createTestApp({
    database,
    async prepare({ db }) {
      await db.rawQuery('create schema accounting')
      await prepare(db)
      await db.rawQuery(`create role ${role}`)
      await db.rawQuery(`grant usage on schema public to ${role}`)
      await db.rawQuery(`grant all on all tables in schema public to ${role}`)
      await db.rawQuery(`grant all on all sequences in schema public to ${role}`)
    },
  })
  await owner.close()

  const app = await createAdminApp({
    createTables: false,
    database: {
      ...database,
      connection: {
        ...database.connection,
        pool: {
          afterCreate(connection: any, done: (error?: unknown) => void) {
            connection.query(`set role ${role}`, done)
          },
        },
      },
    },
  })
  const asOwner = async (sql: string) => {
    const trx = await app.db.transaction()
    await trx.rawQuery(`set local role none`)
    await trx.rawQuery(sql)
    await trx.commit()
  }
  return {
    ...app,
    asOwner,
    async close() {
      await asOwner(`drop owned by ${role}`)
      await app.close()
      await database.drop()
    },
  }
}

function textOf(html: string): string {
  return html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
}

/**
 * SQLite has no users, and MySQL shows nobody the keys of tables that are hidden
 * from them
 */
if (dialect === 'postgres') {
  test.group('Tables that are hidden from the application', () => {
    const bills = (rule: string) => (db: Database) =>
      db.rawQuery(`
        create table accounting.bills (
          id int primary key, user_id int references users (id) on delete ${rule}
        );
        create table accounting.entries (
          bill_id int references accounting.bills (id) on delete cascade
        )`)

    test('the confirmation says that they are there', async ({ assert, cleanup }) => {
      const app = await createLimitedApp(bills('cascade'))
      cleanup(() => app.close())
      await createGuests(app, [40, 41])
      const operator = await arriveAsOperator(app)

      const page = await operator.get(`${DELETE}?all=1&older_than=1d`)
      assert.equal(page.status, 200, page.text)
      const text = textOf(page.text)
      assert.include(text, 'accounting.bills user_id Not visible Deleted with them')
      assert.include(text, 'accounting.entries bill_id Not visible Deleted with them')

      const answer = await operator.send(page.text, DELETE)
      const list = await operator.get(answer.location!)
      assert.deepEqual(messages(list.text), ['2 guests were deleted.'])
    })

    test('the page of a guest says so as well', async ({ assert, cleanup }) => {
      const app = await createLimitedApp(bills('restrict'))
      cleanup(() => app.close())
      const [id] = await createGuests(app, [40])
      const operator = await arriveAsOperator(app)
      const page = await operator.get(`/admin/guests/${id}`)
      assert.equal(page.status, 200, page.text)
      assert.include(
        textOf(page.text),
        'accounting.bills user_id Not visible Would forbid the delete'
      )
    })

    test('a guest whom such a table holds is blocked, and the others go', async ({
      assert,
      cleanup,
    }) => {
      const app = await createLimitedApp(bills('restrict'))
      cleanup(() => app.close())
      const [, held] = await createGuests(app, [40, 41, 42, 43])
      await app.asOwner(`insert into accounting.bills values (1, ${held})`)

      const { deleted, blocked, blockedBy } = await app.guestUsers.cleanup()
      assert.deepInclude({ deleted, blocked }, { deleted: 3, blocked: 1 })
      assert.deepEqual(
        blockedBy.map(({ table }) => table),
        ['bills']
      )
      assert.isNotNull(await app.User.find(held))
    })

    test('the doctor finds their keys', async ({ assert, cleanup }) => {
      const app = await createLimitedApp(bills('restrict'))
      cleanup(() => app.close())
      const findings = await examine(app.app)
      const codes = findings
        .filter(({ message }) => message.includes('accounting.bills'))
        .map(({ code }) => code)
      assert.sameMembers(codes, ['blocking-foreign-key', 'unindexed-foreign-key'])
    })
  })
}
