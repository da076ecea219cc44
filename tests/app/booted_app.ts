/**
 * A process of its own: an application with all routes of the package starts, a
 * visitor becomes a guest and comes again, and the application ends
 */
import 'reflect-metadata'

import { Visitor } from './visitor.ts'
import { createTestApp } from './test_app.ts'

const app = await createTestApp({
  routes(router, middleware, guestUsers) {
    guestUsers.registerConvertRoutes('/convert')
    guestUsers.registerAdminRoutes('/admin/guests')
    guestUsers.registerApiRoutes('/guest')
    router
      .get('/', async ({ guestUser }) => ({ kind: await guestUser.kind() }))
      .use(middleware.allowGuestUser())
  },
})
const visitor = new Visitor(app.url)
await visitor.get('/')
const { kind } = (await visitor.get('/')).json()
await app.close()
process.exit(kind === 'guest' ? 0 : 1)
