import { logIn } from './log_in.ts'
import { Visitor } from './visitor.ts'
import { whoAmI } from './who_am_i.ts'
import { prepareShop } from './shop.ts'
import { createTestApp, type TestApp, type TestAppOptions } from './test_app.ts'

export const ANN = { fullName: 'Ann', email: 'ann@example.com', password: 'secret12' }

/**
 * A shop with an account, Ann's, and a login like the starter kits'
 */
export async function createShop(options: TestAppOptions = {}) {
  const app = await createTestApp({
    prepare: prepareShop,
    ...options,
    routes(router, middleware, guestUsers) {
      router.get('/cart', whoAmI).use(middleware.allowGuestUser())
      router.get('/about', whoAmI)
      router.post('/login', async (ctx) => {
        const { email, password } = ctx.request.all()
        await logIn(ctx, await app.User.verifyCredentials(email, password))
        return whoAmI(ctx)
      })
      router.post('/merge', async (ctx) => {
        const { email, password } = ctx.request.all()
        await ctx.guestUser.mergeInto(await app.User.verifyCredentials(email, password))
        return whoAmI(ctx)
      })
      router.post('/bring', async (ctx) => {
        await ctx.guestUser.mergeInto(ctx.auth.user as any)
        return whoAmI(ctx)
      })
      router.get('/previous', async ({ guestUser }) => {
        const guest = (await guestUser.previousGuest()) as any
        return { name: guest?.fullName ?? null }
      })
      options.routes?.(router, middleware, guestUsers)
    },
  })
  const ann: any = await app.User.create(ANN)
  return { app, ann }
}

/**
 * A shop with more tables and relations
 */
export function preparing(extra: NonNullable<TestAppOptions['prepare']>): TestAppOptions {
  return {
    async prepare(parts) {
      await prepareShop(parts)
      await extra(parts)
    },
  }
}

/**
 * Somebody who has visited, and is a guest
 */
export async function becomeGuest(app: TestApp) {
  const visitor = new Visitor(app.url)
  const { id, name } = (await visitor.get('/cart')).json()
  return { visitor, id, name }
}

/**
 * Whose the rows of a table are
 */
export async function listOwners(app: TestApp, table: string): Promise<number[]> {
  const rows = await app.db.from(table).orderBy('user_id')
  return rows.map((row) => row.user_id)
}
