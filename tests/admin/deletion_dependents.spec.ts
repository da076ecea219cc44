import { test } from '@japa/runner'

import { messages } from '../app/page_messages.ts'
import { dialect } from '../app/test_database.ts'
import type { TestAppOptions } from '../app/test_app.ts'
import { arriveAsOperator, createAdminApp, createGuests, OPERATOR } from '../app/admin_app.ts'
import { confirm, confirmAll, effectOn } from '../app/deletion_pages.ts'
import { createTable } from '../app/tables.ts'

const LIST = '/admin/guests'
const DELETE = '/admin/guests/delete'

type Prepare = NonNullable<TestAppOptions['prepare']>
type Database = Parameters<Prepare>[0]['db']

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
    assert.isBelow(performance.now() - startedAt, 15_000)
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
