import { test } from '@japa/runner'

import { Visitor } from '../app/visitor.ts'
import { createTestApp, type TestApp } from '../app/test_app.ts'
import { createCartApp } from '../app/cart_app.ts'

/**
 * A guest, and the cookies from before, as if somebody had kept them
 */
async function visitAndCopyCookies({ url }: TestApp) {
  const visitor = new Visitor(url)
  await visitor.get('/about')
  const replayed = visitor.clone()
  return { replayed, first: await visitor.get('/cart') }
}

test.group('Parallel first requests', () => {
  test('with the same session cookie make one guest', async ({ assert, cleanup }) => {
    const app = await createCartApp()
    cleanup(() => app.close())
    const events: unknown[] = []
    app.emitter.on('guest_user:created', (event) => void events.push(event))

    const visitor = new Visitor(app.url)
    await visitor.get('/about')

    const tabs = Array.from({ length: 8 }, () => visitor.clone())
    const responses = await Promise.all(tabs.map((tab) => tab.get('/cart')))

    responses.forEach(({ status }) => assert.equal(status, 200))
    assert.lengthOf(new Set(responses.map((response) => response.json().id)), 1)
    assert.equal(await app.count('users'), 1)
    assert.equal(await app.count('guests'), 1)
    assert.lengthOf(events, 1)

    for (const tab of tabs) {
      assert.equal((await tab.get('/cart')).json().id, responses[0].json().id)
    }
  })

  test('calls in one request make one guest', async ({ assert, cleanup }) => {
    const app = await createTestApp({
      routes(router) {
        router.get('/cart', async ({ guestUser }) => {
          const users = await Promise.all([guestUser.allow(), guestUser.allow()])
          return users.map((user) => user?.$primaryKeyValue)
        })
      },
    })
    cleanup(() => app.close())

    const [first, second] = (await new Visitor(app.url).get('/cart')).json()
    assert.equal(first, second)
    assert.equal(await app.count('users'), 1)
  })

  test('of different visitors make different guests', async ({ assert, cleanup }) => {
    const app = await createCartApp()
    cleanup(() => app.close())

    const visitors = Array.from({ length: 5 }, () => new Visitor(app.url))
    await Promise.all(visitors.map((visitor) => visitor.get('/about')))
    await Promise.all(visitors.map((visitor) => visitor.get('/cart')))
    assert.equal(await app.count('guests'), 5)
  })

  test('from another browser do not share a session cookie', async ({ assert, cleanup }) => {
    const app = await createCartApp()
    cleanup(() => app.close())

    const visitor = new Visitor(app.url)
    await visitor.get('/about')
    const thief = visitor.clone()

    const mine = await visitor.get('/cart')
    const theirs = await thief.get('/cart', { 'user-agent': 'Mozilla/5.0 Firefox/140.0' })
    assert.notEqual(mine.json().id, theirs.json().id)
  })

  test('find nobody once the seconds are over', async ({ assert, cleanup }) => {
    const app = await createCartApp()
    cleanup(() => app.close())

    const { first, replayed } = await visitAndCopyCookies(app)

    const guest = await app.guestUsers.find(first.json().id)
    await guest!.merge({ createdAt: guest!.createdAt.minus({ seconds: 11 }) }).save()

    const late = await replayed.get('/cart')
    assert.equal(late.json().kind, 'guest')
    assert.notEqual(late.json().id, first.json().id)
    await guest!.refresh()
    assert.isNull(guest!.visitKey)
  })

  test('do not lead into an account that the guest has become', async ({ assert, cleanup }) => {
    const app = await createCartApp()
    cleanup(() => app.close())

    const { first, replayed } = await visitAndCopyCookies(app)
    const guest = await app.guestUsers.find(first.json().id)
    await guest!.delete()

    const late = await replayed.get('/cart')
    assert.notEqual(late.json().id, first.json().id)
  })
})
