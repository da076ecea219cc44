/**
 * @example formatCount(12345) // '12,345'
 */
export function formatCount(count: number): string {
  return count.toLocaleString('en')
}

/**
 * @example formatGuests(1) // '1 guest'
 */
export function formatGuests(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'guest' : 'guests'}`
}
