import vine from '@vinejs/vine'
import { test } from '@japa/runner'

import { Visitor } from '../app/visitor.ts'
import { whoAmI } from '../app/who_am_i.ts'
import { GERMAN, inGerman } from '../app/in_german.ts'
import { ANN, becomeGuest } from '../app/convert_app.ts'
import { createInertiaApp } from '../inertia/server/inertia_app.ts'
import { createTestApp, type TestAppOptions } from '../app/test_app.ts'

/**
 * What the Inertia client sends
 */
const VISIT = {
  'accept': 'text/html, application/xhtml+xml',
  'x-inertia': 'true',
  'x-inertia-version': '1',
  'x-requested-with': 'XMLHttpRequest',
}

/**
 * The pages are not built: nobody looks at them
 */
function createApp({ guestUser, ...options }: TestAppOptions = {}) {
  return createInertiaApp('/nowhere', {
    ...options,
    views: { inertia_layout: '@inertia()' },
    guestUser: { ...guestUser, convert: { inertia: true, ...guestUser?.convert } },
    routes(router, middleware) {
      router.get('/guest', whoAmI).use(middleware.allowGuestUser())
    },
  })
}

async function enter(app: Awaited<ReturnType<typeof createApp>>) {
  const visitor = new Visitor(app.url)
  const { id } = (await visitor.get('/guest')).json()
  return { visitor, id }
}

test.group('The conversion page with Inertia', () => {
  test('gets plain data', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const { visitor } = await enter(app)

    const response = await visitor.get('/convert', VISIT)
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('cache-control'), 'no-store')
    const { component, props } = response.json()
    assert.equal(component, 'guest_user/convert')
    assert.deepEqual(props, {
      errors: {},
      messages: [],
      visitor: { kind: 'guest', isGuest: true },
      fields: [
        {
          name: 'fullName',
          type: 'text',
          label: 'Full name',
          autocomplete: 'name',
          isRequired: false,
          maxLength: 255,
        },
        {
          name: 'email',
          type: 'email',
          label: 'Email address',
          autocomplete: 'email',
          isRequired: true,
          maxLength: 254,
        },
        {
          name: 'password',
          type: 'password',
          label: 'Password',
          hint: 'At least 8 characters',
          autocomplete: 'new-password',
          isRequired: true,
        },
        {
          name: 'passwordConfirmation',
          type: 'password',
          label: 'Repeat the password',
          autocomplete: 'new-password',
          isRequired: true,
        },
      ],
      prefill: {},
      formUrl: '/convert',
      loginUrl: '/login',
      texts: {
        title: 'Create your account',
        lede: 'Everything you did as a guest stays with you.',
        optional: 'optional',
        submit: 'Create account',
        loginQuestion: 'You have an account already?',
        login: 'Log in',
      },
    })
  })

  test('tells nothing of the row but what the form shows', async ({ assert, cleanup }) => {
    const prefills = [true, (guest: any) => ({ ...guest.$attributes, passwordConfirmation: 'no' })]
    for (const prefill of prefills) {
      const app = await createApp({ guestUser: { convert: { prefill } } })
      cleanup(() => app.close())
      const { visitor, id } = await enter(app)
      const user = await app.User.findOrFail(id)

      const { props } = (await visitor.get('/convert', VISIT)).json()
      assert.deepEqual(props.prefill, { fullName: user.fullName, email: user.email })

      const { text } = await visitor.get('/convert')
      assert.include(text, user.email)
      assert.notInclude(text, user.password.slice(-20))
      assert.match(user.password, /^\$/)
      await app.close()
    }
  })

  test('leads back with the errors, and on when they are gone', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const { visitor, id } = await enter(app)
    await app.User.create({ email: 'taken@example.com', password: 'secret12' })

    const invalid = { ...ANN, email: 'no address', passwordConfirmation: 'hunter2hunter2' }
    const refused = await visitor.post('/convert', invalid, VISIT)
    assert.deepInclude(refused, { status: 302, location: '/convert' })
    const { props } = (await visitor.get('/convert', VISIT)).json()
    assert.deepEqual(props.errors, {
      email: 'This does not look like an email address',
      passwordConfirmation: 'The two passwords are not the same',
    })

    await visitor.post('/convert', { ...ANN, email: 'taken@example.com' }, VISIT)
    const taken = await visitor.get('/convert', VISIT)
    assert.deepEqual(taken.json().props.errors, {
      email: 'This belongs to an account already. Log in instead?',
    })
    assert.notInclude(taken.text, ANN.password)

    const converted = await visitor.post('/convert', ANN, VISIT)
    assert.deepInclude(converted, { status: 302, location: '/convert/success' })
    const success = (await visitor.get('/convert/success', VISIT)).json()
    assert.equal(success.component, 'guest_user/convert_success')
    assert.containSubset(success.props, {
      visitor: { kind: 'regular' },
      continueUrl: '/',
      texts: {
        title: 'Your account is ready',
        lede: 'Everything you did as a guest is still here, and stays with you.',
        continue: 'Continue',
      },
    })
    assert.equal((await app.User.findByOrFail('email', ANN.email)).id, id)
    assert.equal((await visitor.get('/convert', VISIT)).location, '/')
  })

  test('shows the message of a closed page, and leads back there', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    const { visitor } = await enter(app)

    assert.equal((await visitor.get('/orders', VISIT)).location, '/convert')
    const { props } = (await visitor.get('/convert', VISIT)).json()
    assert.deepEqual(props.messages, ['Sign up or log in to see this page'])
    assert.equal((await visitor.post('/convert', ANN, VISIT)).location, '/orders')
  })

  test('speaks the language of the visitor', async ({ assert, cleanup }) => {
    const { providers, config, routerMiddleware } = inGerman({
      'guest_user.convert.title': 'Konto anlegen',
      'guest_user.convert.email': 'E-Mail-Adresse',
      'guest_user.success.continue': 'Weiter',
    })
    const app = await createApp({ providers, config, routerMiddleware })
    cleanup(() => app.close())
    const { visitor } = await enter(app)

    const headers = { ...VISIT, ...GERMAN }
    const { props } = (await visitor.get('/convert', headers)).json()
    assert.equal(props.texts.title, 'Konto anlegen')
    assert.equal(props.fields[1].label, 'E-Mail-Adresse')
    await visitor.post('/convert', ANN, VISIT)
    const success = (await visitor.get('/convert/success', headers)).json()
    assert.equal(success.props.texts.continue, 'Weiter')
  })

  test('without Inertia, the server does not start', async ({ assert }) => {
    const start = createTestApp({
      guestUser: { convert: { inertia: true } },
      routes: (_router, _middleware, guestUsers) =>
        void guestUsers.registerConvertRoutes('/convert'),
    })
    await assert.rejects(
      () => start,
      'The pages of "registerConvertRoutes" need Inertia, which the application does not use. Run "node ace add @adonisjs/inertia", or leave out its routes in "start/routes.ts"'
    )
  })

  test('without its middleware, an error says so', async ({ assert, cleanup }) => {
    let message = ''
    const app = await createApp({
      serverMiddleware: [],
      exceptionHandler: async () => ({
        default: class {
          handle(error: Error, { response }: any) {
            message = error.message
            response.status(500).send('')
          }
          report() {}
        },
      }),
    })
    cleanup(() => app.close())
    const { visitor } = await enter(app)

    assert.equal((await visitor.get('/convert')).status, 500)
    assert.match(message, /"convert\.inertia" is set, but no middleware of Inertia runs/)
  })
})

test.group('The validator of an application', () => {
  test('is imported when it is needed, and knows the guest', async ({ assert, cleanup }) => {
    let userId: unknown
    const remember = vine.createRule((_value, _options, field) => void (userId = field.meta.userId))
    const load = async () => ({ default: vine.create({ email: vine.string().use(remember()) }) })
    const app = await createTestApp({
      guestUser: { convert: { validator: load } },
      routes(router, middleware, guestUsers) {
        guestUsers.registerConvertRoutes('/convert')
        router.get('/cart', whoAmI).use(middleware.allowGuestUser())
      },
    })
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)

    const response = await visitor.post('/convert', { email: 'ann@example.com' })
    assert.equal(response.location, '/convert/success')
    assert.equal(userId, id)
  })
})
