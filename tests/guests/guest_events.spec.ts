import { once } from 'node:events'
import { test } from '@japa/runner'

import { collectLog } from '../app/log_lines.ts'
import { ANN, becomeGuest, createShop } from '../app/shop_app.ts'
import type { TestApp } from '../app/test_app.ts'

const LISTENERS = {
  throws() {
    throw new Error('the listener broke')
  },
  async rejects() {
    throw new Error('the listener broke')
  },
}

function listen(app: TestApp, listener: () => void | Promise<void>) {
  for (const name of ['created', 'converted', 'merged', 'deleted']) {
    app.emitter.on(`guest_user:${name}` as 'guest_user:created', listener)
  }
}

test.group('A listener that fails', () => {
  for (const [kind, listener] of Object.entries(LISTENERS)) {
    test(
      'costs a line in the log ({kind})'.replace('{kind}', kind),
      async ({ assert, cleanup }) => {
        const { log, lines } = collectLog()
        const { app } = await createShop({
          log,
          routes(router) {
            router.post('/signup', async ({ guestUser }) => {
              await guestUser.register({ ...ANN, email: 'ben@example.com' } as any)
              return guestUser.kind()
            })
          },
        })
        cleanup(() => app.close())
        listen(app, listener)

        const { visitor } = await becomeGuest(app)
        assert.equal((await visitor.post('/login', ANN)).json().kind, 'regular')
        const other = await becomeGuest(app)
        assert.equal((await other.visitor.post('/signup')).text, 'regular')
        await becomeGuest(app)
        await app.expireGuests()
        assert.equal((await app.guestUsers.cleanup()).deleted, 1)

        const failures = lines.filter(({ msg }) => /a listener of/.test(msg))
        assert.sameMembers(
          failures.map(({ msg }) => msg),
          ['created', 'created', 'created', 'merged', 'converted', 'deleted'].map(
            (name) => `a listener of "guest_user:${name}" failed`
          )
        )
        assert.equal(failures[0].err.message, 'the listener broke')
      }
    )
  }

  test('does not keep the others from hearing of it', async ({ assert, cleanup }) => {
    const { app } = await createShop()
    cleanup(() => app.close())
    listen(app, LISTENERS.rejects)

    const heard = once(app.emitter as never, 'guest_user:created')
    await becomeGuest(app)
    assert.exists(await heard)
  })
})
