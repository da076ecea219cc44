import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import type { Subject } from './check_configuration.ts'
import { assertAnswering } from '../database/answering.ts'
import { connectionFlag, listMigrationFolders } from '../database/migrations.ts'
import { GuestDirectory } from '../guests/guest_directory.ts'
import { findTransfers } from '../merge/find_transfers.ts'
import { foreseeConflicts } from '../merge/foreseen_conflicts.ts'
import { findBrokenRelations } from '../merge/relation_transfers.ts'
import { createFinding, messageOf, type Finding } from './finding.ts'

/**
 * The same, with a database that answers and has its tables
 */
export interface SubjectWithDatabase extends Subject {
  directory: GuestDirectory
  client: QueryClientContract

  /**
   * Of Ace's commands for migrations
   */
  connectionFlag: string
  migrationFolders: string[]
}

/**
 * Does the database of the users answer?
 */
export async function checkDatabase(
  subject: Subject
): Promise<{ connected?: SubjectWithDatabase; findings: Finding[] }> {
  const { app, userModel, guestModel } = subject
  try {
    const database = await app.container.make('lucid.db')
    const directory = new GuestDirectory(database, userModel, guestModel)
    const client = directory.client()
    await assertAnswering(client)
    const { connectionName } = client
    const connected = {
      ...subject,
      directory,
      client,
      connectionFlag: connectionFlag(database, connectionName),
      migrationFolders: listMigrationFolders(app, database, connectionName),
    }
    return { connected, findings: [] }
  } catch (error) {
    const connection = userModel.connection
      ? `the connection "${userModel.connection}"`
      : 'the default connection'
    return {
      findings: [
        createFinding(
          'database-unreachable',
          `The database of the model "${userModel.name}" (${connection} of "config/database.ts") does not answer: ${messageOf(error)}`,
          'Start the database, or correct "config/database.ts" and the variables in ".env" that it reads'
        ),
      ],
    }
  }
}

/**
 * What would fail when a guest is merged: names in `transfer` that do not exist,
 * and unique keys without a policy. Relations without rows only surprise
 */
export async function checkTransfer({
  client,
  config,
  userModel,
  guestModel,
}: SubjectWithDatabase): Promise<Finding[]> {
  try {
    const transfers = await findTransfers(client, userModel, guestModel.table, config.transfer)
    const conflicts = config.mergeMode === 'off' ? [] : await foreseeConflicts(transfers, client)
    return [
      ...conflicts.map(({ message, fix }) => createFinding('merge-conflict', message, fix)),
      ...(await checkRelations(client, userModel)),
    ]
  } catch (error) {
    return [
      createFinding(
        'invalid-transfer',
        messageOf(error),
        'Correct the entry in "transfer" of "config/guest_user.ts"'
      ),
    ]
  }
}

async function checkRelations(
  client: QueryClientContract,
  userModel: LucidModel
): Promise<Finding[]> {
  const relations = await findBrokenRelations(client, userModel)
  return relations.map(({ relation, problem }) =>
    createFinding(
      'broken-relation',
      `The relation "${relation}" of the model "${userModel.name}" ${problem}, so nothing of it moves when a guest is merged`,
      'Correct its keys in the model, such as "foreignKey", or the "columnName" of the column; or remove the relation'
    )
  )
}
