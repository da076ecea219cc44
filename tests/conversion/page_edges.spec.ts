import vine from '@vinejs/vine'
import { test } from '@japa/runner'

import { Visitor } from '../app/visitor.ts'
import { whoAmI } from '../app/who_am_i.ts'
import { dialect } from '../app/test_database.ts'
import { findTakenColumns } from '../../src/database/taken_columns.ts'
import { listConversionFields } from '../../src/conversion/default_validator.ts'
import {
  createTestApp,
  routerMiddleware,
  type TestApp,
  type TestAppOptions,
} from '../app/test_app.ts'

const ANN = {
  fullName: 'Ann',
  email: 'ann@example.com',
  password: 'secret12',
  passwordConfirmation: 'secret12',
}

function createApp({
  pattern = '/convert',
  ...options
}: TestAppOptions & { pattern?: string } = {}) {
  return createTestApp({
    ...options,
    routes(router, middleware, guestUsers) {
      guestUsers.registerConvertRoutes(pattern)
      router.get('/cart', whoAmI).use(middleware.allowGuestUser())
      router.get('/about', whoAmI)
      router.get('/settings', () => 'settings').use(middleware.regularUserRequired())
      options.routes?.(router, middleware, guestUsers)
    },
  })
}

async function becomeGuest(app: TestApp) {
  const visitor = new Visitor(app.url)
  const { id, name } = (await visitor.get('/cart')).json()
  return { visitor, id, name }
}

async function addSessions(app: TestApp) {
  await app.db.connection().schema.createTable('sessions', (table) => {
    table.string('id').primary()
    table.text('data').notNullable()
    table.string('user_id').nullable()
    table.timestamp('expires_at').notNullable()
  })
}

test.group('The conversion page, at its edges', () => {
  test('what was filled in for the guest is not taken by somebody else', async ({
    assert,
    cleanup,
  }) => {
    const app = await createApp({ guestUser: { convert: { prefill: true } } })
    cleanup(() => app.close())
    const other = await becomeGuest(app)
    await app.db.from('users').where('id', other.id).update({ email: 'own@example.com' })
    const again = await other.visitor.post('/convert', { ...ANN, email: 'own@example.com' })
    assert.equal(again.location, '/convert/success')
  })

  test('a unique key over lower(email)', async ({ assert, cleanup }) => {
    if (dialect === 'mariadb') return
    const app = await createApp({
      async prepare({ db }) {
        await db.rawQuery('create unique index users_lower_email on users (lower(email))')
      },
    })
    cleanup(() => app.close())
    await app.User.create({ fullName: 'Ann', email: ANN.email, password: 'secret12' })
    const { visitor } = await becomeGuest(app)
    const answer = await visitor.post('/convert', { ...ANN, email: 'ANN@example.com' })
    assert.equal(answer.status, 302, answer.text)
  })

  test('a taken value in a schema-qualified table', async ({ assert, cleanup }) => {
    if (dialect !== 'postgres') return
    const app = await createApp()
    cleanup(() => app.close())
    await app.User.create({ fullName: 'Ann', email: ANN.email, password: 'x' })
    const error = await app.User.create({ email: ANN.email, password: 'x' }).catch((it) => it)
    assert.deepEqual(await findTakenColumns(app.db.connection(), 'public.users', error), ['email'])
  })

  test('fields of a schema-qualified table', async ({ assert, cleanup }) => {
    if (dialect !== 'postgres') return
    const app = await createApp()
    cleanup(() => app.close())
    app.User.table = 'public.users'
    const fields = await listConversionFields(app.User, 'password', app.db.connection())
    app.User.table = 'users'
    assert.isFalse(fields.find(({ name }) => name === 'fullName')!.isRequired)
  })

  test('a value that looks like the message of PostgreSQL', async ({ assert, cleanup }) => {
    if (dialect !== 'postgres') return
    const app = await createApp()
    cleanup(() => app.close())
    const email = 'a)=(b@example.com'
    await app.User.create({ email, password: 'x' })
    const error = await app.User.create({ email, password: 'x' }).catch((it) => it)
    assert.deepEqual(await findTakenColumns(app.db.connection(), 'users', error), ['email'])
  })

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
    await addSessions(app)
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
    await addSessions(app)
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
