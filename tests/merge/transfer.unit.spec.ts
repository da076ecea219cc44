import { test } from '@japa/runner'

import {
  describeEntry,
  isSameTransfer,
  withoutOwner,
  type Transfer,
} from '../../src/merge/transfer.ts'

function transferOf(table: string, ...columns: string[]): Transfer {
  return { table, columns, referencedColumns: columns.map(() => 'id') }
}

test.group('Transfers', () => {
  test('are named as the configuration takes them', ({ assert }) => {
    const option = "onConflict: 'keepAccount'"
    const described = [
      { ...transferOf('carts', 'user_id'), relation: 'cart' },
      transferOf('shop.order_items', 'owner_id'),
      transferOf('letters', 'a', 'b'),
    ].map((transfer) => describeEntry(transfer, option))
    assert.deepEqual(described, [
      `{ relation: 'cart', onConflict: 'keepAccount' } in "transfer"`,
      `{ model: () => import('#models/order_item'), foreignKey: 'ownerId', onConflict: 'keepAccount' } in "transfer"`,
      '"merge"',
    ])
  })

  test('{one} and {other}: the same is {expected}')
    .with([
      { one: ['notes', 'user_id'], other: ['notes', 'user_id'], expected: true },
      { one: ['public.notes', 'user_id'], other: ['notes', 'user_id'], expected: true },
      { one: ['one.notes', 'user_id'], other: ['other.notes', 'user_id'], expected: false },
      { one: ['notes', 'user_id'], other: ['notes', 'author_id'], expected: false },
      { one: ['notes', 'user_id'], other: ['carts', 'user_id'], expected: false },
      { one: ['notes', 'a', 'b'], other: ['notes', 'a', 'b'], expected: true },
      { one: ['notes', 'a', 'b'], other: ['notes', 'b', 'a'], expected: false },
      { one: ['notes', 'a', 'b'], other: ['notes', 'a'], expected: false },
    ] as { one: [string, string]; other: [string, string]; expected: boolean }[])
    .run(({ assert }, { one, other, expected }) => {
      assert.equal(isSameTransfer(transferOf(...one), transferOf(...other)), expected)
      assert.equal(isSameTransfer(transferOf(...other), transferOf(...one)), expected)
    })

  test('of a unique key, the columns count that do not tell whose the row is', ({ assert }) => {
    const likes = transferOf('likes', 'user_id')
    const key = (...columns: string[]) => ({ name: 'key', columns }) as never
    assert.deepEqual(withoutOwner(key('user_id', 'post_id'), likes), ['post_id'])
    assert.deepEqual(withoutOwner(key('user_id'), likes), [])
    assert.deepEqual(withoutOwner(key('id'), likes), ['id'])
    assert.deepEqual(
      withoutOwner(key('region', 'rank', 'owner_id'), transferOf('x', 'owner_id', 'region')),
      ['rank']
    )
  })
})
