import { test } from '@japa/runner'

import { Cart } from '../app/shop.ts'
import { createShop } from '../app/shop_app.ts'

test.group('Mistakes in "transfer"', () => {
  test('keep the application from starting: {name}')
    .with([
      {
        name: 'no such relation',
        transfer: ['nots'],
        expected: /"nots", but the model "User" has/,
      },
      {
        name: 'a relation of another kind',
        transfer: [{ relation: 'manager' }],
        expected: /"manager" .* of the kind belongsTo/,
      },
      { name: 'a relation with onQuery', transfer: ['firstNote'], expected: /has an "onQuery"/ },
      {
        name: 'no such foreign key',
        transfer: [{ model: async () => Cart, foreignKey: 'ownerId' }],
        expected: /"ownerId", but the model "Cart" has no such column/,
      },
      {
        name: 'no model',
        transfer: [{ model: async () => ({}), foreignKey: 'userId' }],
        expected: /"transfer" must import a module whose default export is a Lucid model/,
      },
      { name: 'no list', transfer: 'notes', expected: /"transfer" must be a list/ },
    ])
    .run(async ({ assert }, { transfer, expected }) => {
      await assert.rejects(() => createShop({ guestUser: { transfer } as never }), expected)
    })

  test('a mode that is none', async ({ assert }) => {
    await assert.rejects(
      () => createShop({ guestUser: { mergeMode: 'sometimes' } as never }),
      /"mergeMode" must be one of "automatic", "ask", "off", "strict", not "sometimes"/
    )
  })
})
