import { timeTravel } from '@japa/runner'

import { Visitor } from './visitor.ts'
import { whoAmI } from './who_am_i.ts'
import { createTestApp, type TestAppOptions } from './test_app.ts'

/**
 * An application with a guest who may come back
 */
export async function createReturningGuest(options: TestAppOptions = {}) {
  const app = await createTestApp({
    routes(router, middleware) {
      router.get('/cart', whoAmI).use(middleware.allowGuestUser())
      router.get('/plain', ({ response }) => response.noContent())
      router.get('/why', ({ response }) => response.noContent()).use(middleware.guestUserRequired())
      router.get('/settings', whoAmI).use(middleware.regularUserRequired())
      router.get('/forget', ({ session }) => session.forget('guest_user'))
    },
    ...options,
  })

  const visitor = new Visitor(app.url)
  const { id } = (await visitor.get('/cart')).json()
  return { app, visitor, find: () => app.guestUsers.find(id) }
}

/**
 * With a `maxAge` of 3,000 seconds, `last_seen_at` is updated after 30
 */
export const SHORT_LIVED = { guestUser: { maxAge: '3000 seconds' } }

/**
 * Puts the clock forward until the end of the test
 */
export const letTouchBecomeDue = () => timeTravel(31_000)
