/// <reference types="@adonisjs/session/session_middleware" />

import type { HttpContext, HttpRequest } from '@adonisjs/core/http'

import { isLocalPath } from '../local_path.ts'

/**
 * Does the Inertia client ask? It understands pages of Inertia, redirects to them,
 * and 409 with `X-Inertia-Location`, upon which the browser loads that page. It
 * shows everything else in a dialog, where no form can be submitted
 */
export function isInertiaVisit(request: HttpRequest): boolean {
  return Boolean(request.header('x-inertia'))
}

/**
 * Does the Inertia client ask for a page that nobody has opened yet, to show it
 * at the click (`<Link prefetch>`)?
 */
export function isInertiaPrefetch(request: HttpRequest): boolean {
  return isInertiaVisit(request) && request.header('purpose') === 'prefetch'
}

/**
 * Does the Inertia client ask for a page? Then the browser may load it instead
 */
export function isInertiaPageVisit(request: HttpRequest): boolean {
  return isInertiaVisit(request) && request.method() === 'GET'
}

/**
 * Makes the browser load the requested page, with the messages that were flashed
 * for it. A prefetch keeps this answer until the click
 */
export function requireFullVisit({ request, response, session }: HttpContext) {
  if (session?.readonly === false) {
    session.reflash()
  }
  response.removeHeader('x-inertia')
  response.removeHeader('location')
  const url = request.url(true)
  response
    .status(409)
    .header('x-inertia-location', isLocalPath(url) ? url : '/')
    .send('')
}
