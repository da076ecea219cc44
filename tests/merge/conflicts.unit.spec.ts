import { test } from '@japa/runner'

import { isSameContent } from '../../src/merge/conflicts.ts'

function isSame(guestRow: object, accountRow: object, primaryKey = ['id']): boolean {
  return isSameContent({ guestRow, accountRow }, ['user_id', 'created_at'], primaryKey)
}

test.group('Rows that say the same', () => {
  test('differ in ignored columns only', ({ assert }) => {
    assert.isTrue(isSame({ user_id: 1, color: 'red' }, { user_id: 2, color: 'red' }))
    assert.isTrue(isSame({ created_at: new Date(1) }, { created_at: new Date(2) }))
    assert.isFalse(isSame({ user_id: 1, color: 'red' }, { user_id: 1, color: 'blue' }))
  })

  test('have surrogate keys of their own: {guest} and {account}')
    .with([
      { guest: 1, account: 2 },
      { guest: '9007199254740993', account: '9007199254740995' },
      {
        guest: '0b8ae1a7-6d3f-4b0e-9c3c-0d5f6f1c2a3b',
        account: '5F1C2A3B-6D3F-4B0E-9C3C-0D5F6F1C2A3C',
      },
    ])
    .run(({ assert }, { guest, account }) => {
      assert.isTrue(isSame({ id: guest }, { id: account }))
    })

  test('do not when the key means something', ({ assert }) => {
    assert.isFalse(isSame({ id: 'red' }, { id: 'blue' }))
    assert.isFalse(isSame({ id: 1 }, { id: 'blue' }))
  })

  test('do not when the number is no key, or only a part of it', ({ assert }) => {
    assert.isFalse(isSame({ id: 1, count: 1 }, { id: 2, count: 2 }))
    assert.isFalse(isSame({ id: 1 }, { id: 2 }, ['id', 'country']))
    assert.isFalse(isSame({ id: 1 }, { id: 2 }, []))
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
