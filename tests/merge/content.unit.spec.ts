import { test } from '@japa/runner'

import { isSameContent, isSurrogateName } from '../../src/merge/content.ts'

function isSame(guestRow: object, accountRow: object): boolean {
  return isSameContent({ guestRow, accountRow }, ['id', 'user_id', 'created_at'])
}

test.group('Rows that say the same', () => {
  test('differ in ignored columns only', ({ assert }) => {
    assert.isTrue(isSame({ user_id: 1, color: 'red' }, { user_id: 2, color: 'red' }))
    assert.isTrue(isSame({ created_at: new Date(1) }, { created_at: new Date(2) }))
    assert.isFalse(isSame({ user_id: 1, color: 'red' }, { user_id: 1, color: 'blue' }))
    assert.isFalse(isSame({ id: 1, count: 1 }, { id: 2, count: 2 }))
  })

  test('compare dates, null and JSON by their values', ({ assert }) => {
    assert.isTrue(isSame({ seen: new Date(5) }, { seen: new Date(5) }))
    assert.isFalse(isSame({ seen: new Date(5) }, { seen: new Date(6) }))
    assert.isFalse(isSame({ note: null }, { note: '' }))
    assert.isTrue(isSame({ tags: { a: [1] } }, { tags: { a: [1] } }))
  })

  test('do not when a driver may have rounded a number', ({ assert }) => {
    const rounded = Number.MAX_SAFE_INTEGER + 1
    assert.isFalse(isSame({ views: rounded }, { views: rounded }))
    assert.isTrue(isSame({ views: rounded - 1 }, { views: rounded - 1 }))
  })
})

test.group('A key that means nothing', () => {
  test('{column} of {table}: {expected}')
    .with([
      { column: 'id', table: 'carts', expected: true },
      { column: 'ID', table: 'carts', expected: true },
      { column: 'uuid', table: 'carts', expected: true },
      { column: 'cart_id', table: 'carts', expected: true },
      { column: 'cartId', table: 'shop.carts', expected: true },
      { column: 'cart_ulid', table: 'carts', expected: true },
      { column: 'domain', table: 'shops', expected: false },
      { column: 'discord_id', table: 'identities', expected: false },
      { column: 'product_id', table: 'carts', expected: false },
    ])
    .run(({ assert }, { column, table, expected }) => {
      assert.equal(isSurrogateName(column, table), expected)
    })
})
