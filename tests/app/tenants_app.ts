import { AsyncLocalStorage } from 'node:async_hooks'
import type { HttpContext } from '@adonisjs/core/http'
import type { NextFn } from '@adonisjs/core/types/http'
import type { Database } from '@adonisjs/lucid/database'
import { Adapter, BaseModel } from '@adonisjs/lucid/orm'

import { Visitor } from './visitor.ts'
import { whoAmI } from './who_am_i.ts'
import { createTables } from './tables.ts'
import { createTestDatabase, dialect, type TestDatabase } from './test_database.ts'
import { createTestApp, routerMiddleware, type TestAppOptions } from './test_app.ts'

export const TENANTS = ['north', 'south'] as const
export type Tenant = (typeof TENANTS)[number]

/**
 * How the application chooses the connection of the tenant: by the adapter of all
 * models, or by the user model
 */
export type Choice = 'adapter' | 'connection'

/**
 * Where the tables of a tenant are. Schemas are of PostgreSQL only
 */
export type Place = 'database' | 'schema'
export const PLACES: Place[] = dialect === 'postgres' ? ['database', 'schema'] : ['database']

const current = new AsyncLocalStorage<Tenant>()

class TenantAdapter extends Adapter {
  modelConstructorClient(...[model, options]: Parameters<Adapter['modelConstructorClient']>) {
    return super.modelConstructorClient(model, { connection: current.getStore(), ...options })
  }
}

/**
 * Each request names its tenant
 */
class TenantMiddleware {
  handle({ request }: HttpContext, next: NextFn) {
    return current.run(request.header('x-tenant') as Tenant, next)
  }
}

/**
 * A visitor of one tenant
 */
export class TenantVisitor extends Visitor {
  #tenant: Tenant

  constructor(baseUrl: string, tenant: Tenant, cookies?: Map<string, string>) {
    super(baseUrl, cookies)
    this.#tenant = tenant
  }

  request(...[method, path, options = {}]: Parameters<Visitor['request']>) {
    const headers = { ...options.headers, 'x-tenant': this.#tenant }
    return super.request(method, path, { ...options, headers })
  }
}

/**
 * An application whose tenants have tables of their own, with the same ids. The
 * default connection has tables as well, which nobody should use
 */
export async function createTenantsApp(choice: Choice, place: Place, options: TestAppOptions = {}) {
  const databases: TestDatabase[] = []
  const connections: Record<string, Record<string, unknown>> = {}
  for (const tenant of TENANTS) {
    if (place === 'database' || databases.length === 0) {
      databases.push(await createTestDatabase())
    }
    connections[tenant] = {
      ...databases.at(-1)!.connection,
      ...(place === 'schema' && { searchPath: [tenant] }),
    }
  }

  const app = await createTestApp({
    ...options,
    connections,
    routerMiddleware: [
      routerMiddleware.bodyparser,
      routerMiddleware.session,
      async () => ({ default: TenantMiddleware }),
      routerMiddleware.auth,
      routerMiddleware.silentAuth,
      routerMiddleware.guestUser,
    ],
    async prepare({ db, User }) {
      for (const tenant of TENANTS) {
        if (place === 'schema') {
          await db.connection(tenant).rawQuery(`create schema ${tenant}`)
        }
        await createTables({ connection: () => db.connection(tenant) } as Database, 'increments')
      }
      if (choice === 'adapter') {
        BaseModel.$adapter = new TenantAdapter(db)
      } else {
        Object.defineProperty(User, 'connection', { get: () => current.getStore() })
      }
    },
    routes(router, middleware, guestUsers) {
      router.get('/cart', whoAmI).use(middleware.allowGuestUser())
      router.get('/about', whoAmI)
      router.post('/login', async (ctx) => {
        const { email, password } = ctx.request.all()
        const user = await app.User.verifyCredentials(email, password)
        await (ctx.auth.use('web') as any).login(user)
        return whoAmI(ctx)
      })
      guestUsers.registerConvertRoutes('/convert')
    },
  })

  return {
    app,
    within: <Result>(tenant: Tenant, work: () => Result) => current.run(tenant, work),
    visitorOf: (tenant: Tenant, cookies?: Map<string, string>) =>
      new TenantVisitor(app.url, tenant, cookies),

    /**
     * The rows of a table, of each tenant
     */
    async count(table: string) {
      const counts = []
      for (const tenant of TENANTS) {
        counts.push((await app.db.connection(tenant).from(table)).length)
      }
      return counts
    },
    async close() {
      await app.close()
      for (const database of databases) {
        await database.drop()
      }
    },
  }
}
