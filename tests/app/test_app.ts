import { tmpdir } from 'node:os'
import { createServer } from 'node:http'
import type { Writable } from 'node:stream'
import { dirname, join } from 'node:path'
import type { AddressInfo } from 'node:net'
import { pathToFileURL } from 'node:url'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'

import type { HttpRouterService, HttpServerService } from '@adonisjs/core/types'
import type { Database } from '@adonisjs/lucid/database'
import { defineConfig as defineAuth } from '@adonisjs/auth'
import { defineConfig as defineShield } from '@adonisjs/shield'
import { IgnitorFactory } from '@adonisjs/core/factories'
import { basicAuthGuard, basicAuthUserProvider } from '@adonisjs/auth/basic_auth'
import { sessionGuard, sessionUserProvider } from '@adonisjs/auth/session'
import { defineConfig as defineHash, drivers } from '@adonisjs/core/hash'
import { defineConfig as defineLogger } from '@adonisjs/core/logger'
import { defineConfig as defineRedis } from '@adonisjs/redis'
import { defineConfig as defineSession, stores } from '@adonisjs/session'

import { redis } from '../services/redis.ts'
import { createTables } from './tables.ts'
import { QueryLog } from './query_log.ts'
import { createTestDatabase, type TestDatabase } from './test_database.ts'
import { createUserModel, type UserKey } from './user_model.ts'
import { defineConfig, type GuestUserManager } from '../../index.ts'
import type { GuestUserConfig } from '../../src/types.ts'

type UserModel = ReturnType<typeof createUserModel>
type Middleware = Parameters<HttpRouterService['use']>[0]

export interface TestAppOptions {
  userKey?: UserKey

  /**
   * The default guard. `basic` and `api` (of a token application) use no sessions
   */
  defaultGuard?: 'web' | 'members' | 'basic' | 'api'

  /**
   * Whether there is a second session guard, `members`, with the same users.
   * Defaults to true
   */
  secondGuard?: boolean

  /**
   * Additional guards, for other user tables
   */
  guards?: Record<string, ReturnType<typeof sessionGuard>>
  sessionStore?: 'cookie' | 'memory' | 'database' | 'redis'
  sessionAge?: string

  /**
   * Merged into a configuration like the published one
   */
  guestUser?: Partial<GuestUserConfig<any>>

  /**
   * Replaces the whole `config/guest_user.ts`
   */
  rawGuestUserConfig?: unknown

  /**
   * Contents of files in `resources/views`, by name
   */
  views?: Record<string, string>
  shield?: boolean

  /**
   * Replaces `router.use([…])`
   */
  routerMiddleware?: Middleware

  /**
   * `server.use([…])`
   */
  serverMiddleware?: Parameters<HttpServerService['use']>[0]

  /**
   * Replaces the exception handler of the tests
   */
  exceptionHandler?: Parameters<HttpServerService['errorHandler']>[0]

  /**
   * Whether silent auth runs on each request, like in the starter kits.
   * Defaults to true
   */
  silentAuth?: boolean
  createTables?: boolean

  /**
   * Creates tables and relations of the application before it starts
   */
  prepare?: (parts: { db: Database; User: UserModel }) => Promise<void>

  /**
   * Optional packages that the application does not use
   */
  without?: ('edge' | 'vinejs')[]

  /**
   * Providers of other packages, and their configuration
   */
  providers?: (() => Promise<any>)[]
  config?: Record<string, unknown>

  /**
   * Receives the log, which is off by default
   */
  log?: Writable

  /**
   * An existing database, which is kept when the application closes
   */
  database?: TestDatabase

  /**
   * Further connections, by name, beside `main`
   */
  connections?: Record<string, Record<string, unknown>>
  routes?: (
    router: HttpRouterService,
    middleware: NamedMiddleware,
    guestUsers: GuestUserManager
  ) => void
}

export const routerMiddleware = {
  bodyparser: () => import('@adonisjs/core/bodyparser_middleware'),
  session: () => import('@adonisjs/session/session_middleware'),
  shield: () => import('@adonisjs/shield/shield_middleware'),
  auth: () => import('@adonisjs/auth/initialize_auth_middleware'),
  silentAuth: () => import('./silent_auth_middleware.ts'),
  guestUser: () => import('../../src/middleware/initialize_guest_user_middleware.ts'),
}

function nameMiddleware(router: HttpRouterService) {
  return router.named({
    allowGuestUser: () => import('../../src/middleware/allow_guest_user_middleware.ts'),
    guestUserRequired: () => import('../../src/middleware/guest_user_required_middleware.ts'),
    regularUserRequired: () => import('../../src/middleware/regular_user_required_middleware.ts'),
    unregisteredOnly: () => import('../../src/middleware/unregistered_only_middleware.ts'),
  })
}
type NamedMiddleware = ReturnType<typeof nameMiddleware>

/**
 * A real application on a real socket, with its own database. Only one at a
 * time, because models belong to the application that booted last
 */
export async function createTestApp(options: TestAppOptions = {}) {
  const root = await mkdtemp(join(tmpdir(), 'guest-user-app-'))
  await writeViews(root, options.views)
  const database = options.database ?? (await createTestDatabase())
  const models = {} as { User: UserModel }

  const ignitor = new IgnitorFactory()
    .withCoreProviders()
    .withCoreConfig()
    .merge({
      rcFileContents: { providers: listProviders(options) },
      config: describeConfig(options, database.connection, () => models.User),
    })
    .create(pathToFileURL(`${root}/`), { importer: (path) => import(path) })

  const app = ignitor.createApp('web')
  const release = async () => {
    await app.terminate()
    if (!options.database) {
      await database.drop()
    }
    await rm(root, { recursive: true, force: true })
  }

  try {
    await app.init()
    await app.boot()
    models.User = createUserModel(await app.container.make('hash'), options.userKey ?? 'increments')

    const db = await app.container.make('lucid.db')
    if (options.createTables !== false) {
      await createTables(db, options.userKey ?? 'increments')
    }
    await options.prepare?.({ db, User: models.User })

    const router = await app.container.make('router')
    await app.start(async () => {
      router.use(options.routerMiddleware ?? defaultRouterMiddleware(options))
      const guestUsers = options.routes && (await app.container.make('guestUser.manager'))
      options.routes?.(router, nameMiddleware(router), guestUsers!)
    })

    const server = await app.container.make('server')
    server.errorHandler(options.exceptionHandler ?? (() => import('./exception_handler.ts')))
    server.use(options.serverMiddleware ?? [])
    await server.boot()
    const httpServer = createServer(server.handle.bind(server))
    await new Promise<void>((resolve) => httpServer.listen(0, '127.0.0.1', resolve))
    const { port } = httpServer.address() as AddressInfo

    return {
      app,
      db,
      User: models.User,
      url: `http://127.0.0.1:${port}`,
      emitter: await app.container.make('emitter'),
      guestUsers: await app.container.make('guestUser.manager'),
      queries: new QueryLog(await app.container.make('emitter')),
      async count(table: string) {
        const [row] = await db.from(table).count('* as total')
        return Number(row.total)
      },

      /**
       * Makes all guests expired for the next cleanup
       */
      async expireGuests() {
        const longAgo = '2020-01-01 00:00:00'
        await db.from('guests').update({ created_at: longAgo, last_seen_at: longAgo })
      },
      async close() {
        httpServer.closeAllConnections()
        await new Promise((resolve) => httpServer.close(resolve))
        await release()
      },
    }
  } catch (error) {
    await release()
    throw error
  }
}

export type TestApp = Awaited<ReturnType<typeof createTestApp>>

async function writeViews(root: string, views: Record<string, string> = {}) {
  const folder = join(root, 'resources/views')
  await mkdir(folder, { recursive: true })
  for (const [name, contents] of Object.entries(views)) {
    const file = join(folder, `${name}.edge`)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, contents)
  }
}

function defaultRouterMiddleware({ shield, silentAuth }: TestAppOptions): Middleware {
  const { bodyparser, session, auth, guestUser } = routerMiddleware
  return [
    bodyparser,
    session,
    ...(shield ? [routerMiddleware.shield] : []),
    auth,
    ...(silentAuth === false ? [] : [routerMiddleware.silentAuth]),
    guestUser,
  ]
}

function listProviders(options: TestAppOptions) {
  const { without = [] } = options
  return [
    ...(without.includes('edge') ? [] : [() => import('@adonisjs/core/providers/edge_provider')]),
    ...(without.includes('vinejs')
      ? []
      : [() => import('@adonisjs/core/providers/vinejs_provider')]),
    () => import('@adonisjs/session/session_provider'),
    () => import('@adonisjs/shield/shield_provider'),
    () => import('@adonisjs/lucid/database_provider'),
    () => import('@adonisjs/auth/auth_provider'),
    ...(options.sessionStore === 'redis' ? [() => import('@adonisjs/redis/redis_provider')] : []),
    ...(options.providers ?? []),
    () => import('../../providers/guest_user_provider.ts'),
  ]
}

function describeConfig(
  options: TestAppOptions,
  connection: Record<string, unknown>,
  userModel: () => UserModel
) {
  const provider = () => sessionUserProvider({ model: async () => ({ default: userModel() }) })

  return {
    ...options.config,
    logger: defineLogger({
      default: 'app',
      loggers: { app: { enabled: options.log !== undefined, destination: options.log } },
    }),
    // Passwords of tests protect nothing, and a good hash takes 50 ms
    hash: defineHash({ default: 'scrypt', list: { scrypt: drivers.scrypt({ cost: 2 }) } }),
    database: { connection: 'main', connections: { main: connection, ...options.connections } },
    redis: defineRedis({ connection: 'main', connections: { main: redis } }),
    session: defineSession({
      cookieName: 'adonis-session',
      age: options.sessionAge ?? '2h',
      store: (options.sessionStore ?? 'cookie') as 'cookie',
      stores: {
        cookie: stores.cookie(),
        database: stores.database(),
        ...(options.sessionStore === 'redis' && {
          redis: stores.redis({ connection: 'main' as never }),
        }),
      },
    }),
    shield: defineShield({ csrf: { enabled: true, methods: ['POST'] } }),
    auth: defineAuth({
      default: (options.defaultGuard ?? 'web') as 'web',
      guards: {
        basic: basicAuthGuard({
          provider: basicAuthUserProvider({ model: async () => ({ default: userModel() }) }),
        }),
        web: sessionGuard({ useRememberMeTokens: false, provider: provider() }),
        ...(options.secondGuard !== false && {
          members: sessionGuard({ useRememberMeTokens: false, provider: provider() }),
        }),
        ...options.guards,
      },
    }),
    guest_user:
      'rawGuestUserConfig' in options
        ? options.rawGuestUserConfig
        : defineConfig({
            userModel: async () => userModel(),
            attributes: ({ username }) => ({
              fullName: username,
              email: `${username}@guest.invalid`,
            }),
            ...options.guestUser,
          }),
  }
}
