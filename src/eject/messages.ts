import { COUNTS, TEXTS } from '../pages/texts.ts'

/**
 * The texts of the pages in English, as `@adonisjs/i18n` reads them from
 * `resources/lang/en/guest_user.json`
 */
export function listMessages(): Record<string, string> {
  const counts = Object.entries(COUNTS).map(([name, { one, other }]) => [
    name,
    `{count, plural, one {${one}} other {${other}}}`,
  ])
  return { ...TEXTS, ...Object.fromEntries(counts) }
}
