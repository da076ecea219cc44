import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'

import pg from 'pg'
import mysql from 'mysql2/promise'

import { mariadb } from '../services/mariadb.ts'
import { postgres } from '../services/postgres.ts'

export type Dialect = 'sqlite' | 'postgres' | 'mariadb'

export interface TestDatabase {
  /**
   * The connection for `config/database.ts`
   */
  connection: Record<string, unknown>
  drop(): Promise<void>
}

/**
 * The dialect of this test run
 */
export const dialect = (process.env.DB ?? 'sqlite') as Dialect

/**
 * Creates an empty database for one test
 *
 * @param clauses of the `CREATE DATABASE` statement
 */
export function createTestDatabase(
  kind: Dialect = dialect,
  clauses: string = ''
): Promise<TestDatabase> {
  const name = `guest_user_${randomBytes(6).toString('hex')}`
  switch (kind) {
    case 'postgres':
      return createPostgresDatabase(name, clauses)
    case 'mariadb':
      return createMariadbDatabase(name, clauses)
    default:
      return createSqliteDatabase()
  }
}

async function createSqliteDatabase(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'guest-user-sqlite-'))
  return {
    connection: {
      client: 'better-sqlite3',
      connection: { filename: join(folder, 'db.sqlite3') },
      useNullAsDefault: true,
      debug: true,
    },
    drop: () => rm(folder, { recursive: true, force: true }),
  }
}

async function createPostgresDatabase(database: string, clauses: string): Promise<TestDatabase> {
  const run = async (sql: string) => {
    const client = new pg.Client({ ...postgres(), database: 'postgres' })
    await client.connect()
    await client.query(sql).finally(() => client.end())
  }

  await run(`CREATE DATABASE ${database} ${clauses}`)
  return {
    connection: { client: 'pg', connection: { ...postgres(), database }, debug: true },
    drop: () => run(`DROP DATABASE ${database} WITH (FORCE)`),
  }
}

async function createMariadbDatabase(database: string, clauses: string): Promise<TestDatabase> {
  const run = async (sql: string) => {
    const connection = await mysql.createConnection(mariadb)
    await connection.query(sql).finally(() => connection.end())
  }

  await run(`CREATE DATABASE ${database} ${clauses}`)
  return {
    connection: { client: 'mysql2', connection: { ...mariadb, database }, debug: true },
    drop: () => run(`DROP DATABASE ${database}`),
  }
}
