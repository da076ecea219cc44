/**
 * Placeholder for the origin of the site, which does not matter here
 */
const ORIGIN = 'http://site.invalid'

/**
 * Characters that browsers drop or treat as slashes
 */
// eslint-disable-next-line no-control-regex
const MISLEADING = /[\u0000-\u001f\u007f\\]/

/**
 * Is this a path of the site itself, so that a redirect to it stays on the
 * site? `//evil.example`, `/\evil.example` and `javascript:` are not
 */
export function isLocalPath(path: unknown): path is string {
  if (typeof path !== 'string' || !path.startsWith('/') || MISLEADING.test(path)) {
    return false
  }
  return URL.parse(path, ORIGIN)?.origin === ORIGIN
}
