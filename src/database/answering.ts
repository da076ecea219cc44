import type { QueryClientContract } from '@adonisjs/lucid/types/database'

/**
 * Milliseconds. A firewall may drop packets without an answer
 */
const PATIENCE = 5_000

/**
 * @throws when the database does not answer soon, or refuses the connection
 */
export async function assertAnswering(client: QueryClientContract): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${PATIENCE / 1000} seconds`)), PATIENCE)
  })
  try {
    await Promise.race([client.rawQuery('select 1'), timeout])
  } finally {
    clearTimeout(timer)
  }
}
