import { test } from '@japa/runner'

import { createShop, preparing } from '../app/shop_app.ts'

type Create = Parameters<typeof preparing>[0]
type Columns = Parameters<
  ReturnType<Parameters<Create>[0]['db']['connection']>['schema']['createTable']
>[1]

/**
 * A shop in which each user may wish for a product once
 */
async function createWishes(key: (table: Parameters<Columns>[0]) => void) {
  return createShop(
    preparing(async ({ db }) => {
      await db.connection().schema.createTable('wishes', (table) => {
        key(table)
        table.integer('user_id').unsigned().notNullable()
        table.foreign('user_id').references('id').inTable('users').onDelete('CASCADE')
        table.integer('product_id').unsigned().notNullable()
        table.timestamp('created_at').nullable()
        table.unique(['user_id', 'product_id'])
      })
    })
  )
}

test.group('Rows that differ only in their key', () => {
  test('become one: {name}')
    .with([
      { name: 'numbers', keys: [1, 2] },
      { name: 'UUIDs', keys: [crypto.randomUUID(), crypto.randomUUID()] },
      { name: 'ULIDs', keys: ['01J9ZQ5KX3F8E7D6C5B4A39281', '01J9ZQ5KX3F8E7D6C5B4A39282'] },
      { name: 'cuids', keys: ['cjld2cjxh0000qzrmn831i7rn', 'cjld2cyuq0000t3rmniod1foy'] },
      { name: 'nanoids', keys: ['V1StGXR8_Z5jdHi6B-myT', 'Uakgb_J5m9g-0JDMbcJqL'] },
      { name: 'prefixed ids', keys: ['wish_2f9KxQ', 'wish_7c1LmB'] },
    ])
    .run(async ({ assert, cleanup }, { keys }) => {
      const { app, ann } = await createWishes((table) => {
        if (typeof keys[0] === 'number') table.increments('id')
        else table.string('id', 36).primary()
      })
      cleanup(() => app.close())
      const guest: any = await app.guestUsers.create()
      await app.db.table('wishes').multiInsert([
        { id: keys[0], user_id: ann.id, product_id: 7, created_at: '2026-01-01 00:00:00' },
        { id: keys[1], user_id: guest.id, product_id: 7, created_at: '2026-02-02 00:00:00' },
      ])
      await app.guestUsers.merge(guest, ann)
      const wishes = await app.db.from('wishes')
      assert.deepEqual(
        wishes.map(({ id, user_id }) => [id, user_id]),
        [[keys[0], ann.id]]
      )
    })

  test('stay two when the key points at something', async ({ assert, cleanup }) => {
    const { app, ann } = await createWishes((table) => {
      table.integer('id').unsigned().primary().references('id').inTable('tags').onDelete('CASCADE')
    })
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    await app.db.table('tags').multiInsert([{ id: 1 }, { id: 2 }])
    await app.db.table('wishes').multiInsert([
      { id: 1, user_id: ann.id, product_id: 7 },
      { id: 2, user_id: guest.id, product_id: 7 },
    ])
    await assert.rejects(() => app.guestUsers.merge(guest, ann), /both have a row in "(\w+\.)?wish/)
    assert.equal(await app.count('wishes'), 2)
  })

  test('stay two when the key means something', async ({ assert, cleanup }) => {
    const { app, ann } = await createWishes((table) => table.integer('serial').primary())
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    await app.db.table('wishes').multiInsert([
      { serial: 1, user_id: ann.id, product_id: 7 },
      { serial: 2, user_id: guest.id, product_id: 7 },
    ])
    await assert.rejects(
      () => app.guestUsers.merge(guest, ann),
      /both have a row in "(\w+\.)?wishes" with the same "product_id", .* by { model: \(\) => import\('#models\/wish'\), foreignKey: 'userId', onConflict: 'keepAccount' } in "transfer"/
    )
    assert.equal(await app.count('wishes'), 2)
  })
})
