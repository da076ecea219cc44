/**
 * A table name as PostgreSQL's `to_regclass` wants it: each part quoted, so that
 * upper case and odd characters are kept
 *
 * @param name `users`, or `schema.users`
 */
export function quoteQualifiedName(name: string): string {
  return name
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.')
}
