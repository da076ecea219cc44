import { column } from '@adonisjs/lucid/orm'
import type { HttpContext } from '@adonisjs/core/http'
import type { Database } from '@adonisjs/lucid/database'
import { defineConfig as defineAlly, services } from '@adonisjs/ally'

import { logIn } from './log_in.ts'
import { Visitor } from './visitor.ts'
import { whoAmI } from './who_am_i.ts'
import { PlainDriver } from './plain_driver.ts'
import { GithubServer } from '../services/github_server.ts'
import { createTestApp, type TestApp, type TestAppOptions } from './test_app.ts'
import type { SocialLoginOptions } from '../../src/social/social_login.ts'

export const OCTOCAT = {
  id: 583_231,
  login: 'octocat',
  name: 'The Octocat',
  email: 'octocat@example.com',
  isVerified: true,
}

type Provider = 'github' | 'plain'

type Options = TestAppOptions & {
  social?: (app: TestApp) => Partial<SocialLoginOptions>

  /**
   * Additional columns of the users table
   */
  columns?: Parameters<ReturnType<Database['connection']>['schema']['alterTable']>[1]
}

/**
 * An application with "Sign in with GitHub", and a fake GitHub
 */
export async function createSocialApp({ social, columns, ...options }: Options = {}) {
  const github = await GithubServer.start()
  github.person = OCTOCAT

  const app: TestApp = await createTestApp({
    prepare: async ({ db, User }) => {
      await db.connection().schema.alterTable('users', (table) => {
        table.string('username', 30).nullable().unique()
        table.timestamp('email_verified_at').nullable()
        columns?.(table)
      })
      await db.connection().schema.createTable('social_identities', (table) => {
        table.string('provider_id').primary()
        table.integer('user_id').unsigned().notNullable()
        table.foreign('user_id').references('id').inTable('users').onDelete('CASCADE')
      })
      column()(User.prototype, 'username')
      column.dateTime()(User.prototype as never, 'emailVerifiedAt' as never)
    },
    providers: [() => import('@adonisjs/ally/ally_provider')],
    config: {
      ally: defineAlly({
        github: services.github({
          clientId: 'id',
          clientSecret: 'secret',
          callbackUrl: 'http://site.test/github/callback',
          authorizeUrl: `${github.url}/authorize`,
          accessTokenUrl: `${github.url}/token`,
          userInfoUrl: `${github.url}/user`,
          userEmailUrl: `${github.url}/user/emails`,
        }),
        plain: (ctx: HttpContext) =>
          new PlainDriver(ctx, {
            clientId: 'id',
            clientSecret: 'secret',
            callbackUrl: 'http://site.test/plain/callback',
            authorizeUrl: `${github.url}/authorize`,
            accessTokenUrl: `${github.url}/token`,
            userInfoUrl: `${github.url}/profile`,
          }),
      }),
    },
    routes(router, middleware) {
      router.get('/cart', whoAmI).use(middleware.allowGuestUser())
      router.get('/about', whoAmI)
      router.post('/login/:id', async (ctx) => logIn(ctx, await app.User.findOrFail(ctx.params.id)))
      router.get('/:provider/redirect', ({ ally, params }: any) => {
        return ally.use(params.provider).redirect()
      })
      router.get('/:provider/callback', async (ctx: HttpContext & { ally?: any }) => {
        const socialUser = await ctx.ally.use(ctx.params.provider).user()
        const providerId = String(socialUser.id)
        const { user, outcome } = await ctx.guestUser.socialLogin(socialUser, {
          async findAccount() {
            const identity = await app.db
              .from('social_identities')
              .where('provider_id', providerId)
              .first()
            return identity && app.User.findOrFail(identity.user_id)
          },
          linkAccount: (account: any, trx) =>
            trx.table('social_identities').insert({
              provider_id: providerId,
              user_id: account.id,
            }),
          ...social?.(app),
        })
        return { outcome, user: (user as any).id, ...(await whoAmI(ctx)) }
      })
    },
    ...options,
  })

  const close = async () => {
    await app.close()
    await github.stop()
  }
  return { app, github, close }
}

/**
 * Signs in through GitHub
 */
export async function signInWithGithub(visitor: Visitor, headers: Record<string, string> = {}) {
  return signInWith('github', visitor, headers)
}

export async function signInWith(
  provider: Provider,
  visitor: Visitor,
  headers: Record<string, string> = {}
) {
  return visitor.get(await walkToCallback(visitor, provider), headers)
}

export async function walkToCallback(
  visitor: Visitor,
  provider: Provider = 'github'
): Promise<string> {
  const { location } = await visitor.get(`/${provider}/redirect`)
  const answer = await fetch(location!, { redirect: 'manual' })
  const { pathname, search } = new URL(answer.headers.get('location')!)
  return pathname + search
}

export async function becomeGuest(app: TestApp) {
  const visitor = new Visitor(app.url)
  const { id } = (await visitor.get('/cart')).json()
  await app.db.table('notes').insert({ user_id: id, body: 'a note' })
  return { visitor, id }
}

export const VERIFIED = '2026-01-01 00:00:00'
