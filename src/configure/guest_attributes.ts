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
 * Generates the object literal that `attributes` of the published configuration
 * returns. The domain `.invalid` is reserved (RFC 2606), so mail to a guest can
 * never reach anyone
 *
 * @param columns properties of the user model; defaults to those of the starter
 * kits
 */
export function writeGuestAttributes(columns: string[] = ['fullName', 'email']): string {
  const attributes = Object.keys(KNOWN_ATTRIBUTES)
    .filter((name) => columns.includes(name))
    .map((name) => KNOWN_ATTRIBUTES[name])
  return attributes.length > 0 ? `{ ${attributes.join(', ')} }` : '{}'
}
