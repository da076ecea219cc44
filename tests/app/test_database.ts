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
      pool: { afterCreate: forgoSync },
    },
    drop: () => rm(folder, { recursive: true, force: true }),
  }
}

/**
 * A test database may be lost; syncing it to disk is time spent for nothing
 */
function forgoSync(connection: any, done: (error?: unknown) => void) {
  connection.pragma('synchronous = off')
  done()
}

/**
 * Empty databases of PostgreSQL for the tests to come: emptying one takes a third
 * of the time that creating one does
 */
const spareDatabases: string[] = []

/**
 * For when there are no tests to come
 */
export async function dropSpareDatabases() {
  for (const database of spareDatabases.splice(0)) {
    await runOnPostgres(`DROP DATABASE ${database} WITH (FORCE)`)
  }
}

async function createPostgresDatabase(name: string, clauses: string): Promise<TestDatabase> {
  const spare = clauses === '' ? spareDatabases.pop() : undefined
  const database = spare ?? name
  if (!spare) {
    await runOnPostgres(`CREATE DATABASE ${database} ${clauses}`)
  }
  return {
    connection: { client: 'pg', connection: { ...postgres(), database }, debug: true },
    async drop() {
      if (clauses === '') {
        await runOnPostgres(EMPTY, database)
        spareDatabases.push(database)
      } else {
        await runOnPostgres(`DROP DATABASE ${database} WITH (FORCE)`)
      }
    },
  }
}

/**
 * Ends the other sessions of the database, as `WITH (FORCE)` does, and drops all
 * that is in it
 */
const EMPTY = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
  DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT quote_ident(nspname) FROM pg_namespace
      WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    LOOP
      EXECUTE 'DROP SCHEMA ' || name || ' CASCADE';
    END LOOP;
  END $$;
  CREATE SCHEMA public;
  GRANT USAGE ON SCHEMA public TO public`

async function runOnPostgres(sql: string, database = 'postgres') {
  const client = new pg.Client({ ...postgres(), database })
  await client.connect()
  await client.query(sql).finally(() => client.end())
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
