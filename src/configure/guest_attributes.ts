/**
 * Common properties of user models, and the values they get for a guest
 */
const KNOWN_ATTRIBUTES: Record<string, string> = {
  username: 'username',
  name: 'name: username',
  fullName: 'fullName: username',
  email: 'email: `${username}@guest.invalid`',
}

/**
 * The object literal that `attributes` of the published configuration returns.
 * `.invalid` is reserved (RFC 2606): mail to a guest reaches nobody
 *
 * @param columns properties of the user model; default: the starter kits'
 */
export function writeGuestAttributes(columns: string[] = ['fullName', 'email']): string {
  const attributes = Object.keys(KNOWN_ATTRIBUTES)
    .filter((name) => columns.includes(name))
    .map((name) => KNOWN_ATTRIBUTES[name])
  return attributes.length > 0 ? `{ ${attributes.join(', ')} }` : '{}'
}
