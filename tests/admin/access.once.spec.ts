import { test } from '@japa/runner'
import { BaseModel, column } from '@adonisjs/lucid/orm'
import { sessionGuard, sessionUserProvider } from '@adonisjs/auth/session'
import { Exception } from '@adonisjs/core/exceptions'

import { Visitor } from '../app/visitor.ts'
import { collectLog } from '../app/log_lines.ts'
import { messages } from '../app/page_messages.ts'
import {
  arriveAsOperator,
  createAdminApp,
  createGuests,
  OPERATOR,
  Operator,
} from '../app/admin_app.ts'

const LIST = '/admin/guests'
const DELETE = '/admin/guests/delete'

/**
 * Everything that answers below the list
 */
const PAGES = [
  LIST,
  `${LIST}/`,
  DELETE,
  `${DELETE}?all=1&older_than=1d`,
  `${DELETE}/progress`,
  `${DELETE}/progress?run=x`,
  `${LIST}/1000000`,
  `${LIST}/admin.css`,
  `${LIST}/admin.js`,
]

test.group('Admin pages: who does not get in', () => {
  test('somebody who may not, whatever they ask for', async ({ assert, cleanup }) => {
    const app = await createAdminApp({
      shield: false,
      guestUser: { admin: { sendPasswordReset: () => {} } },
    })
    cleanup(() => app.close())
    const [id] = await createGuests(app, [40])
    const user = await app.User.create({ email: 'ann@example.com', password: 'secret12' })
    const [anonymous, guest, regular] = [1, 2, 3].map(() => new Visitor(app.url))
    await guest.get('/cart')
    await regular.get(`/log-in/${user.id}`)

    for (const visitor of [anonymous, guest, regular]) {
      for (const page of PAGES) {
        const { status, text } = await visitor.get(page)
        assert.equal(status, 403, page)
        assert.notInclude(text, 'guest.invalid')
        assert.equal((await visitor.request('HEAD', page)).status, 403, page)
      }
      assert.equal((await visitor.post(DELETE, { deletion: 'x' })).status, 403)
      const convert = await visitor.post(`${LIST}/${id}/convert`, { email: 'eve@example.com' })
      assert.equal(convert.status, 403)
    }
    assert.equal(await app.count('guests'), 2)
  })

  test('an operator who signs out, or whose account is deleted', async ({ assert, cleanup }) => {
    const app = await createAdminApp({
      routes(router) {
        router.get('/log-out', ({ auth }) => (auth.use('web' as never) as any).logout())
      },
    })
    cleanup(() => app.close())
    const operator = await arriveAsOperator(app)
    assert.equal((await operator.get(LIST)).status, 200)
    const other = operator.clone()

    await operator.get('/log-out')
    assert.equal((await operator.get(LIST)).status, 403)
    await app.User.query().delete()
    assert.equal((await other.get(LIST)).status, 403)
  })

  test('an operator who became a guest again by signing out', async ({ assert, cleanup }) => {
    const app = await createAdminApp({
      guestUser: { admin: { authorize: () => true } },
      routes(router) {
        router.get('/log-out', ({ auth }) => (auth.use('web' as never) as any).logout())
      },
    })
    cleanup(() => app.close())
    const operator = await arriveAsOperator(app)
    assert.equal((await operator.get(LIST)).status, 200)
    await operator.get('/log-out')
    await operator.get('/cart')
    assert.equal((await operator.get(LIST)).status, 403)
  })

  test('when "authorize" throws, with the answer of the error', async ({ assert, cleanup }) => {
    let error: Error = new Exception('Not you', { status: 403, code: 'E_AUTHORIZATION_FAILURE' })
    const app = await createAdminApp({
      guestUser: {
        admin: {
          authorize: async () => {
            throw error
          },
        },
      },
    })
    cleanup(() => app.close())
    const operator = await arriveAsOperator(app)
    const { status, text } = await operator.get(LIST)
    assert.equal(status, 403)
    assert.include(text, 'Not you')

    error = new Error('The permissions cannot be read')
    assert.equal((await operator.get(LIST)).status, 500)
    assert.equal((await operator.get(`${DELETE}?all=1&older_than=1d`)).status, 500)
  })

  test('other methods are no way in', async ({ assert, cleanup }) => {
    const app = await createAdminApp({ shield: false })
    cleanup(() => app.close())
    const [id] = await createGuests(app, [40])
    const operator = await arriveAsOperator(app)
    for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      for (const page of [LIST, DELETE, `${LIST}/${id}`]) {
        const { status } = await operator.request(method, page)
        assert.isTrue(status === 404 || status === 405, `${method} ${page}: ${status}`)
      }
    }
    for (const page of [LIST, `${LIST}/${id}`, `${DELETE}/progress`]) {
      assert.equal((await operator.post(page)).status, 404, page)
    }
    assert.equal((await operator.get(`${LIST}/${id}/convert`)).status, 404)
    const { location } = await operator.post(`${DELETE}?_method=DELETE`)
    assert.equal(location, LIST)
    assert.equal(await app.count('guests'), 1)
  })
})

test.group('Admin pages: a guard of the operators', () => {
  test('lets in who is signed in through it, and nobody else', async ({ assert, cleanup }) => {
    const app = await createAdminApp({
      silentAuth: false,
      guestUser: {
        admin: {
          guard: 'members' as never,
          authorize: ({ auth }) => (auth.user as any)?.email === OPERATOR,
        },
      },
      routes(router) {
        router.get('/member/:id', async ({ auth, params }) => {
          await (auth.use('members' as never) as any).login(await app.User.findOrFail(params.id))
        })
      },
    })
    cleanup(() => app.close())
    const [id] = await createGuests(app, [40])
    const operator = await arriveAsOperator(app)
    assert.equal((await operator.get(LIST)).status, 403)

    const account = await app.User.findByOrFail('email', OPERATOR)
    const member = operator.clone() as Operator
    await member.get(`/member/${account.id}`)
    assert.equal((await member.get(LIST)).status, 200)

    const other = new Visitor(app.url)
    await other.get(`/member/${id}`)
    assert.equal((await other.get(LIST)).status, 403, 'a guest of the same table')

    // A guest of the site who is signed in as operator as well
    const both = new Visitor(app.url)
    await both.get(`/log-in/${id}`)
    await both.get(`/member/${account.id}`)
    assert.equal((await both.get(LIST)).status, 200)
  })

  test('may be of another table, where ids are those of guests', async ({ assert, cleanup }) => {
    class Admin extends BaseModel {
      static table = 'admins'

      @column({ isPrimary: true })
      declare id: number
    }
    const provider = sessionUserProvider({ model: async () => ({ default: Admin }) })
    const asked: unknown[] = []
    const app = await createAdminApp({
      guards: { admins: sessionGuard({ useRememberMeTokens: false, provider }) as never },
      guestUser: {
        admin: {
          guard: 'admins' as never,
          authorize: ({ auth }) => {
            asked.push(auth.user)
            return (auth.user as object | undefined) instanceof Admin
          },
        },
      },
      async prepare({ db }) {
        await db.connection().schema.createTable('admins', (table) => {
          table.increments('id')
        })
      },
      routes(router) {
        router.get('/admin-login/:id', async ({ auth, params }) => {
          await (auth.use('admins' as never) as any).login(await Admin.findOrFail(params.id))
        })
      },
    })
    cleanup(() => app.close())
    const [id] = await createGuests(app, [40])
    await app.db.table('admins').insert({ id })

    const regular = await arriveAsOperator(app)
    assert.equal((await regular.get(LIST)).status, 403)
    assert.lengthOf(asked, 0)

    const admin = new Operator(app.url)
    await admin.get(`/admin-login/${id}`)
    assert.equal((await admin.get(LIST)).status, 200)
    assert.lengthOf(asked, 1)

    // The guest of the site with the same id in the same browser
    await admin.get(`/log-in/${id}`)
    const { location } = await admin.press(`${DELETE}?guests=${id}`, DELETE)
    assert.deepEqual(messages((await admin.get(location!)).text), ['1 guest was deleted.'])
    assert.equal(await app.count('admins'), 1)
    assert.equal((await admin.get(LIST)).status, 200)
  })
})

test.group('Admin pages: what is written down', () => {
  test('nothing about people goes to the log', async ({ assert, cleanup }) => {
    const { log, lines } = collectLog()
    const app = await createAdminApp({
      log,
      guestUser: { admin: { sendPasswordReset: () => {} } },
    })
    cleanup(() => app.close())
    const [id, other] = await createGuests(app, [40, 41])
    const operator = await arriveAsOperator(app)
    await operator.get(`${LIST}?search=secret-name&sort=__proto__&after=x`)
    await operator.press(`${LIST}/${id}`, `${LIST}/${id}/convert`, { email: 'ann@example.com' })
    await operator.press(`${DELETE}?guests=${other}`, DELETE)
    await operator.post(DELETE, { deletion: 'secret-name' })
    assert.equal(await app.count('guests'), 0)

    const all = JSON.stringify(lines)
    for (const word of ['secret-name', 'ann@example.com', 'guest.invalid', OPERATOR, String(id)]) {
      assert.notInclude(all, word)
    }
  })
})

test.group('Admin pages: forged forms', () => {
  test('without the token against forgery, the page says so again: {name}')
    .with([{ name: 'a delete' }, { name: 'a conversion' }])
    .run(async ({ assert, cleanup }, { name }) => {
      const app = await createAdminApp({ guestUser: { admin: { sendPasswordReset: () => {} } } })
      cleanup(() => app.close())
      const [id] = await createGuests(app, [40])
      const operator = await arriveAsOperator(app)
      const [page, action, fields] =
        name === 'a delete'
          ? [`${DELETE}?guests=${id}`, DELETE, {}]
          : [`${LIST}/${id}`, `${LIST}/${id}/convert`, { email: 'ann@example.com' }]

      const { text } = await operator.get(page)
      const hidden = /name="deletion" value="([^"]+)"/.exec(text)?.[1]
      for (const token of ['', 'forged']) {
        const answer = await operator.post(
          action,
          { ...fields, _csrf: token, ...(hidden ? { deletion: hidden } : {}) },
          { referer: `${app.url}${page}` }
        )
        assert.equal(answer.status, 302)
        // Where the framework leads back to, without a query
        const back = new URL(answer.location!).pathname
        const { text: shown } = await operator.follow(back)
        assert.deepEqual(messages(shown), ['Invalid or expired CSRF token'])
      }
      assert.equal(await app.count('guests'), 1)
    })
})

test.group('Admin pages: who gets in', () => {
  test('nobody, without "admin.authorize"; the log says once what to add', async ({
    assert,
    cleanup,
  }) => {
    const { log, lines } = collectLog()
    const app = await createAdminApp({ log, guestUser: { admin: { authorize: undefined } } })
    cleanup(() => app.close())
    const operator = await arriveAsOperator(app)

    for (const path of [LIST, `${LIST}/1`, DELETE, `${LIST}/admin.css`, `${LIST}/admin.js`]) {
      assert.equal((await operator.get(path)).status, 403, path)
    }
    const warnings = lines.filter(({ msg }) => msg.includes('admin: { authorize:'))
    assert.lengthOf(warnings, 1)
  })

  test('neither guests nor anonymous visitors, whatever "authorize" says', async ({
    assert,
    cleanup,
  }) => {
    let asked = 0
    const authorize = () => {
      asked += 1
      return true
    }
    const app = await createAdminApp({ guestUser: { admin: { authorize } } })
    cleanup(() => app.close())

    const visitor = new Visitor(app.url)
    assert.equal((await visitor.get(LIST)).status, 403)
    await visitor.get('/cart')
    assert.equal((await visitor.get(LIST)).status, 403)
    assert.equal(asked, 0)

    const operator = await arriveAsOperator(app)
    assert.equal((await operator.get(LIST)).status, 200)
    assert.equal(asked, 1)
  })

  test('only who is told "true": {name}')
    .with([
      { name: 'false', authorize: () => false, status: 403 },
      { name: 'a forgotten return', authorize: () => undefined as never, status: 403 },
      { name: 'something truthy', authorize: () => 'yes' as never, status: 403 },
      { name: 'true, later', authorize: async () => true, status: 200 },
    ])
    .run(async ({ assert, cleanup }, { authorize, status }) => {
      const app = await createAdminApp({ guestUser: { admin: { authorize } } })
      cleanup(() => app.close())
      const operator = await arriveAsOperator(app)
      assert.equal((await operator.get(LIST)).status, status)
    })
})
