import { parseArgs } from 'node:util'

import { CONTENDERS } from './contenders.ts'
import type { Dialect } from '../../tests/app/test_database.ts'

const DIALECTS: Dialect[] = ['postgres', 'mariadb', 'sqlite']

const HELP = `npm run benchmark -- visits

  --database=postgres    postgres, mariadb or sqlite
  --rounds=5             windows of each contender; the median counts
  --seconds=5            length of a window
  --connections=8,64     at once
  --contenders=…         ${CONTENDERS.map(({ name }) => name).join(',')}
  --soak=1000000         instead, so many first visits of this package, over the most
                         connections: does the process grow?
  --profile              what the servers spend their time on; not for comparing speeds
  --write                writes the tables to docs/benchmarks.md
  --short                one round of a second, four connections: does it work?`

/**
 * How often a soak looks at the process
 */
export const CHECKPOINTS = 20

export interface VisitOptions {
  database: Dialect
  rounds: number
  seconds: number
  connections: number[]
  contenders: string[]

  /**
   * First visits to one process, instead of windows
   */
  soak?: number
  write: boolean
  profile: boolean
}

/**
 * @returns null when only the help was asked for
 * @throws when a flag is unknown or out of range
 */
export function readOptions(flags: string[]): VisitOptions | null {
  const { values } = parseArgs({
    args: flags,
    options: {
      database: { type: 'string', default: 'postgres' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      connections: { type: 'string' },
      contenders: { type: 'string', default: CONTENDERS.map(({ name }) => name).join(',') },
      soak: { type: 'string' },
      write: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      short: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(HELP)
    return null
  }

  if (!DIALECTS.includes(values.database as Dialect)) {
    throw new Error(`--database must be one of ${DIALECTS.join(', ')}`)
  }
  const contenders = values.contenders.split(',')
  const unknown = contenders.filter((name) => !CONTENDERS.some((one) => one.name === name))
  if (unknown.length) {
    throw new Error(`--contenders does not know ${unknown.join(', ')}\n\n${HELP}`)
  }
  return {
    database: values.database as Dialect,
    rounds: positive('rounds', values.rounds ?? (values.short ? '1' : '5')),
    seconds: positive('seconds', values.seconds ?? (values.short ? '1' : '5')),
    connections: (values.connections ?? (values.short ? '4' : '8,64'))
      .split(',')
      .map((value) => positive('connections', value)),
    contenders,
    soak: values.soak === undefined ? undefined : atLeast(CHECKPOINTS, 'soak', values.soak),
    write: values.write,
    profile: values.profile,
  }
}

function atLeast(least: number, name: string, value: string): number {
  const number = Number(value)
  if (!Number.isInteger(number) || number < least) {
    throw new Error(`--${name} must be a whole number of at least ${least}, not ${value}`)
  }
  return number
}

function positive(name: string, value: string): number {
  const number = Number(value)
  if (!(number > 0)) {
    throw new Error(`--${name} must be a number above 0, not ${value}`)
  }
  return number
}
