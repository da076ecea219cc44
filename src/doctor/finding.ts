import { splitQualifiedName } from '../database/catalog.ts'

/**
 * - error: guests cannot be created, recognised or deleted as they should be
 * - warning: it works, but will cause trouble
 * - info: nothing is wrong, but it explains something surprising
 */
export type Severity = 'error' | 'warning' | 'info'

/**
 * All findings. The codes are stable, since scripts may rely on them. Each has a
 * row in `docs/doctor.md`
 */
export const SEVERITIES = {
  'app-does-not-start': 'error',
  'missing-provider': 'error',
  'missing-config': 'error',
  'invalid-config': 'error',
  'wrong-guard': 'error',
  'guard-without-guests': 'info',
  'missing-token-provider': 'error',
  'login-does-not-merge': 'warning',
  'invalid-user-model': 'error',
  'invalid-guest-model': 'error',
  'invalid-password-column': 'error',
  'invalid-transfer': 'error',
  'merge-conflict': 'warning',
  'broken-relation': 'warning',
  'disabled': 'info',

  'invalid-session-config': 'error',
  'session-disabled': 'error',
  'session-outlives-guest': 'warning',

  'missing-session-middleware': 'error',
  'missing-auth-middleware': 'error',
  'missing-guest-user-middleware': 'error',
  'middleware-order': 'error',
  'session-after-auth': 'warning',
  'broken-middleware': 'error',
  'missing-page-package': 'error',
  'admin-closed': 'warning',
  'login-shuts-guests-out': 'warning',
  'route-shuts-guests-out': 'info',
  'api-without-token-guard': 'error',
  'api-without-throttle': 'info',
  'tokens-without-api-routes': 'warning',
  'allow-makes-no-guest': 'info',

  'database-unreachable': 'error',
  'missing-users-table': 'error',
  'missing-guests-table': 'error',
  'missing-tokens-table': 'error',
  'missing-guests-column': 'error',
  'key-type-mismatch': 'error',
  'guests-foreign-key': 'error',
  'guests-user-id-not-unique': 'error',
  'visit-key-not-unique': 'warning',
  'unindexed-expiry': 'warning',
  'short-expiry-index': 'warning',

  'failing-attributes': 'warning',
  'unknown-attribute': 'error',
  'incomplete-attributes': 'error',
  'constant-unique-attribute': 'error',
  'attribute-too-long': 'error',
  'guests-with-own-address': 'warning',

  'blocking-foreign-key': 'error',
  'unindexed-foreign-key': 'warning',
  'cleanup-not-running': 'warning',
  'invalid-search': 'error',
  'unindexed-search': 'warning',

  'check-failed': 'warning',
} as const satisfies Record<string, Severity>

export type FindingCode = keyof typeof SEVERITIES

/**
 * Something that is wrong with an application
 */
export interface Finding {
  code: FindingCode
  severity: Severity

  /**
   * What is wrong, with the name of the file, table or column
   */
  message: string

  /**
   * How to fix it: a sentence with a command, or lines to paste
   */
  fix: string
}

export function createFinding(code: FindingCode, message: string, fix: string): Finding {
  return { code, severity: SEVERITIES[code], message, fix }
}

/**
 * The message of anything that was thrown. Some drivers wrap several failed
 * attempts in one error without a message
 */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && !error.message) {
    return error.errors.map(messageOf).join('; ')
  }
  return error instanceof Error ? error.message || error.name : String(error)
}

/**
 * A table to change, and what tells Ace where it is
 */
export interface AlteredTable {
  /**
   * `guests`, or `schema.guests`
   */
  table: string

  /**
   * Such as ` --connection=tenant`
   */
  connectionFlag: string
}

/**
 * A fix that needs a migration
 *
 * @param lines the body of the callback of `alterTable`
 * @param before statements that run first
 */
export function describeMigration(
  altered: AlteredTable,
  lines: string[],
  before: string[] = []
): string {
  const { connectionFlag } = altered
  const file = `alter_${splitQualifiedName(altered.table).table.replaceAll(/\W/g, '_')}`
  return [
    `Run "node ace make:migration ${file}${connectionFlag}", write in its "up", and run "node ace migration:run${connectionFlag}":`,
    ...before,
    ...describeAlterTable(altered, lines),
  ].join('\n')
}

/**
 * A statement of a migration
 */
export function describeAlterTable({ table }: Pick<AlteredTable, 'table'>, lines: string[]) {
  const { schema, table: name } = splitQualifiedName(table)
  const builder = schema ? `this.schema.withSchema('${schema}')` : 'this.schema'
  return [
    `${builder}.alterTable('${name}', (table) => {`,
    ...lines.map((line) => `  ${line}`),
    '})',
  ]
}

/**
 * A statement of a migration that changes rows
 */
export function describeDeferred(line: string): string[] {
  return ['this.defer(async (db) => {', `  ${line}`, '})']
}

/**
 * `['user_id']`
 */
export function listColumns(columns: string[]): string {
  return `[${columns.map((column) => `'${column}'`).join(', ')}]`
}

/**
 * `'user_id'`, or a list when there are several
 */
export function quoteColumns(columns: string[]): string {
  return columns.length === 1 ? `'${columns[0]}'` : listColumns(columns)
}
