import { test } from '@japa/runner'
import { BaseModel, column } from '@adonisjs/lucid/orm'

import { GuestFactory } from '../../factories/main.ts'
import { createExaminedApp } from '../app/examined_app.ts'

test.group('Doctor: a healthy application', () => {
  test('with {$self} keys has no findings')
    .with(['increments', 'bigIncrements', 'uuid', 'string'] as const)
    .run(async ({ assert, cleanup }, userKey) => {
      const app = await createExaminedApp({ userKey, shield: true })
      cleanup(() => app.close())
      await new GuestFactory(app.app).createMany(2)
      assert.deepEqual(await app.find(), [])
    })

  test('stays as it is', async ({ assert, cleanup }) => {
    const app = await createExaminedApp()
    cleanup(() => app.close())
    const statements = await app.queries.during(() => app.find())
    assert.isAbove(statements.length, 5)
    assert.deepEqual(
      statements.filter((sql) => !/^\s*select/i.test(sql)),
      []
    )
  })
})

/**
 * A table that has one row per user, or per user and topic
 */
function createTopics(columns: (table: any) => void) {
  return async ({ db }: any) => {
    await db.connection().schema.createTable('topics', (table: any) => {
      table.increments('id')
      table.integer('owner_id').unsigned().notNullable().index()
      table.foreign('owner_id').references('id').inTable('users').onDelete('CASCADE')
      columns(table)
    })
  }
}

test.group('Doctor: config/guest_user.ts', () => {
  test('merge-conflict: {name}')
    .with([
      {
        name: 'one row each, with contents',
        columns: (table: any) => table.string('title') && table.unique(['owner_id']),
        message: /both have a row in "(\w+\.)?topics" and the rows differ/,
      },
      {
        name: 'one row each and subject, with contents',
        columns: (table: any) => {
          table.string('title')
          table.integer('subject')
          table.unique(['owner_id', 'subject'])
        },
        message: /both have a row in "(\w+\.)?topics" with the same "subject" and the rows differ/,
      },
    ])
    .run(async ({ assert, cleanup }, { columns, message }) => {
      const app = await createExaminedApp({ prepare: createTopics(columns) })
      cleanup(() => app.close())
      const finding = await app.findOne()
      assert.equal(finding.code, 'merge-conflict')
      assert.equal(finding.severity, 'warning')
      assert.match(finding.message, message)
      assert.include(
        finding.fix,
        `{ model: () => import('#models/topic'), foreignKey: 'ownerId', onConflict: 'keepAccount' } in "transfer" of "config/guest_user.ts"`
      )
    })

  test('no merge-conflict: {name}')
    .with([
      { name: 'without contents', columns: (table: any) => table.unique(['owner_id']) },
      {
        name: 'a key with the surrogate in it',
        columns: (table: any) => table.string('title') && table.unique(['owner_id', 'id']),
      },
      {
        name: 'a key that has nothing to do with the users',
        columns: (table: any) => table.string('title').unique(),
      },
    ])
    .run(async ({ assert, cleanup }, { columns }) => {
      const app = await createExaminedApp({ prepare: createTopics(columns) })
      cleanup(() => app.close())
      assert.deepEqual(await app.find(), [])
    })

  test('no merge-conflict: {name}')
    .with([
      { name: 'with a policy', guestUser: { transfer: [policy({ onConflict: 'keepGuest' })] } },
      { name: 'with discard', guestUser: { transfer: [policy({ discard: true })] } },
      { name: 'without merges', guestUser: { mergeMode: 'off' as const } },
    ])
    .run(async ({ assert, cleanup }, { guestUser }) => {
      const app = await createExaminedApp({
        guestUser: guestUser as never,
        prepare: createTopics((table) => table.string('title') && table.unique(['owner_id'])),
      })
      cleanup(() => app.close())
      assert.deepEqual(await app.find(), [])
    })

  test('broken-relation', async ({ assert, cleanup }) => {
    const app = await createExaminedApp({
      async prepare({ User }) {
        User.$addRelation('topics', 'hasMany', () => Topic, {})
        User.$addRelation('drafts', 'hasMany', () => Topic, { foreignKey: 'writerId' })
      },
    })
    cleanup(() => app.close())
    const findings = await app.find()
    assert.deepEqual(
      findings.map(({ code, severity }) => [code, severity]),
      [
        ['broken-relation', 'warning'],
        ['broken-relation', 'warning'],
      ]
    )
    const messages = findings.map(({ message }) => message).join('\n')
    assert.match(messages, /relation "topics" .* finds no rows: there is no table "topics"/)
    assert.match(messages, /relation "drafts" .* cannot be used: .*writerId/)
  })
})

class Topic extends BaseModel {
  @column({ isPrimary: true }) declare id: number
  @column() declare ownerId: number
  @column() declare userId: number
}

function policy(options: object) {
  return { model: async () => Topic, foreignKey: 'ownerId', ...options }
}
