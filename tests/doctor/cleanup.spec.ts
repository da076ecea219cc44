import { test } from '@japa/runner'
import { DateTime } from 'luxon'

import { dialect } from '../app/test_database.ts'
import { GuestFactory } from '../../factories/main.ts'
import { createExaminedApp } from '../app/examined_app.ts'

test.group('Doctor: foreign keys', () => {
  /**
   * Orders that belong to users, and their items
   */
  function createShop(options: {
    orders?: string
    items?: string
    nullable?: boolean
    unindexed?: 'orders' | 'items'
  }) {
    const { orders = 'CASCADE', items = 'CASCADE', nullable, unindexed } = options
    return createExaminedApp({
      async prepare({ db }) {
        const create = (name: string, parent: string, own: string, rule: string) =>
          db.connection().schema.createTable(name, (table) => {
            table.increments('id')
            const key = table.integer(own).unsigned()
            if (!nullable) key.notNullable()
            key.references('id').inTable(parent).onDelete(rule)
            table.index(['id', own])
            if (unindexed !== name) table.index([own, 'id'])
          })
        await create('orders', 'users', 'user_id', orders)
        await create('items', 'orders', 'order_id', items)
      },
    })
  }

  test('blocking-foreign-key: {orders}')
    .with([{ orders: 'RESTRICT' }, { orders: 'NO ACTION' }])
    .run(async ({ assert, cleanup }, options) => {
      const app = await createShop(options)
      cleanup(() => app.close())

      const finding = await app.findOne()
      assert.equal(finding.code, 'blocking-foreign-key')
      assert.equal(finding.severity, 'error')
      assert.include(finding.message, '"orders.user_id"')
      assert.include(finding.message, `ON DELETE ${options.orders}`)
      assert.equal(finding.message.includes('orders_user_id_foreign'), dialect !== 'sqlite')

      const guest = await new GuestFactory(app.app).expired().create()
      const [order] = await app.db
        .table('orders')
        .insert({ user_id: guest.$primaryKeyValue })
        .returning('id')
      assert.isOk(order)
      assert.deepInclude(await app.guestUsers.cleanup(), { deleted: 0, blocked: 1 })
      await app.applyFix(finding)
      assert.deepInclude(await app.guestUsers.cleanup(), { deleted: 1 })
      assert.equal(await app.count('orders'), 0)
      assert.deepEqual(await app.find(), [])
    })

  test('blocking-foreign-key: a column that may be null need not lose its row', async ({
    assert,
    cleanup,
  }) => {
    const app = await createShop({ orders: 'RESTRICT', nullable: true })
    cleanup(() => app.close())

    const finding = await app.findOne()
    assert.include(finding.fix, ".onDelete('SET NULL')")
    assert.include(finding.fix, '// Or CASCADE')
    await app.applyFix(finding)
    assert.deepEqual(await app.find(), [])
  })

  test('blocking-foreign-key: of a table whose rows would go with the guest', async ({
    assert,
    cleanup,
  }) => {
    const app = await createShop({ items: 'RESTRICT' })
    cleanup(() => app.close())

    const finding = await app.findOne()
    assert.equal(finding.code, 'blocking-foreign-key')
    assert.match(finding.message, /"items\.order_id".* to "orders" says ON DELETE RESTRICT/)
    await app.applyFix(finding)
    assert.deepEqual(await app.find(), [])
  })

  test('a table whose rows stay keeps nobody', async ({ assert, cleanup }) => {
    const app = await createShop({ orders: 'SET NULL', items: 'RESTRICT', nullable: true })
    cleanup(() => app.close())
    assert.deepEqual(await app.find(), [])
  })

  if (dialect !== 'mariadb') {
    test('blocking-foreign-key: SET NULL on a column that is NOT NULL', async ({
      assert,
      cleanup,
    }) => {
      const app = await createShop({ orders: 'SET NULL' })
      cleanup(() => app.close())

      const finding = await app.findOne()
      assert.equal(finding.code, 'blocking-foreign-key')
      assert.match(finding.message, /ON DELETE SET NULL on a column that is NOT NULL/)
      await app.applyFix(finding)
      assert.deepEqual(await app.find(), [])
    })

    test('unindexed-foreign-key: {unindexed}')
      .with([
        { unindexed: 'orders', column: 'orders.user_id', parent: 'users' },
        { unindexed: 'items', column: 'items.order_id', parent: 'orders' },
      ] as const)
      .run(async ({ assert, cleanup }, { unindexed, column: name, parent }) => {
        const app = await createShop({ unindexed })
        cleanup(() => app.close())

        const finding = await app.findOne()
        assert.equal(finding.code, 'unindexed-foreign-key')
        assert.equal(finding.severity, 'warning')
        assert.include(finding.message, `"${name}" has no index`)
        assert.include(finding.message, `"${parent}"`)
        await app.applyFix(finding)
        assert.deepEqual(await app.find(), [])
      })
  } else {
    test('MariaDB makes the index of a foreign key by itself', async ({ assert, cleanup }) => {
      const app = await createShop({ unindexed: 'orders' })
      cleanup(() => app.close())
      assert.deepEqual(await app.find(), [])
    })
  }

  test('a table that points at itself is looked at once', async ({ assert, cleanup }) => {
    const app = await createExaminedApp({
      async prepare({ db }) {
        await db.connection().schema.createTable('folders', (table) => {
          table.increments('id')
          table.integer('user_id').unsigned().index()
          table.integer('parent_id').unsigned().index()
          table.foreign('user_id').references('users.id').onDelete('CASCADE')
          table.foreign('parent_id').references('folders.id').onDelete('CASCADE')
        })
      },
    })
    cleanup(() => app.close())
    assert.deepEqual(await app.find(), [])
  })

  if (dialect === 'postgres') {
    test('tables of other schemas are named with theirs', async ({ assert, cleanup }) => {
      const app = await createExaminedApp({
        async prepare({ db }) {
          await db.rawQuery('create schema "Shop"')
          await db.rawQuery(
            'create table "Shop".orders (user_id int references users (id) on delete restrict)'
          )
        },
      })
      cleanup(() => app.close())

      assert.deepEqual(await app.codes(), ['blocking-foreign-key', 'unindexed-foreign-key'])
      for (const finding of await app.find()) {
        assert.include(finding.message, '"Shop.orders.user_id"')
        await app.applyFix(finding)
      }
      assert.deepEqual(await app.find(), [])
    })

    test('an index over the rows that have a user will do', async ({ assert, cleanup }) => {
      const app = await createExaminedApp({
        async prepare({ db }) {
          const create = 'create table t (user_id int references users (id) on delete cascade'
          await db.rawQuery(`${create}, body text)`)
          await db.rawQuery('create index on t (user_id) where body is not null')
          await db.rawQuery('create index on t using brin (user_id)')
        },
      })
      cleanup(() => app.close())
      assert.deepEqual(await app.codes(), ['unindexed-foreign-key'])
      await app.db.rawQuery('create index on t (user_id) where user_id is not null')
      assert.deepEqual(await app.find(), [])
    })
  }
})

test.group('Doctor: cleanup', () => {
  test('cleanup-not-running: maxAge {maxAge}, last seen {hours} hours ago')
    .with([
      { maxAge: '2h', hours: 25, found: false },
      { maxAge: '2h', hours: 27, found: true },
      { maxAge: '3 days', hours: 143, found: false },
      { maxAge: '3 days', hours: 145, found: true },
      { maxAge: '30 days', hours: 36 * 24, found: false },
      { maxAge: '30 days', hours: 38 * 24, found: true },
    ])
    .run(async ({ assert, cleanup }, { maxAge, hours, found }) => {
      const app = await createExaminedApp({ guestUser: { maxAge } })
      cleanup(() => app.close())
      const guests = new GuestFactory(app.app)
      await guests.create()
      await guests.seen(DateTime.now().minus({ hours })).createMany(2)

      if (!found) {
        assert.deepEqual(await app.find(), [])
        return
      }
      const finding = await app.findOne()
      assert.equal(finding.code, 'cleanup-not-running')
      assert.equal(finding.severity, 'warning')
      assert.match(finding.message, /^2 guests are overdue in the table "guests"/)
      assert.include(finding.fix, 'node ace guest:cleanup')

      await app.guestUsers.cleanup()
      assert.deepEqual(await app.find(), [])
    })

  test('counts from what "expireBy" names', async ({ assert, cleanup }) => {
    const app = await createExaminedApp({ guestUser: { maxAge: '3 days', expireBy: 'createdAt' } })
    cleanup(() => app.close())
    await new GuestFactory(app.app)
      .seen(DateTime.now().minus({ days: 10 }), DateTime.now())
      .create()
    const finding = await app.findOne()
    assert.match(finding.message, /^1 guest is overdue.* the oldest is 10 days old.*is 3 days$/)
  })
})
