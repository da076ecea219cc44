/**
 * The parts of `users`, or of `schema.users`
 */
export function splitQualifiedName(name: string): { schema: string; table: string } {
  const dot = name.lastIndexOf('.')
  return { schema: name.slice(0, Math.max(dot, 0)), table: name.slice(dot + 1) }
}

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
