import { test } from '@japa/runner'
import { Adapter } from '@adonisjs/lucid/orm'
import { sessionGuard } from '@adonisjs/auth/session'

import { Visitor } from '../app/visitor.ts'
import { createCartApp } from '../app/cart_app.ts'
import type { TestAppOptions } from '../app/test_app.ts'

type Prepare = NonNullable<TestAppOptions['prepare']>

const isOrdinary = (query: any) => void query.where('email', 'not like', '%@guest.invalid')

/**
 * Ways in which a model narrows what it finds
 */
const HIDING: Record<string, Prepare> = {
  async 'a find hook'({ User }) {
    User.before('find', isOrdinary)
  },
  async 'a query of its own'({ User }) {
    const query = User.query.bind(User)
    User.query = ((options: any) => query(options).where('email', 'ann@example.com')) as never
  },
  async 'the query of its adapter'({ db, User }) {
    class Narrow extends Adapter {
      query(...args: Parameters<Adapter['query']>) {
        return super.query(...args).where('email', 'ann@example.com')
      }
    }
    User.$adapter = new Narrow(db)
  },
}

test.group('A model that hides guests', () => {
  for (const [name, prepare] of Object.entries(HIDING)) {
    test(`by ${name}: one error, and nobody is signed in`, async ({ assert, cleanup }) => {
      const app = await createCartApp({ prepare })
      cleanup(() => app.close())
      const visitor = new Visitor(app.url)
      for (let view = 1; view <= 2; view++) {
        const answer = await visitor.get('/cart', { accept: 'application/json' })
        assert.equal(answer.status, 500)
        assert.match(answer.json().message, /the model "User" does not find the guest/)
      }
      assert.isNull((await visitor.get('/about')).json().id)
      assert.equal(await app.count('users'), 0)
      assert.equal(await app.count('guests'), 0)
      await assert.rejects(
        () => app.guestUsers.create(),
        /the model "User" does not find the guest/
      )
    })
  }

  test('is asked once in a process when it hides others', async ({ assert, cleanup }) => {
    const app = await createCartApp({
      async prepare({ User }) {
        User.before('find', (query) => void query.whereNot('email', 'deleted@example.com'))
      },
    })
    cleanup(() => app.close())
    const visit = () => new Visitor(app.url).get('/cart')
    const first = await app.queries.during(visit)
    const second = await app.queries.during(visit)
    assert.equal(first.length, second.length + 1)
  })

  test('later, such as a deleted guest: they become another one', async ({ assert, cleanup }) => {
    const hidden: number[] = []
    const app = await createCartApp({
      async prepare({ User }) {
        User.before('find', (query) => void query.whereNotIn('id', hidden))
      },
    })
    cleanup(() => app.close())
    const visitor = new Visitor(app.url)
    const first = (await visitor.get('/cart')).json()
    hidden.push(first.id)
    const second = (await visitor.get('/cart')).json()
    assert.notEqual(second.id, first.id)
    assert.deepEqual((await visitor.get('/cart')).json(), second)
    assert.equal(await app.count('users'), 2)
  })
})

/**
 * An application whose guard lets in whom `isWelcome` says
 */
async function createApp(isWelcome: (user: any) => boolean) {
  let User: any
  const app = await createCartApp({
    guestUser: { guard: 'picky' as never },
    defaultGuard: 'picky' as 'web',
    guards: {
      picky: sessionGuard({
        useRememberMeTokens: false,
        provider: {
          createUserForGuard: async (user: any) => guardUser(user),
          async findById(id: any) {
            const user = await User.find(id)
            return user && isWelcome(user) ? guardUser(user) : null
          },
        } as never,
      }),
    },
    async prepare(parts) {
      User = parts.User
    },
  })
  return app
}

function guardUser(user: any) {
  return { getId: () => user.id, getOriginal: () => user }
}

test.group('A provider of another kind', () => {
  test('that finds no guest: one error, and nobody is signed in', async ({ assert, cleanup }) => {
    const app = await createApp((user) => !user.email.endsWith('@guest.invalid'))
    cleanup(() => app.close())
    const visitor = new Visitor(app.url)
    await visitor.get('/cart')
    for (let view = 1; view <= 3; view++) {
      const answer = await visitor.get('/cart', { accept: 'application/json' })
      assert.equal(answer.status, 500)
      assert.match(answer.json().message, /the guard "picky" does not find the guest/)
      assert.isNull((await visitor.get('/about')).json().id)
    }
    assert.equal(await app.count('users'), 1, 'the one of the first visit')
  })

  test('that refuses one guest: they become another one', async ({ assert, cleanup }) => {
    const refused: number[] = []
    const app = await createApp((user) => !refused.includes(user.id))
    cleanup(() => app.close())
    const visitor = new Visitor(app.url)
    const first = (await visitor.get('/cart')).json()
    refused.push(first.id)
    const second = (await visitor.get('/cart')).json()
    assert.notEqual(second.id, first.id)
    assert.deepEqual((await visitor.get('/cart')).json(), second)
  })

  test('that refuses a regular user: they are a guest', async ({ assert, cleanup }) => {
    let isRefused = false
    const app = await createApp((user) => !isRefused || user.email !== 'ann@example.com')
    cleanup(() => app.close())
    const visitor = new Visitor(app.url)
    const { id } = (await visitor.get('/cart')).json()
    await app.guestUsers.convert(id, { email: 'bob@example.com' } as any)
    isRefused = true
    const answer = (await visitor.get('/cart')).json()
    assert.notEqual(answer.id, id)
    assert.equal(answer.kind, 'guest')
  })
})
