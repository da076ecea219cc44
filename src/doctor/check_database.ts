import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import type { Subject } from './check_configuration.ts'
import { assertAnswering } from '../database/answering.ts'
import { connectionFlag, listMigrationFolders } from '../database/migrations.ts'
import { GuestDirectory } from '../guests/guest_directory.ts'
import { describeOmissions } from '../merge/find_transfers.ts'
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
 * `transfer` must name existing relations, models and columns, and should not
 * forget a table
 */
export async function checkTransfer({
  client,
  config,
  userModel,
  guestModel,
}: SubjectWithDatabase): Promise<Finding[]> {
  if (!config.transfer) {
    return []
  }

  try {
    const omissions = await describeOmissions(config.transfer, client, userModel, guestModel.table)
    return omissions.map((sentence) =>
      createFinding(
        'incomplete-transfer',
        sentence,
        'Leave "transfer" out of "config/guest_user.ts", and everything moves, or name this as well'
      )
    )
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
