import { test } from '@japa/runner'
import { BaseModel, SnakeCaseNamingStrategy } from '@adonisjs/lucid/orm'

import type { GuestModel } from '../../src/types.ts'
import { examine } from '../../src/doctor/doctor.ts'
import { Visitor } from '../app/visitor.ts'
import { createCartApp } from '../app/cart_app.ts'

/**
 * Columns have the names of the properties
 */
class PropertyNames extends SnakeCaseNamingStrategy {
  columnName(_model: unknown, attribute: string) {
    return attribute
  }
}

/**
 * An application that sets the strategy for all models before it loads any
 */
async function createApp(cleanup: (callback: () => void | Promise<void>) => void) {
  const usual = BaseModel.namingStrategy
  BaseModel.namingStrategy = new PropertyNames()
  cleanup(() => void (BaseModel.namingStrategy = usual))

  const file = '../../src/models/guest.ts'
  const loadAgain = () => import(`${file}?property-names`) as Promise<{ default: GuestModel }>
  const app = await createCartApp({
    secondGuard: false,
    guestUser: { guestModel: loadAgain, admin: { authorize: () => true, search: ['email'] } },
    async prepare({ db }) {
      await db.connection().schema.alterTable('users', (table) => {
        table.renameColumn('full_name', 'fullName')
      })
    },
  })
  cleanup(() => app.close())
  return app
}

test.group('A naming strategy for all models', () => {
  test('the guests keep the columns of their own migration', async ({ assert, cleanup }) => {
    const app = await createApp(cleanup)
    assert.deepEqual(await examine(app.app), [])

    const visitor = new Visitor(app.url)
    const { id, kind } = (await visitor.get('/cart')).json()
    assert.equal(kind, 'guest')
    const [row] = await app.db.from('guests')
    assert.containsSubset(Object.keys(row), ['user_id', 'created_at', 'last_seen_at', 'visit_key'])
    assert.equal(row.user_id, id)

    const account: any = await app.User.create({ email: 'ann@example.com', password: 'secret12' })
    await app.db.table('notes').insert({ user_id: id, body: 'hello' })
    await app.guestUsers.merge(id, account)
    const notes = await app.db.from('notes').select('user_id')
    assert.deepEqual(
      notes.map((note) => note.user_id),
      [account.id]
    )

    const inventory = await app.guestUsers.engine.loadInventory()
    const another = await app.guestUsers.create()
    const page = await inventory.page({
      filter: {},
      order: { by: 'lastSeenAt', direction: 'desc' },
      size: 10,
    })
    assert.deepEqual(
      page.guests.map(({ guest }) => guest.userId),
      [another.$primaryKeyValue]
    )
    await app.expireGuests()
    assert.deepInclude(await app.guestUsers.cleanup(), { deleted: 1, blocked: 0 })
  })
})
