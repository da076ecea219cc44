import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import { readForeignKeys, type ForeignKey } from './foreign_keys.ts'

/**
 * Foreign keys from the users outwards: the rows of each step are deleted with
 * those of the step before
 */
export interface DependentPath {
  keys: ForeignKey[]

  /**
   * What becomes of the rows at the end of it: deleted with the user, kept
   * without it, or they forbid the delete
   */
  effect: 'deleted' | 'detached' | 'blocking'
}

const EFFECTS = {
  'cascade': 'deleted',
  'set null': 'detached',
  'set default': 'detached',
  'restrict': 'blocking',
  'no action': 'blocking',
} as const

/**
 * Applications with more than that are left to trial and error
 */
const MOST_PATHS = 200
const LONGEST_PATH = 6

/**
 * Reads all ways in which rows of other tables depend on users
 */
export async function readDependentPaths(
  client: QueryClientContract,
  users: string
): Promise<DependentPath[]> {
  const catalogue = new Map<string, ForeignKey[]>()
  const paths: DependentPath[] = []
  const waiting: { table: string; keys: ForeignKey[] }[] = [{ table: users, keys: [] }]

  for (const { table, keys } of waiting) {
    if (!catalogue.has(table)) {
      catalogue.set(table, await readForeignKeys(client, table))
    }
    for (const key of catalogue.get(table)!) {
      const effect = EFFECTS[key.onDelete]
      const path = [...keys, key]
      paths.push({ keys: path, effect })

      const goesOn = path.length < LONGEST_PATH && waiting.length < MOST_PATHS
      if (effect === 'deleted' && goesOn && !keys.includes(key)) {
        waiting.push({ table: qualifiedName(key), keys: path })
      }
    }
  }
  return paths
}

/**
 * SQLite has no schemas
 */
export function qualifiedName({ schema, table }: ForeignKey): string {
  return schema ? `${schema}.${table}` : table
}

/**
 * May the application read the tables on the way?
 */
export function isReadable({ keys }: Pick<DependentPath, 'keys'>): boolean {
  return keys.every((key) => key.isReadable)
}
