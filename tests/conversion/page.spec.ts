import vine from '@vinejs/vine'
import { test } from '@japa/runner'

import { Visitor } from '../app/visitor.ts'
import { whoAmI } from '../app/who_am_i.ts'
import { GERMAN, inGerman } from '../app/in_german.ts'
import { createTestApp, type TestApp, type TestAppOptions } from '../app/test_app.ts'

const ANN = {
  fullName: 'Ann',
  email: 'ann@example.com',
  password: 'secret12',
  passwordConfirmation: 'secret12',
}

async function createApp(options: TestAppOptions = {}) {
  const app = await createTestApp({
    shield: true,
    ...options,
    routes(router, middleware, guestUsers) {
      guestUsers.registerConvertRoutes('/convert')
      router.get('/cart', whoAmI).use(middleware.allowGuestUser())
      router.get('/about', whoAmI)
      router.get('/settings', () => 'settings').use(middleware.regularUserRequired())
      router.get('*', () => 'anything').use(middleware.regularUserRequired())
      options.routes?.(router, middleware, guestUsers)
    },
  })
  return app
}

async function becomeGuest(app: TestApp) {
  const visitor = new Visitor(app.url)
  const { id, name } = (await visitor.get('/cart')).json()
  return { visitor, id, name }
}

/**
 * Fills the form in like a browser: what is in the page, and what was typed
 */
async function submit(visitor: Visitor, fields: Record<string, string> = ANN) {
  const { text } = await visitor.get('/convert')
  const token = /name='_csrf' value='([^']+)'/.exec(text)?.[1] ?? ''
  return visitor.post('/convert', { ...fields, _csrf: token })
}

test.group('The conversion page', () => {
  test('makes a guest a regular user, and says so', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)

    const form = await visitor.get('/convert')
    assert.equal(form.status, 200)
    for (const name of ['fullName', 'email', 'password', 'passwordConfirmation']) {
      assert.match(form.text, new RegExp(`<label for="${name}">`))
      assert.match(form.text, new RegExp(`<input id="${name}" name="${name}"`))
    }

    const { status, location } = await submit(visitor)
    assert.equal(status, 302)
    assert.equal(location, '/convert/success')
    const success = await visitor.get('/convert/success')
    assert.include(success.text, 'Your account is ready')

    assert.deepInclude((await visitor.get('/about')).json(), { id, name: 'Ann', kind: 'regular' })
    assert.equal((await app.User.verifyCredentials('ann@example.com', 'secret12')).id, id)
  })

  test('leads on to the page that was wanted', async ({ assert, cleanup }) => {
    const app = await createApp({ guestUser: { convert: { redirectTo: '/welcome' } } })
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)

    assert.equal((await visitor.get('/settings?tab=2')).location, '/convert')
    assert.equal((await submit(visitor)).location, '/settings?tab=2')

    const other = await becomeGuest(app)
    const answer = await submit(other.visitor, { ...ANN, email: 'bob@example.com' })
    assert.equal(answer.location, '/welcome')
  })

  test('sends anonymous visitors and regular users where they belong', async ({
    assert,
    cleanup,
  }) => {
    const app = await createApp({
      guestUser: { redirects: { anonymous: '/hello', registered: '/home' } },
    })
    cleanup(() => app.close())
    const visitor = new Visitor(app.url)
    assert.equal((await visitor.get('/convert')).location, '/hello')
    assert.equal((await visitor.get('/convert/success')).location, '/login')

    await visitor.get('/cart')
    assert.equal((await visitor.get('/convert/success')).location, '/convert')
    await submit(visitor)
    assert.equal((await visitor.get('/convert')).location, '/home')
    assert.include((await visitor.get('/convert/success')).text, 'href="/home"')
  })

  test('shows errors by the field, and what was typed except passwords', async ({
    assert,
    cleanup,
  }) => {
    const app = await createApp({ sessionStore: 'memory' })
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)

    const answer = await submit(visitor, {
      fullName: '"><script>Ann',
      email: 'no address',
      password: 'hunter2hunter2',
      passwordConfirmation: 'hunter2hunter3',
    })
    assert.equal(answer.location, '/convert')

    const { text } = await visitor.get('/convert')
    assert.include(text, '<title>Error: Create your account</title>')
    assert.include(text, 'value="&quot;&gt;&lt;script&gt;Ann"')
    assert.include(text, 'value="no address"')
    assert.match(text, /aria-invalid="true" aria-describedby="email_error"/)
    assert.match(text, /id="email_error">This does not look like an email address</)
    assert.match(text, /id="passwordConfirmation_error">The two passwords are not the same</)
    assert.match(text, /<input id="email"[^>]* autofocus/)
    assert.notInclude(text, 'hunter2')

    const again = await visitor.get('/convert')
    assert.notInclude(again.text, 'aria-invalid')
  })

  test('keeps no password in the session', async ({ assert, cleanup }) => {
    const app = await createApp({ sessionStore: 'database', shield: false })
    cleanup(() => app.close())
    await app.db.connection().schema.createTable('sessions', (table) => {
      table.string('id').primary()
      table.text('data').notNullable()
      table.string('user_id').nullable()
      table.timestamp('expires_at').notNullable()
    })
    const { visitor } = await becomeGuest(app)
    await visitor.post('/convert', { ...ANN, email: '', oldPassword: 'hunter2' })

    const sessions = await app.db.from('sessions')
    const stored = JSON.stringify(sessions)
    assert.include(stored, 'Ann')
    assert.notInclude(stored, 'secret12')
    assert.notInclude(stored, 'hunter2')
  })

  test('fills in what the guest has, when that is wanted', async ({ assert, cleanup }) => {
    const app = await createApp({ guestUser: { convert: { prefill: true } } })
    const { visitor, name } = await becomeGuest(app)
    const { text } = await visitor.get('/convert')
    assert.include(text, `value="${name}"`)
    assert.notMatch(text, /value="[^"]+" type="password"/)
    await app.close()

    const other = await createApp({
      guestUser: {
        convert: {
          prefill: (guest: any, ctx) => ({ fullName: `${guest.id} ${ctx.request.url()}` }),
        },
      },
    })
    cleanup(() => other.close())
    const { visitor: person, id } = await becomeGuest(other)
    assert.include((await person.get('/convert')).text, `value="${id} /convert"`)
  })

  test('takes a validator of the application', async ({ assert, cleanup }) => {
    const validator = vine.create({
      email: vine.string().email(),
      nickname: vine.string(),
      fullName: vine.string().in(['Ann', 'Bob']),
    })
    const app = await createApp({
      shield: false,
      guestUser: { convert: { validator } },
      views: {
        'guest_user/convert': '<form>mine {{ flashMessages.get("inputErrorsBag.fullName") }}',
      },
    })
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    assert.include((await visitor.get('/convert')).text, '<form>mine')

    const values = { email: 'ann@example.com', nickname: 'annie' }
    await visitor.post('/convert', { ...values, fullName: 'Eve' })
    assert.include((await visitor.get('/convert')).text, 'selected fullName is invalid')
    await visitor.post('/convert', { ...values, fullName: 'Ann' })
    assert.deepInclude((await visitor.get('/about')).json(), { id, name: 'Ann', kind: 'regular' })
  })

  test('lets the application change each template', async ({ assert, cleanup }) => {
    const app = await createApp({
      views: {
        'guest_user/layout': '<body class="mine">{{{ await $slots.main() }}}</body>',
        'guest_user/field': '<i>{{ field.name }}</i>',
      },
    })
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)
    const { text } = await visitor.get('/convert')
    assert.include(text, '<body class="mine">')
    assert.include(text, '<i>passwordConfirmation</i>')
    assert.include(text, 'Everything you did as a guest stays with you')
  })

  test('serves its stylesheet, to be kept', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)
    const { text } = await visitor.get('/convert')
    const href = /<link rel="stylesheet" href="([^"]+)"/.exec(text)![1]
    assert.match(href, /^\/convert\/guest_user\.css\?v=[0-9a-f]{12}$/)

    const response = await fetch(new URL(href, app.url))
    assert.equal(response.headers.get('content-type'), 'text/css; charset=utf-8')
    assert.include(response.headers.get('cache-control'), 'private')
    assert.include(await response.text(), '.guest-user-card')
  })

  test('speaks the language of the visitor', async ({ assert, cleanup }) => {
    const german = {
      'guest_user.convert.title': 'Konto anlegen',
      'guest_user.convert.email': 'E-Mail-Adresse',
      'guest_user.convert.min_length': 'Mindestens {min} Zeichen',
      'guest_user.convert.taken': 'Schon vergeben',
      'guest_user.convert.error_prefix': 'Fehler',
      'guest_user.success.title': 'Willkommen',
      'errors.E_VALIDATION_ERROR': 'Das hat nicht geklappt.',
    }
    const app = await createApp(inGerman(german))
    cleanup(() => app.close())
    await app.User.create({ email: ANN.email, password: 'other' })
    const { visitor } = await becomeGuest(app)

    await visitor.post('/convert', { ...ANN, password: 'short' }, GERMAN)
    const { text } = await visitor.get('/convert', GERMAN)
    assert.include(text, '<html lang="de">')
    assert.include(text, '<title>Fehler: Konto anlegen</title>')
    assert.include(text, 'Das hat nicht geklappt.')
    assert.include(text, 'E-Mail-Adresse')
    assert.match(text, /id="email_error">Schon vergeben</)
    assert.match(text, /id="password_error">Mindestens 8 Zeichen</)
    assert.include(text, 'Everything you did as a guest stays with you.', 'what is missing')

    await visitor.post('/convert', { ...ANN, email: 'bob@example.com' }, GERMAN)
    assert.include((await visitor.get('/convert/success', GERMAN)).text, '<h1>Willkommen</h1>')
  })

  test('has no inline script or style', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)
    const { text } = await visitor.get('/convert')
    assert.notMatch(text, /<script|<style|\sstyle=|\son\w+=/)
  })
})

test.group('The conversion page under stress', () => {
  test('a double submit', async ({ assert, cleanup }) => {
    const app = await createApp({ shield: false })
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    const tabs = [visitor, visitor.clone(), visitor.clone()]

    const answers = await Promise.all(tabs.map((tab) => tab.post('/convert', ANN)))
    for (const { status, location } of answers) {
      assert.equal(status, 302)
      assert.equal(location, '/convert/success')
    }
    assert.equal(await app.count('users'), 1)
    for (const tab of tabs) {
      assert.deepInclude((await tab.get('/about')).json(), { id, name: 'Ann', kind: 'regular' })
      assert.include((await tab.get('/convert/success')).text, 'Your account is ready')
    }
  })

  test('two tabs, one after the other, with the same session', async ({ assert, cleanup }) => {
    const app = await createApp({ shield: false })
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)
    const tab = visitor.clone()

    await visitor.post('/convert', ANN)
    const answer = await tab.post('/convert', { ...ANN, email: 'eve@example.com' })
    assert.equal(answer.status, 302)
    assert.equal((await app.User.firstOrFail()).email, 'ann@example.com')
  })

  test('Back after converting', async ({ assert, cleanup }) => {
    const app = await createApp({ shield: false })
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)
    const response = await fetch(new URL('/convert', app.url), {
      headers: {
        'user-agent': Visitor.userAgent,
        'cookie': [...visitor.cookies].map((pair) => pair.join('=')).join('; '),
      },
    })
    assert.equal(response.headers.get('cache-control'), 'no-store')

    await visitor.post('/convert', ANN)
    assert.equal((await visitor.get('/convert')).location, '/')
    assert.equal((await visitor.post('/convert', { ...ANN, fullName: 'Eve' })).location, '/')
    assert.equal((await app.User.firstOrFail()).fullName, 'Ann')
  })

  test('an email that is taken', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    await app.User.create({ email: ANN.email, password: 'other' })
    const { visitor, id } = await becomeGuest(app)

    assert.equal((await submit(visitor)).location, '/convert')
    const { text } = await visitor.get('/convert')
    assert.match(text, /id="email_error">This belongs to an account already\. Log in instead\?</)
    assert.deepInclude((await visitor.get('/about')).json(), { id, kind: 'guest' })
  })

  test('an email that is taken between validation and update', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)

    // Somebody is quicker, after the validator has looked
    let isTaken = false
    app.User.before('update', async () => {
      if (!isTaken) {
        isTaken = true
        await app.db.table('users').insert({ email: ANN.email, password: 'x' })
      }
    })
    if (app.db.connection().dialect.name === 'better-sqlite3') {
      // One connection: the other insert would wait for the transaction
      app.User.$hooks.clear('before:update')
      app.User.before('update', async (user) => {
        await user.$trx!.table('users').insert({ email: ANN.email, password: 'x' })
      })
    }

    const answer = await submit(visitor)
    assert.equal(answer.status, 302, answer.text)
    assert.equal(answer.location, '/convert')
    const { text } = await visitor.get('/convert')
    assert.match(text, /id="email_error">This belongs to an account already/)
    assert.deepInclude((await visitor.get('/about')).json(), { id, kind: 'guest' })
  })

  test('a guest who was cleaned up in the meantime', async ({ assert, cleanup }) => {
    const app = await createApp({ shield: false })
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)
    await app.expireGuests()
    await app.guestUsers.cleanup()

    const answer = await visitor.post('/convert', ANN)
    assert.equal(answer.location, '/login')
    assert.equal(await app.count('users'), 0)
  })

  test('a guest who is cleaned up while the form is validated', async ({ assert, cleanup }) => {
    let app: TestApp
    const validator = () =>
      vine.create({
        email: vine.string().use(
          vine.createRule(async () => {
            await app.expireGuests()
            await app.guestUsers.cleanup()
          })()
        ),
      })
    app = await createApp({ shield: false, guestUser: { convert: { validator } } })
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)

    assert.equal((await visitor.post('/convert', ANN)).location, '/login')
    assert.equal(await app.count('users'), 0)
  })

  test('fields that nobody asked for', async ({ assert, cleanup }) => {
    const app = await createApp({ shield: false })
    cleanup(() => app.close())
    await app.db.connection().schema.alterTable('users', (table) => {
      table.string('role').defaultTo('member')
    })
    const { visitor, id } = await becomeGuest(app)
    const extras = { id: '999', role: 'admin', visit_key: 'x', params: 'x', user_id: '1' }
    assert.equal((await visitor.post('/convert', { ...ANN, ...extras })).status, 302)

    const [user] = await app.db.from('users')
    assert.deepInclude(user, { id, role: 'member' })
  })

  test('fields of the wrong kind: {field}')
    .with([{ field: 'email[]' }, { field: 'password[a]' }, { field: 'fullName[b][c]' }])
    .run(async ({ assert, cleanup }, { field }) => {
      const app = await createApp({ shield: false })
      cleanup(() => app.close())
      const { visitor, id } = await becomeGuest(app)
      const answer = await visitor.post('/convert', {
        [field]: 'x',
        fullName: 'Ann',
        passwordConfirmation: 'x',
      })
      assert.equal(answer.location, '/convert')
      assert.equal((await visitor.get('/convert')).status, 200)
      assert.deepInclude((await visitor.get('/about')).json(), { id, kind: 'guest' })
    })

  test('texts that a database refuses: {name}')
    .with([
      { name: 'a NUL character', fields: { fullName: 'Ann\u0000' } },
      { name: 'a NUL character in the address', fields: { email: 'ann\u0000@example.com' } },
      { name: 'longer than the column', fields: { fullName: 'x'.repeat(300) } },
      { name: 'half of a character', fields: { fullName: '\ud83d' } },
      { name: 'a long password', fields: { password: 'x'.repeat(100_000) } },
    ])
    .run(async ({ assert, cleanup }, { fields }) => {
      const app = await createApp({ shield: false })
      cleanup(() => app.close())
      const { visitor } = await becomeGuest(app)
      const answer = await visitor.post('/convert', { ...ANN, ...fields })
      assert.equal(answer.status, 302, answer.text)
      assert.equal(
        (await visitor.get('/convert')).status,
        answer.location === '/convert' ? 200 : 302
      )
    })

  test('no CSRF token', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    assert.equal((await visitor.post('/convert', ANN)).status, 302)
    assert.deepInclude((await visitor.get('/about')).json(), { id, kind: 'guest' })
  })

  test('JSON clients get the errors as JSON', async ({ assert, cleanup }) => {
    const app = await createApp({ shield: false })
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)
    const json = { accept: 'application/json' }
    const answer = await visitor.post('/convert', { ...ANN, email: 'x' }, json)
    assert.equal(answer.status, 422)
    assert.equal(answer.json().errors[0].field, 'email')
  })
})

test.group('Where it leads afterwards', () => {
  test('never to another site: {url}')
    .with(
      [
        '//evil.example/x',
        '/\\evil.example',
        '\\\\evil.example',
        'https://evil.example',
        'javascript:alert(1)',
        '/\t/evil.example',
        '/%0d%0aLocation:%20https://evil.example',
        '///evil.example',
        'http:evil.example',
        '/ok\r\nSet-Cookie: a=b',
      ].map((url) => ({ url }))
    )
    .run(async ({ assert, cleanup }, { url }) => {
      const app = await createApp({
        shield: false,
        routes(router) {
          router.post('/plant', ({ session, request }) => {
            session.setIntendedUrl(request.input('url'))
          })
        },
      })
      cleanup(() => app.close())
      const { visitor } = await becomeGuest(app)
      await visitor.post('/plant', { url })
      const next = encodeURIComponent(url)
      const answer = await visitor.post(`/convert?next=${next}`, { ...ANN, next: url })

      assert.equal(answer.status, 302)
      const target = new URL(answer.location!, app.url)
      assert.equal(target.origin, app.url)
      assert.deepInclude((await visitor.get('/about')).json(), { kind: 'regular' })
    })

  test('a path that browsers take for another site is not kept', async ({ assert, cleanup }) => {
    const app = await createApp({ shield: false })
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)
    const cookie = [...visitor.cookies].map((pair) => pair.join('=')).join('; ')
    const { request } = await import('node:http')
    await new Promise<void>((resolve) => {
      const { hostname, port } = new URL(app.url)
      const headers = { cookie, 'user-agent': Visitor.userAgent, 'accept': 'text/html' }
      request({ hostname, port, path: '//evil.example/x', headers }, (response) => {
        assert.equal(response.statusCode, 302)
        visitor.keepCookies(response.headers['set-cookie'] ?? [])
        response.resume().on('end', resolve)
      }).end()
    })
    assert.equal((await visitor.post('/convert', ANN)).location, '/convert/success')
  })
})
