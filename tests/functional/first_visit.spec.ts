import { test } from '@japa/runner'

import { Visitor } from '../app/visitor.ts'
import { createTestApp } from '../app/test_app.ts'

test('smoke', async ({ assert, cleanup }) => {
  const app = await createTestApp({
    routes(router, middleware) {
      router
        .get('/', async ({ auth, guestUser }) => ({ id: (auth.user as any)?.id, kind: await guestUser.kind(), is: auth.isAuthenticated, sure: (auth.getUserOrFail() as any).id }))
        .use(middleware.allowGuestUser())
    },
  })
  cleanup(() => app.close())
  const visitor = new Visitor(app.url)
  console.log((await visitor.get('/')).text, (await visitor.get('/')).text)
  console.log(await app.queries.during(() => visitor.get('/')))
  console.log(await app.queries.during(() => new Visitor(app.url).get('/')))
  assert.deepEqual(await app.guestUsers.cleanup({ olderThan: -5000 }), { deleted: 2, blocked: [] }); assert.equal(await app.count('users'), 0)
})
