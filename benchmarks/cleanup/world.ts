import type { Visitors } from './visitors.ts'
import type { Population } from './population.ts'
import type { BenchmarkOptions } from './options.ts'

/**
 * What all parts of the benchmark share
 */
export interface World {
  population: Population
  visitors: Visitors
  options: BenchmarkOptions
  connection: Record<string, unknown>
}
