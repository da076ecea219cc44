import { parseArgs } from 'node:util'

import type { Dialect } from '../../tests/app/test_database.ts'

const DIALECTS: Dialect[] = ['postgres', 'mariadb', 'sqlite']

/**
 * The population counts with the squares of a thousand numbers
 */
const MOST_GUESTS = 1_000_000

export interface BenchmarkOptions {
  database: Dialect

  /**
   * How many guests have expired in each round, and how many have not
   */
  guests: number

  /**
   * The comparison with raw SQL is made so often, and the median counts
   */
  rounds: number

  /**
   * So many windows with a cleanup, and as many without, for the requests
   */
  windows: number

  /**
   * Length of a window
   */
  seconds: number

  /**
   * Requests a second, whether the site keeps up or not
   */
  rate: number

  /**
   * Guests per transaction; the default of the package when it is not given
   */
  batchSize?: number
}

/**
 * @throws when a flag is not known or makes no sense
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
  if (positive('guests', values.guests) > MOST_GUESTS) {
    throw new Error(`--guests must be ${MOST_GUESTS} at most`)
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
