import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import { isReadable, readDependentPaths, type DependentPath } from '../database/dependents.ts'

/**
 * A path whose last key forbids that users are deleted
 */
export interface HoldingPath extends Pick<DependentPath, 'keys'> {
  /**
   * False when the rows that hold may be deleted along another path before the
   * database looks, or cannot be read; then only trying tells
   */
  isCertain: boolean
}

/**
 * Reads all ways in which other tables can keep users from being deleted
 */
export async function readHoldingPaths(
  client: QueryClientContract,
  users: string
): Promise<HoldingPath[]> {
  const paths = await readDependentPaths(client, users)
  return listHoldingPaths(paths, users)
}

export function listHoldingPaths(paths: DependentPath[], users: string): HoldingPath[] {
  const emptied = new Set([bareName(users)])
  for (const { keys, effect } of paths) {
    if (effect === 'deleted') {
      emptied.add(keys.at(-1)!.table)
    }
  }
  return paths
    .filter(({ effect }) => effect === 'blocking')
    .map(({ keys }) => {
      return { keys, isCertain: isReadable({ keys }) && !emptied.has(keys.at(-1)!.table) }
    })
}

function bareName(table: string): string {
  return table.split('.').at(-1)!
}
