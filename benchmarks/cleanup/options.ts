import { parseArgs } from 'node:util'

import type { Dialect } from '../../tests/app/test_database.ts'

const DIALECTS: Dialect[] = ['postgres', 'mariadb', 'sqlite']

/**
 * Rows are numbered by a cross join of a thousand numbers with themselves
 */
const MAX_GUESTS = 1_000_000

export interface BenchmarkOptions {
  database: Dialect

  /**
   * Expired guests per round, and the same number of active ones
   */
  guests: number

  /**
   * Rounds of the comparison with raw SQL; the median counts
   */
  rounds: number

  /**
   * Windows of requests with a cleanup, and the same number without
   */
  windows: number

  /**
   * Length of a window in seconds
   */
  seconds: number

  /**
   * Requests per second, whether the site keeps up or not
   */
  rate: number

  /**
   * Guests per transaction. Defaults to the adaptive size of the package
   */
  batchSize?: number
}

/**
 * @throws when a flag is unknown or out of range
 */
export function readOptions(flags: string[]): BenchmarkOptions {
  const { values } = parseArgs({
    args: flags,
    options: {
      'database': { type: 'string', default: 'postgres' },
      'guests': { type: 'string', default: '200000' },
      'rounds': { type: 'string', default: '4' },
      'windows': { type: 'string', default: '12' },
      'seconds': { type: 'string', default: '3' },
      'rate': { type: 'string', default: '100' },
      'batch-size': { type: 'string' },
    },
  })

  if (!DIALECTS.includes(values.database as Dialect)) {
    throw new Error(`--database must be one of ${DIALECTS.join(', ')}`)
  }
  if (positive('guests', values.guests) > MAX_GUESTS) {
    throw new Error(`--guests must be at most ${MAX_GUESTS}`)
  }
  return {
    database: values.database as Dialect,
    guests: positive('guests', values.guests),
    rounds: positive('rounds', values.rounds),
    windows: positive('windows', values.windows),
    seconds: positive('seconds', values.seconds),
    rate: positive('rate', values.rate),
    batchSize: values['batch-size'] ? positive('batch-size', values['batch-size']) : undefined,
  }
}

function positive(name: string, value: string): number {
  const number = Number(value)
  if (!Number.isInteger(number) || number < 1) {
    throw new Error(`--${name} must be a whole number of at least 1, not ${value}`)
  }
  return number
}
