/// <reference types="@adonisjs/session/session_middleware" />

import type { I18n } from '@adonisjs/i18n'
import type { HttpContext } from '@adonisjs/core/http'
import { createError, Exception } from '@adonisjs/core/exceptions'

import type { VisitorKind } from './types.ts'
import { isLocalPath } from './local_path.ts'
import {
  isInertiaPageVisit,
  isInertiaPrefetch,
  isInertiaVisit,
  requireFullVisit,
} from './inertia/visit.ts'

const CONFIG_FILE = 'config/guest_user.ts'
const KERNEL_FILE = 'start/kernel.ts'

/**
 * Set-up errors. Each message names the file and the fix. They are for the
 * developer, so the application's own error page shows them
 */
export const E_INVALID_GUEST_USER_CONFIG = createError<[reason: string]>(
  `Invalid "${CONFIG_FILE}" file. %s`,
  'E_INVALID_GUEST_USER_CONFIG',
  500
)

export const E_MISSING_GUEST_USER_MIDDLEWARE = createError<[reason: string]>(
  `%s Fix the order of "router.use([…])" in "${KERNEL_FILE}": session, then auth, then "adonisjs-guest-user/initialize_guest_user_middleware"`,
  'E_MISSING_GUEST_USER_MIDDLEWARE',
  500
)

export const E_MISSING_GUESTS_TABLE = createError<[table: string, connectionFlag: string]>(
  'The "%s" table does not exist. Run "node ace migration:run%s"; if there is no migration for it in "database/migrations", run "node ace configure adonisjs-guest-user" first',
  'E_MISSING_GUESTS_TABLE',
  500
)

export const E_INCOMPLETE_GUEST_ATTRIBUTES = createError<[column: string]>(
  `Cannot create a guest: the column "%s" is NOT NULL and has no value. Return it from "attributes" in "${CONFIG_FILE}", or name it in "passwordColumn" there if it holds the password hash`,
  'E_INCOMPLETE_GUEST_ATTRIBUTES',
  500
)

export const E_MISSING_PAGE_PACKAGE = createError<[reason: string, name: string]>(
  '%s. Run "node ace add %s", or leave out its routes in "start/routes.ts"',
  'E_MISSING_PAGE_PACKAGE',
  500
)

export const E_HIDDEN_GUEST = createError<[reason: string]>(
  'Cannot sign a guest in: %s',
  'E_HIDDEN_GUEST',
  500
)

/**
 * Retrying may do the work twice
 */
export const E_UNKNOWN_OUTCOME = createError(
  'The connection to the database was lost while it committed, and whether it did is unknown. Look before you retry',
  'E_UNKNOWN_OUTCOME',
  500
)

export const E_GUEST_MERGE_FAILED = createError<[reason: string]>(
  `Cannot merge the guest into the account. %s of "${CONFIG_FILE}"`,
  'E_GUEST_MERGE_FAILED',
  500
)

export const E_GUEST_NOT_DELETED = createError<[reason: string]>(
  'Cannot delete the guest. %s',
  'E_GUEST_NOT_DELETED',
  500
)

export const E_INVALID_MERGE_TARGET = createError<[reason: string]>(
  'Guests can only be merged into regular users. %s',
  'E_INVALID_MERGE_TARGET',
  500
)

export const E_SOCIAL_EMAIL_MISSING = createError(
  'The social provider returned no email address, but the users table has a column for it. Set "email" in "attributes" of "guestUser.socialLogin", or request the email scope from the provider',
  'E_SOCIAL_EMAIL_MISSING',
  500
)

export const E_INCOMPLETE_SOCIAL_ATTRIBUTES = createError<[column: string]>(
  'Cannot create an account from a social login: the column "%s" is NOT NULL and has no value. Set it in "attributes" of "guestUser.socialLogin"',
  'E_INCOMPLETE_SOCIAL_ATTRIBUTES',
  500
)

export const E_INVALID_API_ROUTES = createError<[reason: string]>(
  'Invalid "guestUsers.registerApiRoutes" in "start/routes.ts". %s',
  'E_INVALID_API_ROUTES',
  500
)

/**
 * Base class of errors that visitors see: a translatable message, and a
 * response in the format the client accepts
 */
class VisitorException extends Exception {
  /**
   * Path to redirect browsers to. Without it, they get the message
   */
  redirectTo?: string

  /**
   * Whether to store the requested page as the session's intended URL
   */
  keepIntendedUrl = false

  /**
   * Translation key of the message
   */
  get identifier() {
    return `errors.${this.code}`
  }

  getResponseMessage(error: this, ctx: HttpContext): string {
    if ('i18n' in ctx) {
      return (ctx.i18n as I18n).t(error.identifier, {}, error.message)
    }
    return error.message
  }

  /**
   * Redirects browsers; JSON clients get the message in their own format
   */
  async handle(error: this, ctx: HttpContext) {
    const message = this.getResponseMessage(error, ctx)

    switch (ctx.request.accepts(['html', 'application/vnd.api+json', 'json'])) {
      case 'json':
        return ctx.response.status(error.status).send({ errors: [{ message }] })
      case 'application/vnd.api+json':
        return ctx.response
          .status(error.status)
          .send({ errors: [{ code: error.code, title: message }] })
      default:
        return isInertiaVisit(ctx.request)
          ? this.#respondToInertia(error, message, ctx)
          : this.#respondToBrowser(error, message, ctx)
    }
  }

  #respondToBrowser(error: this, message: string, ctx: HttpContext) {
    if (!error.redirectTo) {
      return ctx.response.status(error.status).send(message)
    }
    return this.#redirect(error.redirectTo, error, message, ctx)
  }

  /**
   * Nobody sees a prefetch, so it has no message, and its page is not intended yet
   */
  #respondToInertia(error: this, message: string, ctx: HttpContext) {
    const isPage = isInertiaPageVisit(ctx.request)
    if (isInertiaPrefetch(ctx.request) || (isPage && !error.redirectTo)) {
      return requireFullVisit(ctx)
    }
    return this.#redirect(error.redirectTo, error, message, ctx)
  }

  /**
   * @param path undefined for the page that the visitor comes from
   */
  #redirect(path: string | undefined, error: this, message: string, ctx: HttpContext) {
    if (ctx.session?.readonly === false) {
      ctx.session.flash('error', message)
      // Where the Inertia starter kits read the messages to show
      ctx.session.flashErrors({ [error.code!]: message })
      if (error.keepIntendedUrl) {
        keepIntendedUrl(ctx)
      }
    }
    const redirect = ctx.response.redirect()
    return path === undefined ? redirect.withQs().back() : redirect.toPath(path)
  }
}

/**
 * Like `withIntendedUrl` of the session, which ignores Inertia, because its
 * client sends `X-Requested-With`
 */
function keepIntendedUrl({ request, response, route, session }: HttpContext) {
  const url = request.url(true)
  if (!isLocalPath(url)) {
    return
  }
  if (route && isInertiaPageVisit(request)) {
    session.setIntendedUrl(url)
  } else {
    response.redirect().withIntendedUrl()
  }
}

/**
 * Denied access is expected, so it is not reported
 */
class TurnedAwayException extends VisitorException {
  /**
   * Sets where browsers go. Anonymous visitors get 401: they may sign in
   */
  turnAway(kind: VisitorKind, redirectTo: string): this {
    if (kind === 'anonymous') {
      this.status = 401
    }
    this.redirectTo = redirectTo
    return this
  }

  report() {}
}

/**
 * The page is for guests only. 401 for anonymous visitors, 403 for regular users
 */
export const E_GUEST_USER_REQUIRED = class GuestUserRequiredException extends TurnedAwayException {
  static status = 403
  static code = 'E_GUEST_USER_REQUIRED'
  static message = 'This page is for guests only'
}

/**
 * The page is for regular users only. 401 for anonymous visitors, 403 for guests
 */
export const E_REGULAR_USER_REQUIRED = class RegularUserRequiredException extends TurnedAwayException {
  static status = 403
  static code = 'E_REGULAR_USER_REQUIRED'
  static message = 'Sign up or log in to see this page'
  keepIntendedUrl = true
}

/**
 * The page is for people without an account
 */
export const E_ALREADY_REGISTERED = class AlreadyRegisteredException extends TurnedAwayException {
  static status = 403
  static code = 'E_ALREADY_REGISTERED'
  static message = 'You already have an account'
}

/**
 * `admin.authorize` denied access to the admin pages
 */
export const E_GUEST_ADMIN_FORBIDDEN = class GuestAdminForbiddenException extends TurnedAwayException {
  static status = 403
  static code = 'E_GUEST_ADMIN_FORBIDDEN'
  static message = 'You are not allowed to see this page'
}

/**
 * The guest has become a regular user, or was cleaned up, in the meantime
 */
export const E_NOT_A_GUEST = class NotAGuestException extends TurnedAwayException {
  static status = 409
  static code = 'E_NOT_A_GUEST'
  static message = 'This account is not a guest any more'
}

/**
 * `enabled` or `allow` of the configuration says no
 */
export const E_GUESTS_NOT_ALLOWED = class GuestsNotAllowedException extends TurnedAwayException {
  static status = 403
  static code = 'E_GUESTS_NOT_ALLOWED'
  static message = 'You cannot be a guest here'
}

/**
 * Something that stays points at the guest, or another transaction has it
 */
export const E_GUEST_IN_USE = class GuestInUseException extends TurnedAwayException {
  static status = 409
  static code = 'E_GUEST_IN_USE'
  static message = 'This guest cannot be deleted at the moment'
}

/**
 * Another account has the email address that a social provider returned, and
 * nothing proves that it belongs to the same person
 */
export const E_SOCIAL_EMAIL_TAKEN = class SocialEmailTakenException extends TurnedAwayException {
  static status = 409
  static code = 'E_SOCIAL_EMAIL_TAKEN'
  static message = 'An account with this email address exists. Log in to it first'
}

/**
 * No free username was found within the maximum number of attempts
 */
export const E_USERNAME_EXHAUSTED = class UsernameExhaustedException extends VisitorException {
  static status = 503
  static code = 'E_USERNAME_EXHAUSTED'
  static message = 'No guest account is available at the moment. Please try again later'
  static help = `All generated usernames were taken. Give the generator in "${CONFIG_FILE}" more room, and derive every unique column in "attributes" from "username"`

  constructor(attempts: number, options?: ErrorOptions) {
    super(undefined, options)
    this.help = `${UsernameExhaustedException.help} (${attempts} attempts)`
  }
}
