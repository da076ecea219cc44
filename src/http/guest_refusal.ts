import type { HttpContext, HttpRequest } from '@adonisjs/core/http'

import { bringsToken } from './other_guards.ts'
import { isInertiaPrefetch } from '../inertia/visit.ts'
import type { ResolvedConfig } from '../types.ts'

/**
 * Methods that never show a page
 */
const PROBING_METHODS = ['HEAD', 'OPTIONS']

/**
 * `Sec-Purpose` is the standard (prefetch, prefetch;prerender); older browsers
 * send the others
 */
const PURPOSE_HEADERS = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz']
const SPECULATIVE_PURPOSE = /prefetch|prerender|preview/i

/**
 * What browsers call pages, `fetch` and XHR in `Sec-Fetch-Dest`. All others are
 * parts of a page: images, scripts, fonts, …
 */
const PAGES = ['document', 'empty']
const FRAMES = ['iframe', 'frame', 'object', 'embed', 'fencedframe']

/**
 * Why the request makes no guest: nobody is opening a page, or the application
 * wants none
 *
 * @returns undefined when nothing speaks against a guest
 */
export async function findGuestRefusal(
  ctx: HttpContext,
  config: Pick<ResolvedConfig, 'enabled' | 'tokenGuard' | 'isCrawler' | 'allow'>
): Promise<string | undefined> {
  if (!config.enabled) {
    return '"enabled" of "config/guest_user.ts" is false'
  }
  if (config.tokenGuard !== undefined) {
    return `the guard "${config.tokenGuard}" of "config/auth.ts" is one for access tokens: post to "registerApiRoutes", or name a session guard as "guard" of "config/guest_user.ts"`
  }
  if (ctx.session.readonly) {
    return 'the session is readonly, so nobody can be signed in'
  }
  const reason = findRequestRefusal(ctx.request)
  if (reason) {
    return reason
  }
  // Crawlers look at pages; a program that posts has something to keep
  if (ctx.request.method() === 'GET' && config.isCrawler(ctx)) {
    return 'the User-Agent is that of a crawler ("crawlers" of "config/guest_user.ts")'
  }
  return (await config.allow(ctx)) ? undefined : '"allow" of "config/guest_user.ts" says no'
}

/**
 * Why the request is not one of a visitor who opens a page, or of a program that
 * acts for one
 */
export function findRequestRefusal(request: HttpRequest): string | undefined {
  const header = (name: string) => request.header(name, '')!.trim()

  if (PROBING_METHODS.includes(request.method())) {
    return 'a HEAD or OPTIONS request shows no page'
  }
  const purpose = PURPOSE_HEADERS.find((name) => SPECULATIVE_PURPOSE.test(header(name)))
  // Inertia's are answered for the click, if nothing else speaks against a guest
  if (purpose && !isInertiaPrefetch(request)) {
    return `the page is fetched ahead, and may never be looked at (${purpose})`
  }
  if (isPartOfPage(header)) {
    return 'the browser loads an image, a script or another part of a page (Sec-Fetch-Mode, Sec-Fetch-Dest)'
  }
  if (bringsToken(request)) {
    return 'the request brings a token (Authorization), and no guard has accepted it'
  }
  if (header('user-agent') === '') {
    return 'the request has no User-Agent'
  }
  return undefined
}

/**
 * Clients that send no `Sec-Fetch-*`, such as older browsers, and all browsers on
 * plain HTTP, are taken to open a page. A frame on another site is opened by that
 * site, not by the visitor
 */
function isPartOfPage(header: (name: string) => string): boolean {
  const destination = header('sec-fetch-dest').toLowerCase()
  if (FRAMES.includes(destination)) {
    return header('sec-fetch-site').toLowerCase() === 'cross-site'
  }
  return (
    header('sec-fetch-mode').toLowerCase() === 'no-cors' ||
    (destination !== '' && !PAGES.includes(destination))
  )
}
