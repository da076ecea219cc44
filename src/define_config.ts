import { isbot } from 'isbot'
import { configProvider } from '@adonisjs/core'
import string from '@adonisjs/core/helpers/string'
import type { HttpContext } from '@adonisjs/core/http'
import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { ApplicationService, ConfigProvider } from '@adonisjs/core/types'

import { usernames } from './usernames.ts'
import { E_INVALID_GUEST_USER_CONFIG } from './errors.ts'
import { findSessionGuardName, assertGuardExists } from './guests/session_guard.ts'
import type { AdminConfig } from './types/config.ts'
import type {
  AnyTransferEntry,
  GuestAttributes,
  GuestModel,
  GuestUserConfig,
  LazyModel,
  MergeMode,
  ResolvedConfig,
} from './types.ts'

const MERGE_MODES: MergeMode[] = ['automatic', 'ask', 'off']

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
  assertFunction('userModel', config.userModel, `() => import('#models/user')`)
  assertFunction('attributes', config.attributes, '({ username }) => ({ email: … })')
  assertFunction('username', config.username ?? usernames.uuid(), 'usernames.uuid()')
  assertFunction('allow', config.allow ?? (() => true), '(ctx) => true')
  assertFunction('merge', config.merge ?? (() => {}), 'async ({ guest, account, trx }) => { … }')

  const { validator } = config.convert ?? {}
  if (validator !== undefined && !isValidator(validator)) {
    throw new E_INVALID_GUEST_USER_CONFIG([
      '"convert.validator" must be a validator, such as vine.create({ email: vine.string().email() }), or a function that returns one',
    ])
  }

  const { mergeMode = 'automatic' } = config
  if (!MERGE_MODES.includes(mergeMode)) {
    throw new E_INVALID_GUEST_USER_CONFIG([
      `"mergeMode" must be one of "${MERGE_MODES.join('", "')}", not "${mergeMode}"`,
    ])
  }
  if (config.transfer !== undefined && !Array.isArray(config.transfer)) {
    throw new E_INVALID_GUEST_USER_CONFIG([
      `"transfer" must be a list of relations and models, such as ['notes', { relation: 'cart', onConflict: 'keepGuest' }]`,
    ])
  }

  const { admin = {} } = config
  assertFunction(
    'admin.authorize',
    admin.authorize ?? (() => false),
    '({ auth }) => Boolean(auth.user?.isAdmin)'
  )
  assertFunction('admin.label', admin.label ?? String, '(user) => user.fullName')
  assertFunction(
    'admin.sendPasswordReset',
    admin.sendPasswordReset ?? (() => {}),
    '(user) => mail.send(…)'
  )
  if (admin.search !== undefined && !isListOfNames(admin.search)) {
    throw new E_INVALID_GUEST_USER_CONFIG([
      `"admin.search" must be a list of columns of the user model, such as ['email']`,
    ])
  }

  const expireBy = config.expireBy ?? 'lastSeenAt'
  if (expireBy !== 'lastSeenAt' && expireBy !== 'createdAt') {
    throw new E_INVALID_GUEST_USER_CONFIG(['"expireBy" must be "lastSeenAt" or "createdAt"'])
  }
  const maxAge = config.maxAge === undefined ? undefined : parseMaxAge(config.maxAge)

  return configProvider.create(async (app) => ({
    enabled: config.enabled ?? true,
    guard: await findSessionGuardName(app, config.guard as string | undefined),
    userModel: config.userModel,
    guestModel:
      config.guestModel ?? (importGuest as LazyModel<GuestModel> as LazyModel<OwnGuestModel>),
    username: config.username ?? usernames.uuid(),
    attributes: config.attributes as GuestUserConfig<Model>['attributes'],
    passwordColumn: config.passwordColumn,
    maxAge: maxAge ?? (await readSessionAge(app)),
    expireBy,
    allow: config.allow ?? (() => true),
    isCrawler: createCrawlerTest(config.crawlers),
    redirects: config.redirects ?? {},
    convert: config.convert ?? {},
    mergeMode,
    transfer: config.transfer as AnyTransferEntry[] | undefined,
    merge: config.merge,
    admin: await checkAdminGuard(app, admin),
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

function assertFunction(name: string, value: unknown, example: string) {
  if (typeof value !== 'function') {
    throw new E_INVALID_GUEST_USER_CONFIG([`"${name}" must be a function, such as ${example}`])
  }
}

function isListOfNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string')
}

function isValidator(value: unknown): boolean {
  return typeof value === 'function' || typeof (value as any)?.validate === 'function'
}

/**
 * Like everywhere in the framework, a plain number is seconds
 */
function parseMaxAge(maxAge: string | number): number {
  let seconds: number
  try {
    seconds = string.seconds.parse(maxAge)
  } catch {
    seconds = Number.NaN
  }
  if (!Number.isFinite(seconds) || seconds <= 0) {
    throw new E_INVALID_GUEST_USER_CONFIG([
      `"maxAge" must be a duration such as '30 days' or a positive number of seconds, not "${maxAge}"`,
    ])
  }
  return seconds * 1000
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
 * A list of patterns works like `BLOCKED_USER_AGENTS` of django-guest-user:
 * case-insensitive regular expressions
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

  if (!Array.isArray(crawlers)) {
    throw new E_INVALID_GUEST_USER_CONFIG([
      '"crawlers" must be false, a list of patterns, or a function',
    ])
  }
  const patterns = crawlers.map((pattern) => new RegExp(pattern, 'i'))
  return (ctx) => patterns.some((pattern) => pattern.test(userAgent(ctx)))
}
