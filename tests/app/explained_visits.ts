/**
 * A process of its own, because `NODE_DEBUG` is read once. Prints the answers
 */
import 'reflect-metadata'

import { Visitor } from './visitor.ts'
import { whoAmI } from './who_am_i.ts'
import { createTestApp } from './test_app.ts'
import { READONLY, withReadonlySessions } from './readonly_session.ts'

const REQUESTS: [method: string, headers: Record<string, string>][] = [
  ['HEAD', {}],
  ['GET', { 'sec-purpose': 'prefetch' }],
  ['GET', { 'sec-fetch-dest': 'image' }],
  ['GET', { 'user-agent': '' }],
  ['GET', { 'user-agent': 'Googlebot' }],
  ['GET', { authorization: 'Bearer secret' }],
  ['GET', { 'x-consent': 'no' }],
  ['GET', READONLY],
]

const app = await createTestApp({
  ...withReadonlySessions,
  guestUser: { allow: ({ request }) => request.header('x-consent') !== 'no' },
  routes(router, middleware) {
    router.any('/carts/:name', whoAmI).use(middleware.allowGuestUser())
  },
})
for (const [method, headers] of REQUESTS) {
  await new Visitor(app.url).request(method, '/carts/ann', { headers })
}
const visitor = new Visitor(app.url)
await visitor.get('/carts/ann')
await visitor.get('/carts/ann')
app.guestUsers.config.enabled = false
await new Visitor(app.url).get('/carts/ann')
console.log(`${await app.count('guests')} guest`)
await app.close()
