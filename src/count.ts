/**
 * A number of rows, or at least so many: nobody waits for the digits of a
 * million
 */
export interface BoundedCount {
  total: number

  /**
   * There are more than `total`
   */
  isMore: boolean
}

/**
 * Writes a count for people
 *
 * @example formatCount(12_345) // '12,345'
 * @example formatCount({ total: 10_000, isMore: true }, 'de') // '10.000+'
 */
export function formatCount(count: number | BoundedCount, locale: string = 'en'): string {
  const { total, isMore } = typeof count === 'number' ? { total: count, isMore: false } : count
  return total.toLocaleString(locale) + (isMore ? '+' : '')
}
