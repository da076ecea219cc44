import { test } from '@japa/runner'

import { writeGuestAttributes } from '../../src/configure/guest_attributes.ts'

test.group('writeGuestAttributes', () => {
  test('fits the columns of the model', ({ assert }) => {
    assert.equal(
      writeGuestAttributes(),
      '{ fullName: username, email: `${username}@guest.invalid` }'
    )
    assert.equal(writeGuestAttributes(['id', 'username', 'password']), '{ username }')
    assert.equal(writeGuestAttributes(['id']), '{}')
  })
})
