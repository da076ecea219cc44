import { join } from 'node:path'
import { glob } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'

/**
 * Suites of their own
 */
const OTHERS = ['tests/install/**', 'tests/browser/**', '**/*.unit.spec.ts']

/**
 * The specs that run on each database. Nothing in a `.once.spec.ts` can differ
 * between them, so it runs on SQLite only
 */
export async function findFunctionalSpecs(): Promise<URL[]> {
  const isSqlite = (process.env.DB ?? 'sqlite') === 'sqlite'
  const exclude = isSqlite ? OTHERS : [...OTHERS, '**/*.once.spec.ts']
  const files = await Array.fromAsync(glob('tests/**/*.spec.ts', { exclude }))
  return files.toSorted().map((file) => pathToFileURL(join(process.cwd(), file)))
}
