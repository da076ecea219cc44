import { isbot } from 'isbot'
import { configProvider } from '@adonisjs/core'
import string from '@adonisjs/core/helpers/string'
import type { HttpContext } from '@adonisjs/core/http'
import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { ApplicationService, ConfigProvider } from '@adonisjs/core/types'

import { parseDuration } from './age.ts'
import { usernames } from './usernames.ts'
import { assertOptions } from './config/options.ts'
import { assertTransferEntries } from './config/transfer_entries.ts'
import { E_INVALID_GUEST_USER_CONFIG } from './errors.ts'
import { assertGuardExists, findGuestGuards } from './guests/guards.ts'
import type { AdminConfig } from './types/config.ts'
import type {
  AnyTransferEntry,
  GuestAttributes,
  GuestModel,
  GuestUserConfig,
  LazyModel,
  ResolvedConfig,
} from './types.ts'

/**
 * Defines the configuration of guest users
 *
 * @returns a config provider, which fills in the defaults when the application
 * has booted
 * @throws E_INVALID_GUEST_USER_CONFIG when an option is missing or wrong
 *
 * @example
 * export default defineConfig({
 *   userModel: () => import('#models/user'),
 *   username: usernames.friendly(),
 *   attributes: ({ username }) => ({ fullName: username, email: `${username}@guest.invalid` }),
 * })
 */
export function defineConfig<
  Model extends LucidModel,
  OwnGuestModel extends GuestModel = GuestModel,
  Attributes = GuestAttributes<Model> | Promise<GuestAttributes<Model>>,
>(
  config: GuestUserConfig<Model, OwnGuestModel, Attributes>
): ConfigProvider<ResolvedConfig<Model, OwnGuestModel>> {
  assertOptions((config ?? {}) as object as Record<string, unknown>)
  assertTransferEntries(config.transfer)

  const maxAge = config.maxAge === undefined ? undefined : readMaxAge(config.maxAge)
  const isCrawler = createCrawlerTest(config.crawlers)

  return configProvider.create(async (app) => ({
    enabled: config.enabled ?? true,
    ...(await findGuestGuards(app, config.guard as string | undefined)),
    userModel: config.userModel,
    guestModel:
      config.guestModel ?? (importGuest as LazyModel<GuestModel> as LazyModel<OwnGuestModel>),
    username: config.username ?? usernames.uuid(),
    attributes: config.attributes as GuestUserConfig<Model>['attributes'],
    passwordColumn: config.passwordColumn,
    maxAge: maxAge ?? (await readSessionAge(app)),
    expireBy: config.expireBy ?? 'lastSeenAt',
    cleanup: config.cleanup ?? {},
    allow: config.allow ?? (() => true),
    isCrawler,
    redirects: config.redirects ?? {},
    convert: config.convert ?? {},
    mergeMode: config.mergeMode ?? 'automatic',
    transfer: config.transfer as AnyTransferEntry[] | undefined,
    merge: config.merge,
    admin: await checkAdminGuard(app, config.admin ?? {}),
  }))
}

const importGuest = () => import('./models/guest.ts')

async function checkAdminGuard<Admin extends AdminConfig<any>>(
  app: ApplicationService,
  admin: Admin
): Promise<Admin> {
  if (admin.guard !== undefined) {
    await assertGuardExists(app, 'admin.guard', admin.guard)
  }
  return admin
}

/**
 * A bare number is refused, although the framework reads it as seconds: it
 * decides which guests are deleted
 */
function readMaxAge(maxAge: string): number {
  const milliseconds = parseDuration(maxAge)
  if (milliseconds === null) {
    throw new E_INVALID_GUEST_USER_CONFIG([
      `"maxAge" must be a duration with a unit, such as '30 days', and at least a second, not "${maxAge}"`,
    ])
  }
  return milliseconds
}

async function readSessionAge(app: ApplicationService): Promise<number> {
  const session = await configProvider.resolve<{ age: string | number }>(
    app,
    app.config.get('session')
  )
  if (!session) {
    throw new E_INVALID_GUEST_USER_CONFIG([
      '"maxAge" defaults to the session age, but "config/session.ts" is missing. Set "maxAge", or run "node ace add @adonisjs/session"',
    ])
  }
  return string.seconds.parse(session.age) * 1000
}

/**
 * Patterns that are texts work like `BLOCKED_USER_AGENTS` of django-guest-user:
 * regular expressions that ignore case. Others keep their flags
 */
function createCrawlerTest(
  crawlers: GuestUserConfig<LucidModel>['crawlers']
): ResolvedConfig['isCrawler'] {
  if (crawlers === false) {
    return () => false
  }
  if (typeof crawlers === 'function') {
    return crawlers
  }

  const userAgent = (ctx: HttpContext) => ctx.request.header('user-agent', '')!
  if (crawlers === undefined) {
    return (ctx) => isbot(userAgent(ctx))
  }

  const patterns = crawlers.map(readPattern)
  // Unlike "test", "search" remembers nothing of a pattern with the flag "g" or "y"
  return (ctx) => patterns.some((pattern) => userAgent(ctx).search(pattern) !== -1)
}

function readPattern(pattern: string | RegExp): RegExp {
  if (pattern instanceof RegExp) {
    return pattern
  }
  try {
    if (typeof pattern === 'string') {
      return new RegExp(pattern, 'i')
    }
  } catch {}
  throw new E_INVALID_GUEST_USER_CONFIG([
    `"crawlers" must be a list of patterns, but ${JSON.stringify(pattern)} is no regular expression`,
  ])
}
