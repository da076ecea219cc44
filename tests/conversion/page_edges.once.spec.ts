import vine from '@vinejs/vine'
import { test } from '@japa/runner'

import { routerMiddleware } from '../app/test_app.ts'
import { ANN, becomeGuest, createConvertApp, createSessionsTable } from '../app/convert_app.ts'

const createApp = (options: Parameters<typeof createConvertApp>[0] = {}) =>
  createConvertApp({ shield: false, ...options })

test.group('The conversion page, at its edges', () => {
  test('a password column of another name stays out of the session', async ({
    assert,
    cleanup,
  }) => {
    const app = await createApp({
      sessionStore: 'database',
      guestUser: { passwordColumn: 'secret' },
      async prepare({ db, User }) {
        await db.connection().schema.alterTable('users', (table) => {
          table.string('secret').nullable()
          table.dropColumn('password')
        })
        User.$columnsDefinitions.delete('password')
        User.$addColumn('secret', {})
      },
    })
    cleanup(() => app.close())
    await createSessionsTable(app)
    const { visitor } = await becomeGuest(app)
    await visitor.post('/convert', {
      fullName: 'Ann',
      email: '',
      secret: 'hunter2hunter2',
      secretConfirmation: 'hunter2hunter2',
    })
    assert.notInclude(JSON.stringify(await app.db.from('sessions')), 'hunter2')
  })

  test('a nested password stays out of the session', async ({ assert, cleanup }) => {
    const validator = vine.create({
      email: vine.string().email(),
      account: vine.object({ password: vine.string().minLength(8) }),
    })
    const app = await createApp({ sessionStore: 'database', guestUser: { convert: { validator } } })
    cleanup(() => app.close())
    await createSessionsTable(app)
    const { visitor } = await becomeGuest(app)
    await visitor.post('/convert', { 'email': '', 'account[password]': 'hunter2hunter2' })
    assert.notInclude(JSON.stringify(await app.db.from('sessions')), 'hunter2')
  })

  test('errors go back to the form that was sent', async ({ assert, cleanup }) => {
    const app = await createApp({ guestUser: { redirects: { convert: '/signup' } } })
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)
    const answer = await visitor.post('/convert', { ...ANN, email: '' })
    assert.equal(answer.location, '/convert')
  })

  test('a pattern with a parameter', async ({ assert, cleanup }) => {
    const app = await createApp({ pattern: '/:locale/convert' })
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)
    assert.equal((await visitor.get('/en/convert')).status, 200)
    assert.equal((await visitor.get('/settings')).status, 302)
  })

  test('prefill where another guard than the default one is used', async ({ assert, cleanup }) => {
    const app = await createApp({
      guestUser: { guard: 'members' as never, convert: { prefill: true } },
      routerMiddleware: [
        routerMiddleware.bodyparser,
        routerMiddleware.session,
        routerMiddleware.auth,
        async () => ({
          default: class {
            async handle(ctx: any, next: any) {
              await ctx.auth.use('members').check()
              return next()
            }
          },
        }),
        routerMiddleware.guestUser,
      ],
    })
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)
    const answer = await visitor.get('/convert')
    assert.equal(answer.status, 200, answer.text)
  })

  test('a very long name', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    await visitor.post('/convert', { ...ANN, fullName: 'x'.repeat(5000) }).catch(() => {})
    const biggest = Math.max(...[...visitor.cookies.values()].map((value) => value.length))
    assert.isBelow(biggest, 4096)
    assert.equal((await visitor.get('/about')).json().id, id)
  })
})
