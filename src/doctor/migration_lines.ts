/**
 * A fix that is a migration to write
 *
 * @param lines what is in the callback of `alterTable`
 */
export function describeMigration(
  { schema, table }: { schema?: string | null; table: string },
  lines: string[]
): string {
  const name = `alter_${table.replaceAll(/\W/g, '_')}`
  const builder = schema ? `this.schema.withSchema('${schema}')` : 'this.schema'
  return [
    `Run "node ace make:migration ${name}", write in its "up", and run "node ace migration:run":`,
    `${builder}.alterTable('${table}', (table) => {`,
    ...lines.map((line) => `  ${line}`),
    '})',
  ].join('\n')
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
