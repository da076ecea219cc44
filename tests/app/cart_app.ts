import { Visitor } from './visitor.ts'
import { whoAmI } from './who_am_i.ts'
import { createTestApp, type TestAppOptions } from './test_app.ts'

/**
 * An application that lets guests into `/cart`, and everybody into `/about`.
 * Both tell who the visitor is
 */
export function createCartApp(options: TestAppOptions = {}) {
  return createTestApp({
    routes(router, middleware) {
      router.any('/cart', whoAmI).use(middleware.allowGuestUser())
      router.get('/about', whoAmI)
    },
    ...options,
  })
}

/**
 * What the first visitor is answered
 */
export async function visitCart(options: TestAppOptions) {
  const app = await createCartApp(options)
  try {
    const response = await new Visitor(app.url).get('/cart', { accept: 'application/json' })
    return { ...response, text: response.json().message, users: await app.count('users') }
  } finally {
    await app.close()
  }
}
