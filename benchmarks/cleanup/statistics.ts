export function median(values: number[]): number {
  return percentile(values, 0.5)
}

/**
 * The smallest value such that at least this part of the values is not larger
 */
export function percentile(values: number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)]
}
