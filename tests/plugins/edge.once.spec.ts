import edge from 'edge.js'
import { test } from '@japa/runner'

import { logIn } from '../app/log_in.ts'
import { Visitor } from '../app/visitor.ts'
import { createTestApp, type TestApp } from '../app/test_app.ts'

const views = {
  tags: `@isGuestUser()
visitor:guest
@else
visitor:other
@end
@isRegularUser()
visitor:regular
@else
visitor:not-regular
@end`,
  users: `@each(user in users)
@isGuestUser(user)
{{ user ? user.id : 'nobody' }}:guest
@else
{{ user ? user.id : 'nobody' }}:other
@end
@isRegularUser(user)
{{ user ? user.id : 'nobody' }}:regular
@end
@if(await isGuestUser(user))
{{ user ? user.id : 'nobody' }}:helper
@end
@end`,
  partial: `@isGuestUser()
partial:guest
@end`,
  page: `@include('partial')
@if(await guestUser.check())
shared:guest
@end`,
}

async function createApp() {
  const app: TestApp = await createTestApp({
    views,
    routes(router, middleware) {
      router.get('/login', async (ctx) => {
        await logIn(ctx, await app.User.create({ email: 'ann@example.com', password: 'secret12' }))
      })
      router.get('/guest', ({ view }) => view.render('tags')).use(middleware.allowGuestUser())
      router.on('/tags').render('tags')
      router.on('/page').render('page')
      router.get('/users', async ({ view }) => {
        return view.render('users', { users: [...(await app.User.query().orderBy('id')), null] })
      })
    },
  })
  return app
}

function lines(text: string) {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
}

test.group('Edge', () => {
  test('tags know the visitor', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())

    const visitor = new Visitor(app.url)
    const anonymous = await visitor.get('/tags')
    assert.deepEqual(lines(anonymous.text), ['visitor:other', 'visitor:not-regular'])

    const guest = await visitor.get('/guest')
    assert.deepEqual(lines(guest.text), ['visitor:guest', 'visitor:not-regular'])

    const member = new Visitor(app.url)
    await member.get('/login')
    const regular = await member.get('/tags')
    assert.deepEqual(lines(regular.text), ['visitor:other', 'visitor:regular'])
  })

  test('tags and helper take a user, and nobody', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())

    await new Visitor(app.url).get('/guest')
    await new Visitor(app.url).get('/login')
    const [guest, regular] = await app.User.query().orderBy('id')

    const page = await new Visitor(app.url).get('/users')
    assert.deepEqual(lines(page.text), [
      `${guest.id}:guest`,
      `${guest.id}:helper`,
      `${regular.id}:other`,
      `${regular.id}:regular`,
      'nobody:other',
    ])
  })

  test('ask once a request about each user', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    await new Visitor(app.url).get('/guest')
    await new Visitor(app.url).get('/login')

    const queries = await app.queries.during(() => new Visitor(app.url).get('/users'))
    const lookups = queries.filter((sql) => /from .guests./.test(sql))
    assert.lengthOf(lookups, 2)
  })

  test('tags evaluate their argument once', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())

    const user = await app.User.create({ email: 'bob@example.com', password: 'secret12' })
    const calls = { count: 0 }
    const page = await edge.renderRaw('@isRegularUser(next())\nyes\n@end', {
      next: () => (calls.count++, user),
    })
    assert.deepEqual(lines(page), ['yes'])
    assert.equal(calls.count, 1)
  })

  test('tags work in partials, and views get the visitor', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())

    const visitor = new Visitor(app.url)
    await visitor.get('/guest')
    assert.deepEqual(lines((await visitor.get('/page')).text), ['partial:guest', 'shared:guest'])
  })

  test('tags and helper work outside a request', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())

    const user = await app.guestUsers.create()
    const mail = await edge.render('users', { users: [user] })
    assert.deepEqual(lines(mail), [
      `${user.$primaryKeyValue}:guest`,
      `${user.$primaryKeyValue}:helper`,
    ])
    assert.deepEqual(lines(await edge.render('tags')), ['visitor:other', 'visitor:not-regular'])
  })

  test('tags say that they need the async renderer', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    assert.throws(
      () => edge.renderSync('tags'),
      '@isGuestUser asks the database and works in "render", not in "renderSync"'
    )
  })
})
