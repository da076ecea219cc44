import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import { readForeignKeys, type ForeignKey } from '../foreign_keys.ts'

/**
 * Foreign keys from the users outwards: the rows of each step are deleted with
 * those of the step before, the last key forbids it
 */
export interface HoldingPath {
  keys: ForeignKey[]

  /**
   * False when the rows that hold may be deleted along another path before the
   * database looks; then only trying tells
   */
  isCertain: boolean
}

/**
 * Applications with more than that are left to trial and error
 */
const MOST_PATHS = 200
const LONGEST_PATH = 6

/**
 * Reads all ways in which other tables can keep users from being deleted
 */
export async function readHoldingPaths(
  client: QueryClientContract,
  users: string
): Promise<HoldingPath[]> {
  const catalogue = new Map<string, ForeignKey[]>()
  const holding: ForeignKey[][] = []
  const emptied = new Set([bareName(users)])
  const waiting: { table: string; keys: ForeignKey[] }[] = [{ table: users, keys: [] }]

  for (const { table, keys } of waiting) {
    if (!catalogue.has(table)) {
      catalogue.set(table, await readForeignKeys(client, table))
    }
    for (const key of catalogue.get(table)!) {
      const path = [...keys, key]
      if (key.onDelete === 'restrict' || key.onDelete === 'no action') {
        holding.push(path)
      } else if (key.onDelete === 'cascade') {
        emptied.add(key.table)
        if (path.length < LONGEST_PATH && waiting.length < MOST_PATHS && !keys.includes(key)) {
          waiting.push({ table: qualifiedName(key), keys: path })
        }
      }
    }
  }

  return holding.map((keys) => ({ keys, isCertain: !emptied.has(keys.at(-1)!.table) }))
}

/**
 * SQLite has no schemas
 */
export function qualifiedName({ schema, table }: ForeignKey): string {
  return schema ? `${schema}.${table}` : table
}

function bareName(table: string): string {
  return table.split('.').at(-1)!
}
