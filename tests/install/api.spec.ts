import { test } from '@japa/runner'

import { FreshApp } from './fresh_app.ts'
import { readRecipe } from './documentation.ts'
import { ApiClient } from '../app/token_app.ts'

const ANN = {
  fullName: 'Ann',
  email: 'ann@example.com',
  password: 'correct horse',
  passwordConfirmation: 'correct horse',
}

/**
 * As in the official starter kit for APIs
 */
const AUTH = `
import { defineConfig } from '@adonisjs/auth'
import { sessionGuard, sessionUserProvider } from '@adonisjs/auth/session'
import { tokensGuard, tokensUserProvider } from '@adonisjs/auth/access_tokens'
import type { InferAuthenticators } from '@adonisjs/auth/types'

const authConfig = defineConfig({
  default: 'api',
  guards: {
    api: tokensGuard({
      provider: tokensUserProvider({ tokens: 'accessTokens', model: () => import('#models/user') }),
    }),
    web: sessionGuard({
      useRememberMeTokens: false,
      provider: sessionUserProvider({ model: () => import('#models/user') }),
    }),
  },
})

export default authConfig

declare module '@adonisjs/auth/types' {
  export interface Authenticators extends InferAuthenticators<typeof authConfig> {}
}
`

const LIMITER = `
import { defineConfig, stores } from '@adonisjs/limiter'
import type { InferLimiters } from '@adonisjs/limiter/types'

const limiterConfig = defineConfig({ default: 'memory', stores: { memory: stores.memory({}) } })

export default limiterConfig

declare module '@adonisjs/limiter/types' {
  export interface LimitersList extends InferLimiters<typeof limiterConfig> {}
}
`

const VALIDATORS = `
import vine from '@vinejs/vine'

export const signupValidator = vine.create({
  fullName: vine.string().nullable(),
  email: vine.string().email(),
  password: vine.string().minLength(8),
  passwordConfirmation: vine.string().sameAs('password'),
})

export const loginValidator = vine.create({
  email: vine.string().email(),
  password: vine.string(),
})
`

const TOKENS_TABLE = `
import { BaseSchema } from '@adonisjs/lucid/schema'

export default class extends BaseSchema {
  async up() {
    this.schema.createTable('auth_access_tokens', (table) => {
      table.increments('id')
      table.integer('tokenable_id').notNullable().unsigned()
      table.foreign('tokenable_id').references('id').inTable('users').onDelete('CASCADE')
      table.string('type').notNullable()
      table.string('name').nullable()
      table.string('hash').notNullable()
      table.text('abilities').notNullable()
      table.timestamp('created_at')
      table.timestamp('updated_at')
      table.timestamp('last_used_at').nullable()
      table.timestamp('expires_at').nullable()
    })
  }
}
`

/**
 * As the starter kit has it
 */
const SIGNUP = `import User from '#models/user'
import { signupValidator } from '#validators/user'
import type { HttpContext } from '@adonisjs/core/http'

export default class NewAccountController {
  async store({ request, serialize }: HttpContext) {
    const payload = await request.validateUsing(signupValidator)

    const user = await User.create({ ...payload })
    const token = await User.accessTokens.create(user)
    return serialize({ user, token: token.value!.release() })
  }
}
`

const SIGNUP_OF_GUESTS = SIGNUP.replace('serialize }', 'serialize, guestUser }')
  .replace('const payload', 'const { fullName, email, password }')
  .replace('User.create({ ...payload })', 'guestUser.register({ fullName, email, password })')

const ROUTES = `
import { middleware } from '#start/kernel'
import router from '@adonisjs/core/services/router'

const NewAccountController = () => import('#controllers/new_account_controller')
const AccessTokenController = () => import('#controllers/access_token_controller')

guestUsers.registerAdminRoutes('/admin/guests')
router.post('/signup', [NewAccountController, 'store'])
router.post('/login', [AccessTokenController, 'store'])
router
  .get('/me', async ({ auth, guestUser }) => ({
    id: auth.user?.id ?? null,
    kind: await guestUser.kind(),
  }))
  .use(middleware.allowGuestUser())
`

/**
 * Of the application whose registry it imports
 */
const CLIENT = `
import { createTuyau } from '@tuyau/core/client'
import { registry } from './.adonisjs/client/registry/index.ts'

const { api } = createTuyau({ baseUrl: 'http://127.0.0.1', registry })

export async function signUp() {
  const { token, expiresAt, user } = await api.guestUser.api.store({})
  const texts: [string, string | null, number, string | null, string] =
    [token, expiresAt, user.id, user.fullName, user.createdAt]
  // @ts-expect-error it is never told
  user.password

  const account = { fullName: 'Ann', password: 'secret12', passwordConfirmation: 'secret12' }
  // @ts-expect-error the address is missing
  await api.guestUser.api.convert({ body: account })
  const [converted, error] = await api.guestUser.api
    .convert({ body: { ...account, email: 'ann@example.com' } })
    .safe()
  if (error?.isStatus(409)) {
    return error.response.errors[0].message satisfies string
  }
  await api.guestUser.api.destroy({})
  return [texts, converted?.user.email satisfies string | undefined]
}
`

test.group('The page about APIs', (group) => {
  let app: FreshApp

  /**
   * What `configure` printed, and the files as it left them
   */
  let configured: Record<string, string>

  /**
   * A guest with a token
   */
  async function createGuest() {
    const client = new ApiClient(app.url)
    const { token, user } = (await client.post('/guest')).json()
    client.token = token
    return { client, id: user.id }
  }

  group.setup(async () => {
    app = await FreshApp.create(['@adonisjs/limiter', '@tuyau/core'])
    await app.write('config/auth.ts', AUTH)
    await app.write('config/limiter.ts', LIMITER)
    await app.write('app/validators/user.ts', VALIDATORS)
    await app.write('database/migrations/1000000000001_create_tokens_table.ts', TOKENS_TABLE)
    await app.edit('config/shield.ts', (text) =>
      text.replace(/csrf: \{\s*enabled: true/, 'csrf: { enabled: false')
    )
    await app.edit('app/models/user.ts', (text) =>
      [
        `import { DbAccessTokensProvider } from '@adonisjs/auth/access_tokens'`,
        text.replace(
          /(class User .*\{\n)/,
          `$1  static accessTokens = DbAccessTokensProvider.forModel(User)
            static $$columns = ['id', 'fullName', 'email', 'password', 'createdAt'] as const
            $$columns = User.$$columns\n`
        ),
      ].join('\n')
    )
    await app.write('app/controllers/new_account_controller.ts', SIGNUP)
    const { exitCode, output } = await app.ace('configure', 'adonisjs-guest-user', '--yes')
    if (exitCode !== 0) {
      throw new Error(output)
    }
    configured = { output, ...(await app.snapshot()) }

    const { 'start/routes.ts': routes, ...files } = await readRecipe('docs/api.md')
    for (const [path, code] of Object.entries(files)) {
      await app.write(path, code)
    }
    await app.write('start/routes.ts', `${routes}${ROUTES}`)
    const stop = await app.serve()
    return async () => {
      await stop()
      await app.remove()
    }
  })

  test('configure has done the same, and run the migrations', ({ assert }) => {
    assert.include(configured.output, 'DONE:    node ace migration:run')
    assert.include(configured.output, 'Not under version control')
    assert.notMatch(configured.output, /^error /m)
    assert.match(configured.output, /One line to your first guest:\n .*POST \/guest/)
    const routes = configured['start/routes.ts']
    assert.include(routes, "guestUsers.registerApiRoutes('/guest')")
    assert.notMatch(routes, /registerConvertRoutes|registerAdminRoutes/)
    assert.equal(configured['app/controllers/new_account_controller.ts'], SIGNUP_OF_GUESTS)
  })

  test('compiles in an application like the starter kit, with a client of Tuyau', async ({
    assert,
  }) => {
    await app.edit('adonisrc.ts', (text) =>
      [
        `import { indexEntities } from '@adonisjs/core'`,
        `import { generateRegistry } from '@tuyau/core/hooks'`,
        `import { indexGuestRoutes } from 'adonisjs-guest-user/hooks'`,
        text.replace(
          'defineConfig({',
          'defineConfig({ hooks: { init: [indexEntities(), indexGuestRoutes(), generateRegistry()] },'
        ),
      ].join('\n')
    )
    const { exitCode, output } = await app.ace('codegen')
    assert.equal(exitCode, 0, output)
    assert.notMatch(await app.read('.adonisjs/client/registry/index.ts'), /guest_user\.admin/)
    await app.write('client.ts', CLIENT)
    assert.equal(await app.typecheck(), '')
  })

  test('a guest signs up, and keeps the id', async ({ assert }) => {
    const { client, id } = await createGuest()
    assert.deepEqual((await client.get('/me')).json(), { id, kind: 'guest' })

    const response = await client.post('/signup', ANN)
    assert.equal(response.status, 200, response.text)
    assert.equal(response.json().user.id, id)
    assert.deepEqual((await client.get('/me')).json(), { id, kind: 'regular' })
  })

  test('a guest logs in, and is merged', async ({ assert }) => {
    const { client, id } = await createGuest()
    const { user, token } = (await client.post('/login', ANN)).json()
    assert.notEqual(user.id, id)
    assert.equal((await client.get('/me')).status, 401)
    client.token = token
    assert.deepEqual((await client.get('/me')).json(), { id: user.id, kind: 'regular' })
  })

  test('without a token, nobody becomes a guest', async ({ assert }) => {
    assert.deepEqual((await new ApiClient(app.url).get('/me')).json(), {
      id: null,
      kind: 'anonymous',
    })
  })
})
