import mysql from 'mysql2/promise'

import { answers } from '../../tests/services/tcp.ts'
import { redis } from '../../tests/services/redis.ts'
import { mariadb } from '../../tests/services/mariadb.ts'

/**
 * Why MariaDB cannot be used, or undefined when it can
 */
export async function explainMissingMariadb(): Promise<string | undefined> {
  const { host, port } = mariadb
  if (!(await answers(host, port))) {
    return `nothing answers on ${host}:${port}`
  }

  try {
    const connection = await mysql.createConnection(mariadb)
    await connection.end()
    return undefined
  } catch (error) {
    return `${host}:${port} says: ${(error as Error).message}`
  }
}

/**
 * Why Redis cannot be used, or undefined when it can
 */
export async function explainMissingRedis(): Promise<string | undefined> {
  const { host, port } = redis
  return (await answers(host, port)) ? undefined : `nothing answers on ${host}:${port}`
}
