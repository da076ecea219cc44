import { setTimeout as sleep } from 'node:timers/promises'

/**
 * An error of any of the four drivers, in one format
 */
export interface DatabaseError {
  kind:
    | 'unique'
    | 'not_null'
    | 'foreign_key'
    | 'check'
    | 'raised'
    | 'missing_table'
    | 'lock_timeout'
    | 'transient'
  table?: string
  column?: string
  constraint?: string
}

interface DriverError {
  code?: unknown
  message?: unknown
  table?: unknown
  column?: unknown
  constraint?: unknown

  /**
   * Of MySQL's and MariaDB's answers
   */
  sqlState?: unknown

  /**
   * Of PostgreSQL's answers
   */
  severity?: unknown

  /**
   * MySQL's driver has closed the connection
   */
  fatal?: unknown

  /**
   * Of errors of Node.js
   */
  syscall?: unknown
}

type Kind = DatabaseError['kind']

/**
 * PostgreSQL: SQLSTATE. MySQL and MariaDB: symbolic names. SQLite: extended
 * result codes
 */
const KINDS: Record<string, Kind> = {
  '23505': 'unique',
  '23502': 'not_null',
  '23503': 'foreign_key',
  '23001': 'foreign_key',
  '23514': 'check',
  'P0001': 'raised',
  '42P01': 'missing_table',
  '40001': 'transient',
  '40P01': 'transient',
  '55P03': 'lock_timeout',
  'ER_DUP_ENTRY': 'unique',
  'ER_BAD_NULL_ERROR': 'not_null',
  'ER_NO_DEFAULT_FOR_FIELD': 'not_null',
  'ER_ROW_IS_REFERENCED': 'foreign_key',
  'ER_ROW_IS_REFERENCED_2': 'foreign_key',
  'ER_CHECK_CONSTRAINT_VIOLATED': 'check',
  'ER_CONSTRAINT_FAILED': 'check',
  'ER_SIGNAL_EXCEPTION': 'raised',
  'ER_NO_SUCH_TABLE': 'missing_table',
  'ER_LOCK_DEADLOCK': 'transient',
  'ER_LOCK_WAIT_TIMEOUT': 'lock_timeout',
  'ER_CHECKREAD': 'transient',
  'SQLITE_CONSTRAINT_UNIQUE': 'unique',
  'SQLITE_CONSTRAINT_PRIMARYKEY': 'unique',
  'SQLITE_CONSTRAINT_NOTNULL': 'not_null',
  'SQLITE_CONSTRAINT_CHECK': 'check',
  'SQLITE_CONSTRAINT_FOREIGNKEY': 'foreign_key',
  'SQLITE_CONSTRAINT_TRIGGER': 'foreign_key',
  'SQLITE_BUSY': 'transient',
  'SQLITE_BUSY_SNAPSHOT': 'transient',
}

const SQLITE_MISSING_TABLE = /no such table: (?:\w+\.)?(\w+)/
const MYSQL_MISSING_TABLE = /Table '(?:[^'.]+\.)?([^'.]+)' doesn't exist/
const POSTGRES_MISSING_TABLE = /relation "([^"]+)" does not exist/
const SQLITE_CONSTRAINT = /(UNIQUE|NOT NULL|FOREIGN KEY|CHECK) constraint failed/
const MARIADB_CHECK = /^.*CONSTRAINT `[^`]+` failed for /
const SQLITE_NOT_NULL = /NOT NULL constraint failed: (\w+)\.(\w+)/
const MYSQL_FOREIGN_KEY = /fails \((?:`[^`]+`\.)?`([^`]+)`, CONSTRAINT `([^`]+)`/
const MYSQL_NOT_NULL = /(?:Column|Field) '([^']+)'/

/**
 * Classifies an error of a database driver
 *
 * @returns null for any error that is none of the kinds above
 */
export function readDatabaseError(error: unknown): DatabaseError | null {
  if (!(error instanceof Error)) {
    return null
  }

  const { code, message, table, column, constraint } = error as DriverError
  const text = String(message)
  const kind = KINDS[String(code)] ?? readSqliteMessage(text)
  if (!kind) {
    return null
  }

  const found: DatabaseError = { kind }
  if (typeof table === 'string') {
    found.table = table
  }
  if (typeof column === 'string') {
    found.column = column
  }
  if (typeof constraint === 'string') {
    found.constraint = constraint
  }
  const mysql = kind === 'foreign_key' ? MYSQL_FOREIGN_KEY.exec(text) : null
  if (mysql) {
    found.table = mysql[1]
    found.constraint = mysql[2]
  }
  if (kind === 'missing_table') {
    found.table = [SQLITE_MISSING_TABLE, MYSQL_MISSING_TABLE, POSTGRES_MISSING_TABLE]
      .map((pattern) => pattern.exec(text)?.[1])
      .find(Boolean)
  }
  if (kind === 'not_null' && !found.column) {
    const sqlite = SQLITE_NOT_NULL.exec(text)
    found.table = sqlite?.[1]
    found.column = sqlite?.[2] ?? MYSQL_NOT_NULL.exec(text)?.[1]
  }
  return found
}

/**
 * Some SQLite drivers use one code for all constraints, and none has a code for
 * a missing table
 */
function readSqliteMessage(text: string): Kind | undefined {
  if (SQLITE_MISSING_TABLE.test(text)) {
    return 'missing_table'
  }
  if (MARIADB_CHECK.test(text)) {
    return 'check'
  }
  const constraint = SQLITE_CONSTRAINT.exec(text)?.[1]
  return constraint ? (constraint.toLowerCase().replace(' ', '_') as Kind) : undefined
}

/**
 * SQLSTATE of PostgreSQL, symbolic names of the others
 */
const DRIVER_CODE = /^((?=.*\d)[0-9A-Z]{5}|ER_\w+|SQLITE_\w+)$/

/**
 * What drivers say without any value of the row: names of columns and keys
 */
const NAMES = [
  /(?:UNIQUE|NOT NULL|FOREIGN KEY|CHECK) constraint failed(?:: [\w., ]+)?$/,
  /for key '[^']+'$/,
]

/**
 * As knex writes a statement before what a driver says when it cannot send the values.
 * Messages of people begin with such words as well
 */
const STATEMENT = /^(insert into|update|delete from|select|with) [`"*(].* - /s

/**
 * Other properties of an error, such as `detail` and `sql`, contain values
 */
const SAFE_PROPERTIES = [
  'code',
  'errno',
  'sqlState',
  'severity',
  'fatal',
  'syscall',
  'table',
  'column',
  'constraint',
]

/**
 * Replaces an error of the driver before it is logged or shown: drivers put the
 * statement with the values of the row, such as a password hash, into their
 * messages. Codes and names stay
 *
 * @returns any other error as it is
 */
export function withoutValues(error: unknown): unknown {
  const { code, message } = (error ?? {}) as DriverError
  const found = readDatabaseError(error)
  if (!found && !DRIVER_CODE.test(String(code))) {
    const reason = STATEMENT.test(String(message)) && String(message).split(' - ').at(-1)
    return reason ? replace(error, `The database cannot be asked - ${reason}`) : error
  }
  const { kind, table, column, constraint } = found ?? {}
  const names = NAMES.map((pattern) => pattern.exec(String(message))?.[0])
  const about = [
    table && `table "${table}"`,
    column && `column "${column}"`,
    constraint && `constraint "${constraint}"`,
    ...names,
  ].filter(Boolean)

  const reason = [kind, code].filter(Boolean).join(', ')
  const where = about.length > 0 ? `: ${about.join(', ')}` : ''
  return replace(error, `The database refused a statement (${reason})${where}`)
}

function replace(error: unknown, message: string): Error {
  const kept = SAFE_PROPERTIES.filter((name) => Object.hasOwn(error as Error, name))
  return Object.assign(
    new Error(message),
    Object.fromEntries(kept.map((name) => [name, Reflect.get(error as Error, name)]))
  )
}

/**
 * Errors that a server sends when it ends the connection. It may have done what
 * it was asked for before: PostgreSQL's classes 08 and 57P, and the statement
 * whose completion is unknown; SQLSTATE 08S01 and 70100 of MySQL and MariaDB
 */
const CONNECTION_ENDED = /^(08|57P|40003$|70100$)/

/**
 * Did the connection end before the database gave an answer?
 *
 * @param error of a driver
 */
export function isConnectionLost(error: unknown): boolean {
  const { code, sqlState, severity, fatal } = error as DriverError
  if (String(code).startsWith('SQLITE_')) {
    return false
  }
  const state = sqlState ?? (severity === undefined ? undefined : code)
  return state === undefined || fatal === true || CONNECTION_ENDED.test(String(state))
}

/**
 * Of PostgreSQL's driver, after the statement that knex puts in front
 */
const PG_TERMINATED = /Connection terminated( unexpectedly)?$/

/**
 * Did the connection end while it was in use? Unlike `isConnectionLost`, for errors
 * of any origin: a full pool, a database that cannot be reached, and a bug in a hook
 * are none
 */
export function isConnectionCut(error: unknown): boolean {
  const { code, severity, syscall, message } = error as DriverError
  return (
    (severity !== undefined && CONNECTION_ENDED.test(String(code))) ||
    syscall === 'read' ||
    syscall === 'write' ||
    PG_TERMINATED.test(String(message))
  )
}

/**
 * Of PostgreSQL's driver and of knex, when there is no connection in time, or when they
 * are closing
 */
const NO_CONNECTION = /^(timeout expired|Connection terminated due to connection timeout|aborted)$/

/**
 * Did a statement not reach the database, because there was no connection for it?
 */
export function lacksConnection(error: unknown): boolean {
  const { name, message, syscall } = error as Error & DriverError
  return (
    name === 'KnexTimeoutError' ||
    syscall === 'connect' ||
    syscall === 'getaddrinfo' ||
    NO_CONNECTION.test(message)
  )
}

const MAX_ATTEMPTS = 4

/**
 * Milliseconds before the first retry
 */
const INITIAL_DELAY = 20

/**
 * Did the work fail only because of concurrent transactions?
 */
export function isContention(error: unknown): boolean {
  const kind = readDatabaseError(error)?.kind
  return kind === 'transient' || kind === 'lock_timeout'
}

/**
 * Retries when transactions conflict: a deadlock, a serialization failure, or a
 * busy database
 *
 * @throws errors that are not transient, and the error of the last attempt
 */
export async function retryTransient<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      await pauseBeforeRetry(error, attempt)
    }
  }
}

/**
 * Backs off exponentially, with jitter against repeated conflicts
 *
 * @param attempt that failed, counted from 1
 * @throws the error when a retry is of no use
 */
export async function pauseBeforeRetry(error: unknown, attempt: number): Promise<void> {
  if (attempt >= MAX_ATTEMPTS || readDatabaseError(error)?.kind !== 'transient') {
    throw error
  }
  await sleep(INITIAL_DELAY * 2 ** (attempt - 1) * (0.5 + Math.random()))
}
