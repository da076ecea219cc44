/**
 * The parts of `users`, or of `schema.users`
 */
export function splitQualifiedName(name: string): { schema: string; table: string } {
  const dot = name.lastIndexOf('.')
  return { schema: name.slice(0, Math.max(dot, 0)), table: name.slice(dot + 1) }
}
