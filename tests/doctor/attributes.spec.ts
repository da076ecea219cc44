import { test } from '@japa/runner'
import { DateTime } from 'luxon'
import { beforeCreate, type BaseModel } from '@adonisjs/lucid/orm'

import { dialect } from '../app/test_database.ts'
import { GuestFactory } from '../../factories/main.ts'
import { createExaminedApp } from '../app/examined_app.ts'
import type { TestAppOptions } from '../app/test_app.ts'

type ExaminedApp = Awaited<ReturnType<typeof createExaminedApp>>
type Schema = ReturnType<ExaminedApp['db']['connection']>['schema']
type Columns = Parameters<Schema['createTable']>[1]
type TableBuilder = Parameters<Columns>[0]

/**
 * A healthy application with a few more columns of users
 */
async function createApp(columns: (table: TableBuilder) => void, options: TestAppOptions = {}) {
  return createExaminedApp({
    ...options,
    async prepare(parts) {
      await parts.db.connection().schema.alterTable('users', columns)
      await options.prepare?.(parts)
    },
  })
}

/**
 * SQLite cannot add a NOT NULL column without a default to a table, so the
 * table is made anew
 */
async function requireColumn(app: ExaminedApp, name: string, type = 'string') {
  if (dialect !== 'sqlite') {
    await app.db.connection().schema.alterTable('users', (table) => {
      table.specificType(name, type === 'string' ? 'varchar(20)' : 'timestamp').notNullable()
    })
    return
  }
  const schema = () => app.db.connection().schema
  await app.db.rawQuery('pragma foreign_keys = off')
  await schema().dropTable('users')
  await schema().createTable('users', (table) => {
    table.increments('id')
    table.string('full_name').nullable()
    table.string('email', 254).notNullable().unique()
    table.string('password').notNullable()
    table.string(name, 20).notNullable()
  })
  await app.db.rawQuery('pragma foreign_keys = on')
}

const email = ({ username }: { username: string }) => ({ email: `${username}@guest.invalid` })

test.group('Doctor: attributes', () => {
  test('incomplete-attributes: a column of the model', async ({ assert, cleanup }) => {
    const app = await createExaminedApp({ guestUser: { attributes: () => ({}) } })
    cleanup(() => app.close())

    const finding = await app.findOne()
    assert.equal(finding.code, 'incomplete-attributes')
    assert.equal(finding.severity, 'error')
    assert.match(
      finding.message,
      /"users\.email" \(.*254\)\) is NOT NULL.*"config\/guest_user\.ts"/
    )
    assert.include(finding.fix, 'attributes: ({ username }) => ({ …, email: … }),')
    assert.equal(await app.count('users'), 0)
  })

  test('incomplete-attributes: null is no value', async ({ assert, cleanup }) => {
    const app = await createExaminedApp({ guestUser: { attributes: () => ({ email: null }) } })
    cleanup(() => app.close())
    assert.deepEqual(await app.codes(), ['incomplete-attributes'])
  })

  test('incomplete-attributes: the password of a model that has none', async ({
    assert,
    cleanup,
  }) => {
    const app = await createExaminedApp({ guestUser: { passwordColumn: null } })
    cleanup(() => app.close())
    const finding = await app.findOne()
    assert.include(finding.message, '"users.password"')
    assert.include(finding.fix, '"passwordColumn"')
  })

  test('incomplete-attributes: a column that the model does not know', async ({
    assert,
    cleanup,
  }) => {
    const app = await createExaminedApp()
    cleanup(() => app.close())
    await requireColumn(app, 'locale')

    const finding = await app.findOne()
    assert.equal(finding.code, 'incomplete-attributes')
    assert.include(finding.message, '"users.locale"')
    assert.include(finding.fix, 'add it to the model "User"')
    await assert.rejects(() => app.guestUsers.create(), /"\S*locale" is NOT NULL/)
  })

  test('columns with a default, and those that are nullable, may be left out', async ({
    assert,
    cleanup,
  }) => {
    const app = await createApp(
      (table) => {
        table.string('locale').notNullable().defaultTo('en')
        table.string('nickname').nullable()
        table.timestamp('created_at').notNullable().defaultTo('2000-01-01 00:00:00')
      },
      { guestUser: { attributes: email } }
    )
    cleanup(() => app.close())
    assert.deepEqual(await app.find(), [])
    await app.guestUsers.create()
  })

  test('columns that the model fills by itself may be left out: {$self}')
    .with(['a closure', 'a decorated method', 'autoCreate'])
    .run(async ({ assert, cleanup }, how) => {
      const app = await createExaminedApp()
      cleanup(() => app.close())
      if (how === 'autoCreate') {
        app.User.$addColumn('slug', { meta: { type: 'date', autoCreate: true } })
      } else {
        app.User.$addColumn('slug', {})
      }
      await requireColumn(app, 'slug')
      if (how === 'a closure') {
        app.User.before('create', (user: any) => {
          user.slug ??= 'ann'
        })
      }
      if (how === 'a decorated method') {
        Object.defineProperty(app.User, 'fillSlug', {
          value: function fillSlug(user: any) {
            user.slug ??= 'ann'
          },
        })
        beforeCreate()(app.User as typeof BaseModel, 'fillSlug' as never)
      }
      assert.deepEqual(await app.codes(), [])

      app.User.$hooks.clear('before:create')
      if (how !== 'autoCreate') {
        assert.deepEqual(await app.codes(), ['incomplete-attributes'])
      }
    })

  test('unknown-attribute', async ({ assert, cleanup }) => {
    const app = await createExaminedApp({
      guestUser: { attributes: (guest: any) => ({ ...email(guest), mail: 'x' }) as never },
    })
    cleanup(() => app.close())
    const finding = await app.findOne()
    assert.equal(finding.code, 'unknown-attribute')
    assert.match(finding.message, /"config\/guest_user\.ts" returns "mail".*model "User"/)
    assert.include(finding.fix, '@column()\ndeclare mail: string')
  })

  test('constant-unique-attribute', async ({ assert, cleanup }) => {
    const app = await createExaminedApp({
      guestUser: { attributes: () => ({ email: 'guest@guest.invalid' }) },
    })
    cleanup(() => app.close())
    const finding = await app.findOne()
    assert.equal(finding.code, 'constant-unique-attribute')
    assert.match(finding.message, /"users\.email" is unique.*"guest@guest\.invalid"/)
    assert.include(finding.fix, 'email: `${username}@guest.invalid`')
  })

  if (dialect !== 'sqlite') {
    test('attribute-too-long', async ({ assert, cleanup }) => {
      const app = await createApp((table) => table.string('nickname', 35).nullable(), {
        guestUser: {
          attributes: (guest: any) => ({ ...email(guest), nickname: guest.username }) as never,
        },
        prepare: async ({ User }) => void User.$addColumn('nickname', {}),
      })
      cleanup(() => app.close())
      const finding = await app.findOne()
      assert.equal(finding.code, 'attribute-too-long')
      assert.match(finding.message, /"users\.nickname" holds 35 characters.*returns 36/)
      assert.include(finding.fix, 'username: usernames.numbered(),')
      await assert.rejects(() => app.guestUsers.create())
    })
  }

  test('failing-attributes: {name}')
    .with([
      {
        name: 'attributes want a request',
        guestUser: { attributes: ({ ctx }: any) => ({ email: ctx.request.ip() }) },
        message: /reading 'request'/,
      },
      { name: 'no name', guestUser: { username: () => '' }, message: /"username" must return/ },
    ])
    .run(async ({ assert, cleanup }, { guestUser, message }) => {
      const app = await createExaminedApp({ guestUser })
      cleanup(() => app.close())
      const finding = await app.findOne()
      assert.equal(finding.code, 'failing-attributes')
      assert.equal(finding.severity, 'warning')
      assert.match(finding.message, message)
      assert.include(finding.fix, 'ctx?.request')
    })
})

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

test.group('Doctor: a check that cannot be made', () => {
  test('check-failed: the others are made', async ({ assert, cleanup }) => {
    const { Guest } = await import('../../src/models/guest.ts')
    class BrokenGuest extends Guest {
      static table = 'guests'
    }
    BrokenGuest.boot()
    BrokenGuest.before('fetch', () => {
      throw new Error('a broken hook')
    })
    const app = await createExaminedApp({
      guestUser: { guestModel: async () => BrokenGuest, maxAge: '1h' },
    })
    cleanup(() => app.close())

    assert.deepEqual(await app.codes(), ['session-outlives-guest', 'check-failed'])
    const [, finding] = await app.find()
    assert.equal(finding.severity, 'warning')
    assert.match(finding.message, /"cleanup" could not be made: a broken hook/)
  })
})
