import { Project } from 'ts-morph'
import { test } from '@japa/runner'

import { callsMethod, parse } from '../../src/configure/source_file.ts'
import { openLoginRoutes } from '../../src/configure/login_routes.ts'
import { registerRoutes } from '../../src/configure/route_registration.ts'
import { listValidatorFields } from '../../src/configure/validator_fields.ts'
import { registerInSignup, type SignupContext } from '../../src/configure/signup_controller.ts'

const project = new Project({ useInMemoryFileSystem: true })
const read = (text: string) => parse(project, '/file.ts', text)!

/**
 * As the starter kits have them
 */
const ROUTES = `import { middleware } from '#start/kernel'
import router from '@adonisjs/core/services/router'

router
  .group(() => {
    router.get('signup', [controllers.NewAccount, 'create'])
    router.post('login', [controllers.Session, 'store'])
  })
  .use(middleware.guest())

router
  .group(() => {
    router.post('logout', [controllers.Session, 'destroy'])
  })
  .use(middleware.auth())
`

const signupController = (parameters: string, body: string) => `import User from '#models/user'
import { signupValidator } from '#validators/user'

export default class NewAccountController {
  async store({ ${parameters} }: HttpContext) {
    ${body.trim()}
  }
}
`

const PAGES: SignupContext = {
  userModel: '#models/user',
  guard: 'web',
  usesTokens: false,
  columns: ['id', 'fullName', 'email', 'password'],
  listFields: () => ['fullName', 'email', 'password'],
}

const TOKENS: SignupContext = {
  ...PAGES,
  usesTokens: true,
  listFields: () => ['fullName', 'email', 'password', 'passwordConfirmation'],
}

const PAYLOAD = 'const payload = await request.validateUsing(signupValidator)'
const CREATE = 'const user = await User.create({ ...payload })'
const LOGIN = "await auth.use('web').login(user)"

test.group('Edits of routes', () => {
  test('open login and signup, and nothing else', ({ assert }) => {
    const edit = openLoginRoutes(read(ROUTES))
    const contents = ROUTES.replace('guest()', 'unregisteredOnly()')
    assert.deepEqual(edit, { outcome: 'changed', contents })
    assert.deepEqual(openLoginRoutes(read(contents)), { outcome: 'done' })
  })

  test('of each route, and in lists of middleware', ({ assert }) => {
    const edit = openLoginRoutes(
      read(`
        router.post('/sign-in', x).use(middleware.guest())
        router.get('/auth/register', x).use([middleware.guest(), middleware.slow()])
        router.get('/offer', x).use(middleware.guest())
        // router.get('/login', x).use(middleware.guest())`)
    )
    assert.deepEqual(edit, {
      outcome: 'changed',
      contents: `
        router.post('/sign-in', x).use(middleware.unregisteredOnly())
        router.get('/auth/register', x).use([middleware.unregisteredOnly(), middleware.slow()])
        router.get('/offer', x).use(middleware.guest())
        // router.get('/login', x).use(middleware.guest())`,
    })
  })

  test('of patterns in other quotes, by whole words', ({ assert }) => {
    const others = `
        router.get('/design-inspiration', x).use(middleware.guest())
        router.get(\`/passwordless-teaser\`, x).use(middleware.guest())`
    assert.deepEqual(openLoginRoutes(read(others)), { outcome: 'done' })
    const routes = `
        router.get(\`/login\`, x).use(middleware.guest())
        router.get('/passwords/reset', x).use(middleware.guest())`
    assert.deepEqual(openLoginRoutes(read(routes + others)), {
      outcome: 'changed',
      contents: routes.replaceAll('guest()', 'unregisteredOnly()') + others,
    })
  })

  test('are left to the author where it is not plain what the middleware guards: {$self}')
    .with([
      'router.get(LOGIN, x).use(middleware.guest())',
      'router.get(`/${locale}/enter`, x).use(middleware.guest())',
      'router.group(() => { router.get(paths.enter, x) }).use(middleware.guest())',
      'router.group(accountRoutes).use(middleware.guest())',
      "const closed = middleware.guest()\nrouter.get('/login', x).use(closed)",
    ])
    .run(({ assert }, routes) => {
      assert.equal(openLoginRoutes(read(routes)).outcome, 'unknown')
    })

  test('leave options of the middleware alone', ({ assert }) => {
    const routes = ROUTES.replace('guest()', "guest({ guards: ['web'] })")
    assert.equal(openLoginRoutes(read(routes)).outcome, 'unknown')
  })

  test('add registrations at the end, with one import', ({ assert }) => {
    const first = registerRoutes(read(ROUTES), 'registerConvertRoutes', '/convert')
    assert.equal(first.outcome, 'changed')
    const { contents } = first as { contents: string }
    const second = registerRoutes(read(contents), 'registerAdminRoutes', '/admin/guests')

    const [imports, ...rest] = ROUTES.split('\n\n')
    assert.deepEqual(second, {
      outcome: 'changed',
      contents: `${imports}
import guestUsers from 'adonisjs-guest-user/services/main'

${rest.join('\n\n')}
guestUsers.registerConvertRoutes('/convert')
guestUsers.registerAdminRoutes('/admin/guests')
`,
    })
  })

  test('take the name that the service has already, and no other', ({ assert }) => {
    const service = `import visitors from 'adonisjs-guest-user/services/main'\n`
    assert.deepInclude(registerRoutes(read(service), 'registerApiRoutes', '/guest'), {
      contents: `${service}\nvisitors.registerApiRoutes('/guest')\n`,
    })
    const other = "import guestUsers from '#services/guests'\n"
    assert.equal(registerRoutes(read(other), 'registerApiRoutes', '/guest').outcome, 'unknown')
    assert.equal(registerRoutes(read('x()'), 'registerApiRoutes', '/guest').outcome, 'unknown')
  })

  test('add nothing behind a route that answers everything: {$self}')
    .with([
      "router.on('*').renderInertia('app')",
      "router.get('*', x)",
      "router.any('/*', x)",
      'router.group(() => { router.get(`/:locale/*`, x) })',
    ])
    .run(({ assert }, route) => {
      const routes = `import router from 'router'\n${route}\n`
      const edit = registerRoutes(read(routes), 'registerAdminRoutes', '/admin/guests')
      assert.equal(edit.outcome, 'unknown')
    })

  test('add registrations behind what answers elsewhere', ({ assert }) => {
    const routes = `import router from 'router'\nrouter.get('/docs/*', x)\nhttp.get('*')\n`
    assert.equal(registerRoutes(read(routes), 'registerApiRoutes', '/guest').outcome, 'changed')
  })

  test('know what is done, be it in another file, but not from comments', ({ assert }) => {
    read(`// guestUsers.registerAdminRoutes('/admin/guests')`)
    assert.isFalse(callsMethod(project, ['registerAdminRoutes']))
    read(`guestUsers\n  .registerAdminRoutes('/admin/guests')`)
    assert.isTrue(callsMethod(project, ['registerAdminRoutes']))
  })
})

test.group('Edits of the signup controller', () => {
  const rewrite = (parameters: string, body: string, context = PAGES) =>
    registerInSignup(read(signupController(parameters, body)), context)

  test('of the kits for pages', ({ assert }) => {
    const edit = rewrite(
      'request, response, auth',
      `${PAYLOAD}\n    ${CREATE}\n\n    ${LOGIN}\n    response.redirect()`
    )
    const contents = signupController(
      'request, response, guestUser',
      `${PAYLOAD}\n    await guestUser.register(payload)\n    response.redirect()`
    ).replace("import User from '#models/user'\n", '')
    assert.deepEqual(edit, { outcome: 'changed', contents })
  })

  test('of the kit for APIs, whose form has more than the table', ({ assert }) => {
    const token = 'return User.accessTokens.create(user)'
    const edit = rewrite('request', `${PAYLOAD}\n    ${CREATE}\n    ${token}`, TOKENS)
    const picked = '{ fullName, email, password }'
    assert.deepEqual(edit, {
      outcome: 'changed',
      contents: signupController(
        'request, guestUser',
        `const ${picked} = await request.validateUsing(signupValidator)
    const user = await guestUser.register(${picked})
    ${token}`
      ),
    })
  })

  test('keep what else is used', ({ assert }) => {
    const comment = '// At once'
    const edit = rewrite(
      'request, auth',
      `${CREATE}\n    ${comment}\n    ${LOGIN}\n    return { user, before: auth.user, all: User.all() }`
    )
    assert.deepEqual(edit, {
      outcome: 'changed',
      contents: signupController(
        'request, auth, guestUser',
        `const user = await guestUser.register(payload)
    ${comment}
    return { user, before: auth.user, all: User.all() }`
      ),
    })
  })

  test('leave alone: {$self}')
    .with([
      'return 1',
      `${CREATE}`,
      `${CREATE}\n${CREATE}\n${LOGIN}`,
      `return User.create({ ...payload })`,
      `const { id } = await User.create({ ...payload })\n${LOGIN}`,
      `const user = await User.create({ ...payload }, { client })\n${LOGIN}`,
      `${CREATE}\nawait auth.use('admin').login(user)`,
      `${CREATE}\nawait auth.use('web').login(user, true)`,
      `${CREATE}\nreturn auth.use('web').login(user)`,
      `${CREATE}\nif (!settings.confirmEmail) { ${LOGIN} }`,
      `${CREATE}\nif (!settings.confirmEmail) ${LOGIN}`,
      `${CREATE}\nif (settings.confirmEmail) { return 1 }\n${LOGIN}`,
      `${CREATE}\nawait mail.send(user)\n${LOGIN}`,
      `if (await allows()) { ${CREATE} }\n${LOGIN}`,
    ])
    .run(({ assert }, body) => {
      assert.equal(rewrite('auth', body).outcome, 'unknown')
    })

  test('leave alone a validator whose fields cannot be picked: {$self}')
    .with([['id-card', 'email'], ['[name]', 'email'], ['passwordConfirmation']])
    .run(({ assert }, fields) => {
      const body = `${PAYLOAD}\n${CREATE}`
      assert.equal(
        rewrite('request', body, { ...TOKENS, listFields: () => fields }).outcome,
        'unknown'
      )
    })

  test('leave alone where an API begins a session, or needs the whole form', ({ assert }) => {
    assert.equal(rewrite('auth', `${CREATE}\n${LOGIN}`, TOKENS).outcome, 'unknown')
    const log = 'logger.info(payload)'
    assert.equal(rewrite('x', `${PAYLOAD}\n${CREATE}\n${log}`, TOKENS).outcome, 'unknown')
  })

  test('leave alone a controller that takes the whole context, or another model', ({ assert }) => {
    const controller = signupController('auth', `${CREATE}\n${LOGIN}`)
    const context = controller.replace('{ auth }', 'ctx')
    assert.equal(registerInSignup(read(context), PAGES).outcome, 'unknown')
    const account = { ...PAGES, userModel: '#models/account' }
    assert.equal(registerInSignup(read(controller), account).outcome, 'unknown')
  })
})

test.group('Fields of a validator', () => {
  test('are read where they are written out', ({ assert }) => {
    const file = read(`
      const email = () => vine.string().email()
      export const signup = vine.create({ fullName: vine.string(), email: email() })
      export const login = vine.compile(vine.object({ email: email() }))
      export const quoted = vine.create({ 'email': email(), "full-name": vine.string() })
      export const other = vine.create({ ...shared })`)
    assert.deepEqual(listValidatorFields(file, 'signup'), ['fullName', 'email'])
    assert.deepEqual(listValidatorFields(file, 'login'), ['email'])
    assert.deepEqual(listValidatorFields(file, 'quoted'), ['email', 'full-name'])
    assert.isUndefined(listValidatorFields(file, 'other'))
    assert.isUndefined(listValidatorFields(file, 'missing'))
  })
})
