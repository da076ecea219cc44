import { isContention } from './database_error.ts'

/**
 * SQLSTATE of lost connections, of a server that is read-only, full, shutting
 * down or broken, and of statements it gave up
 */
const STATES = /^(08...|25006|40...|53...|55006|55P03|57...|58...|70100|XX...)$/

/**
 * MySQL and MariaDB, where the state says little
 */
const MYSQL =
  /^(PROTOCOL_|ER_(CON_COUNT|TOO_MANY_USER|OPTION_PREVENTS|READ_ONLY|DISK_FULL|RECORD_FILE_FULL|OUT_OF))/

const SQLITE =
  /^SQLITE_(BUSY|LOCKED|READONLY|FULL|IOERR|CANTOPEN|NOMEM|CORRUPT|NOTADB|INTERRUPT|PROTOCOL)/

/**
 * What pg and knex say without a code
 */
const MESSAGES =
  /(^| - )(Connection (terminated|ended)|Client (has encountered|was closed)|timeout expired|Unable to acquire a connection|Knex: Timeout)/

/**
 * Did the database fail for a reason that passes? It was busy, down, cut off,
 * full or read-only. Any other error would come again at each attempt
 */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) {
    return false
  }
  const { code, sqlState, syscall, fatal } = error as Record<string, any>
  return (
    isContention(error) ||
    fatal === true ||
    syscall !== undefined ||
    /^E[A-Z]+$/.test(code) ||
    [code, sqlState].some((state) => STATES.test(state)) ||
    [MYSQL, SQLITE].some((codes) => codes.test(code)) ||
    MESSAGES.test(error.message)
  )
}
