import type { BoundedCount } from '../inventory/bounded_count.ts'

/**
 * @example formatCount({ total: 10_000, isMore: true }, 'en') // '10,000+'
 */
export function formatCount({ total, isMore }: BoundedCount, locale: string): string {
  return total.toLocaleString(locale) + (isMore ? '+' : '')
}
