import { on, once } from 'node:events'
import { spawn } from 'node:child_process'

import { AceApp, source } from './ace_app.ts'
import { createTokenApp } from './token_app.ts'
import { createTestDatabase } from './test_database.ts'

/**
 * Packages of the starter kits, and others, that a token API can do without
 */
const HIDDEN = [
  '@adonisjs/ally',
  '@adonisjs/i18n',
  '@adonisjs/inertia',
  '@adonisjs/limiter',
  '@adonisjs/session',
  '@adonisjs/shield',
  '@japa/api-client',
  '@vinejs/vine',
  'edge.js',
]

const SERVER = `
  import 'reflect-metadata'
  import { hidePackage } from '${source('tests/app/without_package.ts')}'

  ${JSON.stringify(HIDDEN)}.forEach(hidePackage)
  const { Ignitor } = await import('@adonisjs/core')
  const ignitor = new Ignitor(new URL('./', import.meta.url), {
    importer: (path) => import(path.startsWith('.') ? new URL(path, import.meta.url).href : path),
  })
  process.once('disconnect', () => ignitor.getApp().terminate())
  if (process.argv[2] === 'doctor') {
    const app = ignitor.createApp('console')
    const { examine } = await import('${source('src/doctor/doctor.ts')}')
    await app.init()
    process.send({ result: await examine(app) })
    await app.terminate()
    process.disconnect()
  } else {
    await ignitor.httpServer().start()
    const server = await ignitor.getApp().container.make('server')
    process.send({ result: server.getNodeServer().address().port })
  }`

/**
 * What differs from an application with sessions
 */
const FILES: Record<string, string | null> = {
  'config/session.ts': null,
  'server.ts': SERVER,
  'adonisrc.ts': `
    import { defineConfig } from '@adonisjs/core/app'

    export default defineConfig({
      providers: [
        () => import('@adonisjs/core/providers/app_provider'),
        () => import('@adonisjs/core/providers/hash_provider'),
        () => import('@adonisjs/lucid/database_provider'),
        () => import('@adonisjs/auth/auth_provider'),
        () => import('${source('providers/guest_user_provider.ts')}'),
      ],
      preloads: [() => import('./start/routes.ts'), () => import('./start/kernel.ts')],
    })`,
  'app/user.ts': `
    import hash from '@adonisjs/core/services/hash'
    import { DbAccessTokensProvider } from '@adonisjs/auth/access_tokens'
    import { createUserModel } from '${source('tests/app/user_model.ts')}'

    export default class User extends createUserModel(hash, 'increments') {
      static accessTokens = DbAccessTokensProvider.forModel(User)
    }`,
  'config/bodyparser.ts': `
    import { defineConfig } from '@adonisjs/core/bodyparser'

    export default defineConfig({})`,
  'config/auth.ts': `
    import { defineConfig } from '@adonisjs/auth'
    import { tokensGuard, tokensUserProvider } from '@adonisjs/auth/access_tokens'

    export default defineConfig({
      default: 'api',
      guards: {
        api: tokensGuard({
          provider: tokensUserProvider({
            tokens: 'accessTokens',
            model: () => import('../app/user.ts'),
          }),
        }),
      },
    })`,
  'config/guest_user.ts': `
    import { defineConfig } from '${source('index.ts')}'

    export default defineConfig({
      maxAge: '60 days',
      userModel: () => import('../app/user.ts'),
      attributes: ({ username }) => ({ email: username + '@guest.invalid' }),
    })`,
  'start/kernel.ts': `
    import router from '@adonisjs/core/services/router'

    router.use([
      () => import('@adonisjs/core/bodyparser_middleware'),
      () => import('@adonisjs/auth/initialize_auth_middleware'),
      () => import('${source('src/middleware/initialize_guest_user_middleware.ts')}'),
    ])`,
  'start/routes.ts': `
    import User from '../app/user.ts'
    import router from '@adonisjs/core/services/router'
    import guestUsers from '${source('services/main.ts')}'

    const middleware = router.named({
      allowGuestUser: () => import('${source('src/middleware/allow_guest_user_middleware.ts')}'),
      guestUserRequired: () => import('${source('src/middleware/guest_user_required_middleware.ts')}'),
    })

    guestUsers.registerApiRoutes('/guest')
    router.get('/me', async ({ auth, guestUser }) => {
      await guestUser.allow()
      return { kind: await guestUser.kind(), id: auth.user?.id ?? null }
    })
    router.get('/guests-only', () => 'welcome').use(middleware.guestUserRequired())
    router.post('/signup', async ({ request, guestUser }) => {
      const user = await guestUser.register(request.only(['email', 'password']))
      const token = await User.accessTokens.create(user)
      return { id: user.id, token: token.value.release() }
    })
    router.post('/login', async ({ request }) => {
      const { email, password } = request.only(['email', 'password'])
      const user = await User.verifyCredentials(email, password)
      const token = await User.accessTokens.create(user)
      return { id: user.id, token: token.value.release() }
    })
    router.post('/forget-me', async ({ guestUser }) => {
      await guestUser.delete()
      return { kind: await guestUser.kind() }
    })`,
}

/**
 * A token API in a process of its own that can load no package for pages: no session,
 * no Shield, no Edge, no VineJS
 */
export class TokensOnlyApp {
  #app: AceApp
  #release: () => Promise<void>

  private constructor(app: AceApp, release: () => Promise<void>) {
    this.#app = app
    this.#release = release
  }

  static async create(files: Record<string, string> = {}) {
    const database = await createTestDatabase()
    const migrated = await createTokenApp({ database })
    await migrated.close()
    const app = await AceApp.create(database, { ...FILES, ...files })
    return new TokensOnlyApp(app, async () => {
      await app.remove()
      await database.drop()
    })
  }

  /**
   * @returns the URL, and what stops the server
   */
  async serve() {
    const { child, result: port } = await this.#start()
    return {
      url: `http://127.0.0.1:${port}`,
      async stop() {
        child.disconnect()
        await once(child, 'exit')
      },
    }
  }

  /**
   * What `guest:doctor` finds
   */
  async diagnose(): Promise<any[]> {
    const { child, result } = await this.#start('doctor')
    if (child.exitCode === null) {
      await once(child, 'exit')
    }
    return result
  }

  async #start(...args: string[]) {
    const child = spawn(process.execPath, ['--import=@poppinss/ts-exec', 'server.ts', ...args], {
      cwd: this.#app.folder,
      env: { ...process.env, NODE_ENV: 'production', HOST: '127.0.0.1', PORT: '0' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    // The framework sends messages as well
    for await (const [message] of on(child, 'message', { close: ['exit'] })) {
      if (message.result !== undefined) {
        return { child, result: message.result }
      }
    }
    throw new Error('The process has ended')
  }

  async remove() {
    await this.#release()
  }
}
