import { reportProfile } from './profile.ts'
import { median } from '../cleanup/statistics.ts'
import { describeMachine, formatTable } from '../results_page.ts'
import { FIRST_VISITS, RETURN_VISITS, type Contender } from './contenders.ts'
import type { Window } from './rounds.ts'
import type { VisitOptions } from './options.ts'

/**
 * The tables of one run, in Markdown
 *
 * @param server what the database says of itself
 */
export function report(windows: Window[], options: VisitOptions, server: string): string {
  const tables = options.connections.flatMap((connections) => {
    const ofThose = windows.filter((window) => window.connections === connections)
    return [
      describe('First visits', FIRST_VISITS, 'page', ofThose, connections),
      describe('Return visits', RETURN_VISITS, 'page-regular', ofThose, connections),
      reportProfile(ofThose, connections),
    ]
  })
  const machine = `${server}. ${describeMachine()}. ${options.rounds} rounds of ${options.seconds} seconds, interleaved.`
  return [machine, ...tables.filter((table) => table !== '')].join('\n\n')
}

function describe(
  title: string,
  contenders: Contender[],
  basis: string,
  windows: Window[],
  connections: number
): string {
  const present = contenders.filter(({ name }) => windows.some((one) => one.contender === name))
  if (present.length === 0) {
    return ''
  }
  const head = [
    `${title}, ${connections} connections`,
    'visits/s',
    'of the page',
    'this package, ratio',
    'p50',
    'p99',
    'CPU/visit',
    'spread',
  ]
  const rows = present.map(({ name, description }) => {
    const own = windows.filter((one) => one.contender === name)
    const speeds = own.map(({ speed }) => speed)
    const ours = title === 'First visits' ? 'package' : 'package-guest'
    return [
      description,
      median(speeds).toFixed(0),
      ratio(windows, name, basis),
      ratio(windows, ours, name),
      `${median(own.map(({ p50 }) => p50)).toFixed(1)} ms`,
      `${median(own.map(({ p99 }) => p99)).toFixed(1)} ms`,
      `${median(own.map(({ cpu }) => cpu)).toFixed(2)} ms`,
      `${Math.min(...speeds).toFixed(0)}–${Math.max(...speeds).toFixed(0)}`,
    ]
  })
  return formatTable([head, ...rows])
}

/**
 * The median of the ratios within each round
 */
function ratio(windows: Window[], one: string, other: string): string {
  const speeds = (name: string) =>
    windows.filter(({ contender }) => contender === name).map(({ speed }) => speed)
  const others = speeds(other)
  const ratios = speeds(one).map((speed, round) => speed / others[round])
  return ratios.length && others.length ? median(ratios).toFixed(2) : ''
}
