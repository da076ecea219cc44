import { test } from '@japa/runner'
import { beforeCreate, type BaseModel } from '@adonisjs/lucid/orm'

import { dialect } from '../app/test_database.ts'
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
