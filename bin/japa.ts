/**
 * Runs one suite: `npm run quick:test -- functional --files=cleanup`.
 * DB=postgres or DB=mariadb chooses the database
 */
import 'reflect-metadata'
import { assert } from '@japa/assert'
import { fileSystem } from '@japa/file-system'
import { expectTypeOf } from '@japa/expect-type'
import { configure, processCLIArgs, run } from '@japa/runner'
import { spec } from '@japa/runner/reporters'

import { countReporter } from './japa/count_reporter.ts'
import { findFunctionalSpecs } from './japa/functional_specs.ts'
import { providePostgres } from './japa/provide_postgres.ts'
import { reportOpenHandles } from './japa/open_handles.ts'
import { realBrowser } from './japa/real_browser.ts'

processCLIArgs(process.argv.slice(2).flatMap(nameAllKinds))
configure({
  suites: [
    { name: 'unit', files: ['tests/**/*.unit.spec.ts'], timeout: 20_000 },
    { name: 'functional', files: findFunctionalSpecs, timeout: 20_000 },
    { name: 'install', files: ['tests/install/**/*.spec.ts'], timeout: 300_000 },
    { name: 'browser', files: ['tests/browser/**/*.spec.ts'], timeout: 60_000 },
  ],
  filters: process.env.WITHOUT_REDIS ? { tags: ['~@redis'] } : {},
  plugins: [assert(), fileSystem(), expectTypeOf(), realBrowser],
  setup: [providePostgres],
  reporters: { activated: ['spec', 'count'], list: [spec(), countReporter] },
})

await run()
reportOpenHandles()

/**
 * `--files=admin/access` means `access.spec.ts` as well as `access.once.spec.ts`
 */
function nameAllKinds(argument: string): string[] {
  const [, names] = /^--files=(.*)$/.exec(argument) ?? []
  if (names === undefined) {
    return [argument]
  }
  return names
    .split(',')
    .flatMap((name) =>
      /[*]|\.(once|unit)$/.test(name) ? [name] : [name, `${name}.once`, `${name}.unit`]
    )
    .map((name) => `--files=${name}`)
}
