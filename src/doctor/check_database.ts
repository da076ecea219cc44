import { GuestDirectory } from '../guests/guest_directory.ts'
import {
  type Subject,
  type SubjectWithDatabase,
  createFinding,
  messageOf,
  type Finding,
} from './finding.ts'

/**
 * Milliseconds. A firewall may swallow what is sent, without an answer
 */
const PATIENCE = 5_000

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
    await answersInTime(client.rawQuery('select 1'))
    return { connected: { ...subject, directory, client }, findings: [] }
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

async function answersInTime(query: PromiseLike<unknown>) {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${PATIENCE / 1000} seconds`)), PATIENCE)
  })
  try {
    await Promise.race([query, late])
  } finally {
    clearTimeout(timer)
  }
}
