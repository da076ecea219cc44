import { DateTime } from 'luxon'
import { test } from '@japa/runner'
import { BaseModel } from '@adonisjs/lucid/orm'
import type { AllyUserContract, GithubToken } from '@adonisjs/ally/types'

import {
  collectValues,
  hasVerifiedEmail,
  isSameAddress,
  suffixed,
  type SocialUser,
} from '../../src/social/social_user.ts'

const NOBODY: SocialUser = {
  id: 1,
  nickName: null,
  name: null,
  email: null,
  emailVerificationState: 'unsupported',
}

/**
 * A user model with these properties
 */
function createModel(...attributes: string[]) {
  class User extends BaseModel {}
  User.boot()
  attributes.forEach((name) => User.$addColumn(name, {}))
  return User
}

test.group('Addresses of social users', () => {
  test('are the same in upper and lower case, and in nothing else', ({ assert }) => {
    assert.isTrue(isSameAddress('Ann@Example.com', 'ann@example.COM'))
    assert.isFalse(isSameAddress('ánn@example.com', 'ann@example.com'))
    // The Kelvin sign, and a dotted I
    assert.isFalse(isSameAddress('\u212Aate@example.com', 'kate@example.com'))
    assert.isFalse(isSameAddress('\u0130da@example.com', 'ida@example.com'))
  })

  test('{email}, {state}: verified is {expected}')
    .with([
      { email: 'ann@example.com', state: 'verified', expected: true },
      { email: 'ann@example.com', state: 'unverified', expected: false },
      { email: 'ann@example.com', state: 'unsupported', expected: false },
      { email: null, state: 'verified', expected: false },
      { email: '', state: 'verified', expected: false },
    ] as const)
    .run(({ assert }, { email, state, expected }) => {
      assert.equal(hasVerifiedEmail({ ...NOBODY, email, emailVerificationState: state }), expected)
    })
})

test.group('Values of a social account', () => {
  const ann: SocialUser = {
    id: 7,
    nickName: 'annie',
    name: 'Ann Müller',
    email: 'ann@example.com',
    emailVerificationState: 'verified',
  }

  test('are what the provider tells, as far as there are columns', ({ assert }) => {
    assert.deepEqual(collectValues(ann, createModel('fullName', 'email')), {
      fullName: 'Ann Müller',
      email: 'ann@example.com',
    })
    assert.deepEqual(collectValues(ann, createModel('name', 'username')), {
      name: 'Ann Müller',
      username: 'annie',
    })
  })

  test('the application has the last word', ({ assert }) => {
    const values = collectValues(ann, createModel('fullName', 'email'), { fullName: 'A.', age: 7 })
    assert.deepEqual(values, { fullName: 'A.', email: 'ann@example.com', age: 7 })
  })

  test('an address is verified when the provider has verified this very one', ({ assert }) => {
    const model = createModel('email', 'emailVerifiedAt')
    assert.isTrue(DateTime.isDateTime(collectValues(ann, model).emailVerifiedAt))
    assert.notProperty(
      collectValues({ ...ann, emailVerificationState: 'unverified' }, model),
      'emailVerifiedAt'
    )
    assert.notProperty(collectValues(ann, model, { email: 'a@b.test' }), 'emailVerifiedAt')
    assert.isNull(collectValues(ann, model, { emailVerifiedAt: null }).emailVerifiedAt)
  })

  test('want an address where there is a column for it', ({ assert }) => {
    const model = createModel('email')
    assert.throws(() => collectValues(NOBODY, model), /returned no email address/)
    assert.throws(() => collectValues(ann, model, { email: '' }), /returned no email address/)
    assert.isNull(collectValues(NOBODY, model, { email: null }).email)
    assert.doesNotThrow(() => collectValues(NOBODY, createModel('username')))
  })

  test('a username is made of what there is: {username}')
    .with([
      { told: { nickName: 'Octo Cat!' }, username: 'octo-cat' },
      { told: { name: 'Ann Müller' }, username: 'ann-muller' },
      { told: { email: 'ann.lee@example.com' }, username: 'annlee' },
      { told: { nickName: '   ', name: 'Ann' }, username: 'ann' },
      { told: { nickName: ' ', name: '  ', email: 'ann@example.com' }, username: 'ann' },
      { told: { nickName: '李' }, username: 'user' },
      { told: {}, username: 'user' },
      { told: { nickName: 'x'.repeat(50) }, username: 'x'.repeat(20) },
    ])
    .run(({ assert }, { told, username }) => {
      const values = collectValues({ ...NOBODY, ...told }, createModel('username'))
      assert.equal(values.username, username)
    })

  test('a name of spaces is none', ({ assert }) => {
    const nameless = { ...ann, name: ' \t', nickName: '  ' }
    const model = createModel('fullName', 'name', 'username')
    assert.deepEqual(collectValues(nameless, model), {
      fullName: null,
      name: null,
      username: 'ann',
    })
    assert.equal(collectValues({ ...ann, name: ' ' }, model).fullName, 'annie')
  })

  test('taken usernames get a suffix that people like, then any number', ({ assert }) => {
    assert.deepEqual(
      [1, 2, 3].map((attempt) => suffixed('ann', attempt)),
      ['ann', 'ann-2', 'ann-3']
    )
    for (let attempt = 4; attempt < 50; attempt++) {
      assert.match(suffixed('ann', attempt), /^ann-\d{4,6}$/)
    }
  })
})

test.group('Social login', () => {
  test("understands Ally's user", ({ expectTypeOf }) => {
    expectTypeOf<AllyUserContract<GithubToken>>().toExtend<SocialUser>()
  })
})
