import vine from '@vinejs/vine'
import { test } from '@japa/runner'

import { Visitor } from '../app/visitor.ts'
import { GERMAN, inGerman } from '../app/in_german.ts'
import {
  ANN,
  becomeGuest,
  createConvertApp,
  createSessionsTable,
  submitForm,
} from '../app/convert_app.ts'

test.group('The conversion page', () => {
  test('leads on to the page that was wanted', async ({ assert, cleanup }) => {
    const app = await createConvertApp({ guestUser: { convert: { redirectTo: '/welcome' } } })
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)

    assert.equal((await visitor.get('/settings?tab=2')).location, '/convert')
    assert.equal((await submitForm(visitor)).location, '/settings?tab=2')

    const other = await becomeGuest(app)
    const answer = await submitForm(other.visitor, { ...ANN, email: 'bob@example.com' })
    assert.equal(answer.location, '/welcome')
  })

  test('sends anonymous visitors and regular users where they belong', async ({
    assert,
    cleanup,
  }) => {
    const app = await createConvertApp({
      guestUser: { redirects: { anonymous: '/hello', registered: '/home' } },
    })
    cleanup(() => app.close())
    const visitor = new Visitor(app.url)
    assert.equal((await visitor.get('/convert')).location, '/hello')
    assert.equal((await visitor.get('/convert/success')).location, '/login')

    await visitor.get('/cart')
    assert.equal((await visitor.get('/convert/success')).location, '/convert')
    await submitForm(visitor)
    assert.equal((await visitor.get('/convert')).location, '/home')
    assert.include((await visitor.get('/convert/success')).text, 'href="/home"')
  })

  test('says once that a form was forged or is too old', async ({ assert, cleanup }) => {
    const app = await createConvertApp({ shield: true })
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)

    const answer = await visitor.post('/convert', ANN, { referer: `${app.url}/convert` })
    assert.equal(answer.status, 302)
    const { text } = await visitor.get('/convert')
    assert.lengthOf(text.match(/Invalid or expired CSRF token/g) ?? [], 1)
  })

  test('shows errors by the field, and what was typed except passwords', async ({
    assert,
    cleanup,
  }) => {
    const app = await createConvertApp({ sessionStore: 'memory' })
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)

    const answer = await submitForm(visitor, {
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
    const app = await createConvertApp({ sessionStore: 'database', shield: false })
    cleanup(() => app.close())
    await createSessionsTable(app)
    const { visitor } = await becomeGuest(app)
    await visitor.post('/convert', { ...ANN, email: '', oldPassword: 'hunter2' })

    const sessions = await app.db.from('sessions')
    const stored = JSON.stringify(sessions)
    assert.include(stored, 'Ann')
    assert.notInclude(stored, 'secret12')
    assert.notInclude(stored, 'hunter2')
  })

  test('fills in what the guest has, when that is wanted', async ({ assert, cleanup }) => {
    const app = await createConvertApp({ guestUser: { convert: { prefill: true } } })
    const { visitor, name } = await becomeGuest(app)
    const { text } = await visitor.get('/convert')
    assert.include(text, `value="${name}"`)
    assert.notMatch(text, /value="[^"]+" type="password"/)
    await app.close()

    const other = await createConvertApp({
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
    const app = await createConvertApp({
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
    const app = await createConvertApp({
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
    const app = await createConvertApp()
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
    const app = await createConvertApp(inGerman(german))
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
    const app = await createConvertApp()
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)
    const { text } = await visitor.get('/convert')
    assert.notMatch(text, /<script|<style|\sstyle=|\son\w+=/)
  })
})

test.group('The conversion page under stress', () => {
  test('Back after converting', async ({ assert, cleanup }) => {
    const app = await createConvertApp({ shield: false })
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

  test('fields of the wrong kind: {field}')
    .with([{ field: 'email[]' }, { field: 'password[a]' }, { field: 'fullName[b][c]' }])
    .run(async ({ assert, cleanup }, { field }) => {
      const app = await createConvertApp({ shield: false })
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

  test('no CSRF token', async ({ assert, cleanup }) => {
    const app = await createConvertApp()
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    assert.equal((await visitor.post('/convert', ANN)).status, 302)
    assert.deepInclude((await visitor.get('/about')).json(), { id, kind: 'guest' })
  })

  test('JSON clients get the errors as JSON', async ({ assert, cleanup }) => {
    const app = await createConvertApp({ shield: false })
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)
    const json = { accept: 'application/json' }
    const answer = await visitor.post('/convert', { ...ANN, email: 'x' }, json)
    assert.equal(answer.status, 422)
    assert.equal(answer.json().errors[0].field, 'email')
  })
})
