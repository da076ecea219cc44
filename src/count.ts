/**
 * A row count that stops at a limit, because counting millions of rows takes
 * too long
 */
export interface BoundedCount {
  total: number

  /**
   * There are more rows than `total`
   */
  isMore: boolean
}

/**
 * Formats a count for display
 *
 * @example formatCount(12_345) // '12,345'
 * @example formatCount({ total: 10_000, isMore: true }, 'de') // '10.000+'
 */
export function formatCount(count: number | BoundedCount, locale: string = 'en'): string {
  const { total, isMore } = typeof count === 'number' ? { total: count, isMore: false } : count
  return total.toLocaleString(locale) + (isMore ? '+' : '')
}
