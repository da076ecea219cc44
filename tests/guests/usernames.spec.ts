import { test } from '@japa/runner'

import { usernames } from '../../src/usernames.ts'
import { Visitor } from '../app/visitor.ts'
import { createCartApp } from '../app/cart_app.ts'

test.group('Usernames', () => {
  const taken = (names: string[]) => {
    const used: number[] = []
    return {
      used,
      generator: (_: unknown, attempt: number) => {
        used.push(attempt)
        return names[attempt - 1] ?? 'fallback'
      },
    }
  }

  test('a taken name is followed by another', async ({ assert, cleanup }) => {
    const { generator, used } = taken(['taken', 'taken', 'free'])
    const app = await createCartApp({ guestUser: { username: generator } })
    cleanup(() => app.close())

    await app.User.create({ email: 'taken@guest.invalid', password: 'x' })
    const user = await app.guestUsers.create()
    assert.equal((user as any).email, 'free@guest.invalid')
    assert.deepEqual(used, [1, 2, 3])
    assert.equal(await app.count('users'), 2)
  })

  test('a wanted name is tried first', async ({ assert, cleanup }) => {
    const app = await createCartApp({ guestUser: { username: () => 'generated' } })
    cleanup(() => app.close())

    const first: any = await app.guestUsers.create({ username: 'wanted' })
    const second: any = await app.guestUsers.create({ username: 'wanted' })
    assert.equal(first.fullName, 'wanted')
    assert.equal(second.fullName, 'generated')
  })

  test('numbered names grow when they run out', async ({ assert, cleanup }) => {
    const app = await createCartApp({ guestUser: { username: usernames.numbered({ digits: 1 }) } })
    cleanup(() => app.close())

    for (let number = 1; number <= 9; number++) {
      await app.User.create({ email: `Guest${number}@guest.invalid`, password: 'x' })
    }
    const user: any = await app.guestUsers.create()
    assert.match(user.fullName, /^Guest\d{2,}$/)
  })

  test('a name of nothing but spaces is none: {name}')
    .with(['', '   ', '\t\n', undefined].map((name) => ({ name })))
    .run(async ({ assert, cleanup }, { name }) => {
      const app = await createCartApp({ guestUser: { username: () => name as string } })
      cleanup(() => app.close())

      const error: any = await app.guestUsers.create().catch((e) => e)
      assert.equal(error.code, 'E_INVALID_GUEST_USER_CONFIG')
      assert.include(error.message, '"username" must return a name that is not empty')
      assert.equal(await app.count('users'), 0)
    })

  test('it ends, with an answer for the visitor', async ({ assert, cleanup }) => {
    const app = await createCartApp({ guestUser: { username: () => 'always-the-same' } })
    cleanup(() => app.close())
    await app.guestUsers.create()

    const error: any = await app.guestUsers.create().catch((e) => e)
    assert.equal(error.code, 'E_USERNAME_EXHAUSTED')
    assert.match(error.help, /config\/guest_user\.ts/)
    assert.instanceOf(error.cause, Error)

    const html = await new Visitor(app.url).get('/cart')
    assert.equal(html.status, 503)
    assert.equal(html.text, 'No guest account is available at the moment. Please try again later')
    const json = await new Visitor(app.url).get('/cart', { accept: 'application/json' })
    assert.equal(json.status, 503)
    assert.equal(json.json().errors[0].message, html.text)
    assert.equal(await app.count('users'), 1)
  })
})
