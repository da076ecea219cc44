/**
 * Properties that user models commonly have, and what a guest gets there
 */
const KNOWN_ATTRIBUTES: Record<string, string> = {
  username: 'username',
  name: 'name: username',
  fullName: 'fullName: username',
  email: 'email: `${username}@guest.invalid`',
}

/**
 * The object literal that `attributes` of the published configuration returns.
 * `.invalid` is reserved (RFC 2606): no mail to a guest can ever reach anybody
 *
 * @param columns properties of the user model; the starter kits' when not known
 */
export function writeGuestAttributes(columns: string[] = ['fullName', 'email']): string {
  const attributes = Object.keys(KNOWN_ATTRIBUTES)
    .filter((name) => columns.includes(name))
    .map((name) => KNOWN_ATTRIBUTES[name])
  return attributes.length > 0 ? `{ ${attributes.join(', ')} }` : '{}'
}
