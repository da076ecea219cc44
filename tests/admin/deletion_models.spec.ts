import { DateTime } from 'luxon'
import { test } from '@japa/runner'
import { column } from '@adonisjs/lucid/orm'

import { Guest } from '../../src/models/guest.ts'
import type { TestApp } from '../app/test_app.ts'
import { arriveAsOperator, createAdminApp, createGuests } from '../app/admin_app.ts'
import { comeBack, confirm, confirmAll, effectOn } from '../app/deletion_pages.ts'
import { createTable } from '../app/tables.ts'

const LIST = '/admin/guests'
const DELETE = '/admin/guests/delete'

test.group('Admin pages: models of the application', () => {
  test('a user model that keeps its rows keeps its guests', async ({ assert, cleanup }) => {
    const app = await createAdminApp({
      async prepare({ db, User }) {
        await db.connection().schema.alterTable('users', (table) => {
          table.timestamp('deleted_at').nullable()
        })
        User.prototype.delete = async function () {
          await this.$trx!.from('users').where('id', this.id).update({ deleted_at: '2020-01-01' })
        }
        const hide = (query: any) => void query.whereNull('deleted_at')
        User.before('find', hide)
        User.before('fetch', hide)
      },
    })
    cleanup(() => app.close())
    const ids = await createGuests(app, [40, 41])
    const operator = await arriveAsOperator(app)

    const first = await confirmAll(operator, `guests=${ids[0]}`)
    assert.deepEqual(first.messages, [
      'Nobody was deleted.',
      '1 guest was left out. The user model keeps their rows instead of deleting them.',
    ])
    assert.equal(await app.count('guests'), 2)
    const [row] = await app.db.from('users').where('id', ids[0])
    assert.isNotNull(row.deleted_at)

    // Hidden now, but a guest still
    const list = await operator.get(LIST)
    assert.include(list.text, `User ${ids[0]}`)
    const again = await confirmAll(operator, 'all=1&older_than=1d')
    assert.equal(again.messages[0], 'Nobody was deleted.')
    assert.match(again.messages[1], /^2 guests were left out/)
    assert.equal(await app.count('users'), 3)
  })

  test('a guest model with names of its own, and ages from the creation on', async ({
    assert,
    cleanup,
  }) => {
    class Visit extends Guest {
      static table = 'visit'

      @column({ isPrimary: true, columnName: 'who' })
      declare userId: number

      @column.dateTime({ columnName: 'since' })
      declare createdAt: DateTime

      @column.dateTime({ columnName: 'until' })
      declare lastSeenAt: DateTime

      @column({ columnName: 'key' })
      declare visitKey: string | null
    }
    const app = await createAdminApp({
      guestUser: { guestModel: async () => ({ default: Visit }), expireBy: 'createdAt' },
      async prepare({ db }) {
        await createTable(db, 'visit', (table) => {
          table.integer('who').unsigned().primary()
          table.foreign('who').references('id').inTable('users').onDelete('CASCADE')
          table.timestamp('since').notNullable().index()
          table.timestamp('until').notNullable().index()
          table.string('key', 64).nullable().unique()
        })
      },
    })
    cleanup(() => app.close())
    const create = async (age: number, seen: number) => {
      const user = (await app.guestUsers.create()) as any
      await Visit.query()
        .where('userId', user.id)
        .update({ since: ago(app, age), until: ago(app, seen) })
      return user.id as number
    }
    const loyal = await create(40, 0)
    const young = await create(10, 10)
    const operator = await arriveAsOperator(app)

    const list = await operator.get(`${LIST}?show=expired&sort=seen`)
    assert.include(list.text, '<caption>1 guest</caption>')
    assert.equal((await operator.get(`${LIST}/${loyal}`)).status, 200)
    const page = await operator.get(`${DELETE}?guests=${loyal}&guests=${young}&older_than=30d`)
    assert.include(page.text, 'Created before')
    assert.include(page.text, 'Delete 1 guest?')
    assert.isUndefined(effectOn('visit', page.text))

    // Coming back does not help
    await comeBack(app, loyal)
    const answer = await confirm(operator, page)
    assert.deepEqual(answer.messages, ['1 guest was deleted.'])
    assert.isNull(await app.User.find(loyal))
    assert.isNotNull(await app.User.find(young))
  })

  test('"all" is what the list shows: active ones, and those with an age', async ({
    assert,
    cleanup,
  }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const [fresh, active, older, expired] = await createGuests(app, [1, 10, 20, 40])
    const operator = await arriveAsOperator(app)

    const first = await confirmAll(operator, 'all=1&show=active&older_than=15d')
    assert.deepEqual(first.messages, ['1 guest was deleted.'])
    assert.isNull(await app.User.find(older))
    assert.isNotNull(await app.User.find(expired))

    // The stricter one of two ages counts
    const second = await confirmAll(operator, 'all=1&show=older&age=15d&older_than=5d')
    assert.deepEqual(second.messages, ['1 guest was deleted.'])
    assert.isNull(await app.User.find(expired))
    assert.isNotNull(await app.User.find(active))
    assert.isNotNull(await app.User.find(fresh))
  })
})

function ago({ db }: TestApp, days: number) {
  return DateTime.now().minus({ days }).toFormat(db.connection().dialect.dateTimeFormat)
}
