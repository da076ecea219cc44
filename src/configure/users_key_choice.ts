import type { LucidModel } from '@adonisjs/lucid/types/model'

import type { Choices } from './choices.ts'
import type { UsersDatabase } from './users_database.ts'
import {
  describeUsersKey,
  findUsersKey,
  KEY_TYPES,
  readUsersKey,
  type UsersKey,
} from './users_key.ts'

/**
 * The type of the users' primary key: from the flag, the database, the migrations,
 * or whoever sits at the terminal
 *
 * @param type from the flag
 * @param warn told when the type is only assumed
 */
export async function chooseUsersKey(
  users: UsersDatabase,
  model: LucidModel | undefined,
  type: string | undefined,
  choices: Choices,
  warn: (message: string) => void
): Promise<UsersKey> {
  const table = model?.table ?? 'users'
  const column = model?.$getColumn(model.primaryKey)?.columnName ?? 'id'
  const found =
    type === undefined &&
    ((await readFromDatabase(users, table, column)) ??
      (await findUsersKey(users.migrationFolders, table, column)))
  if (found) {
    return found
  }

  const chosen = type ?? (await choices.choose(`What type is "${table}.${column}"?`, KEY_TYPES))
  if (type === undefined && !choices.isInteractive) {
    warn(
      `Neither the database nor a migration tells the type of "${table}.${column}". Assuming "${chosen}"; use --key=… to set another`
    )
  }
  return describeUsersKey(table, column, chosen)!
}

/**
 * @returns null when the database does not answer yet
 */
async function readFromDatabase({ client }: UsersDatabase, table: string, column: string) {
  return client ? readUsersKey(client, table, column).catch(() => null) : null
}
