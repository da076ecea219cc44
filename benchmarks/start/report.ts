import { median } from '../cleanup/statistics.ts'
import { describeMachine, formatTable } from '../results_page.ts'
import type { LoadedModules } from './ended_process.ts'
import type { Start, Starts } from './rounds.ts'

const HEAD = ['A production build', 'without', 'with', 'difference', 'differences of the rounds']

/**
 * A table in Markdown
 */
export function reportStarts(starts: Starts): string {
  const milliseconds = (value: number) => `${value.toFixed(0)} ms`
  const mebibytes = (value: number) => `${(value / 1024 ** 2).toFixed(1)} MiB`
  const rows = [
    compare('server: until it is ready', starts, 'ready', milliseconds),
    compare('server: CPU, once it is idle', starts, 'cpu', milliseconds),
    compare('server: heap after a collection', starts, 'heap', mebibytes),
    compare('server: RSS', starts, 'rss', mebibytes),
    compare('`node ace list`', starts, 'list', milliseconds),
    compare('`node ace list`: CPU', starts, 'listCpu', milliseconds),
    count('server: files of packages', starts.server),
    count('`node ace list`: files of packages', starts.list),
  ]
  const machine = `${describeMachine()}, SQLite. ${starts.rounds.length} rounds, interleaved.`
  return [machine, formatTable([HEAD, ...rows])].join('\n\n')
}

/**
 * Medians, and the median of the differences within each round
 */
function compare(
  name: string,
  { rounds }: Starts,
  part: keyof Start,
  format: (value: number) => string
): string[] {
  const differences = rounds.map((round) => round.with[part] - round.without[part])
  return [
    name,
    format(median(rounds.map((round) => round.without[part]))),
    format(median(rounds.map((round) => round.with[part]))),
    format(median(differences)),
    `${format(Math.min(...differences))} to ${format(Math.max(...differences))}`,
  ]
}

function count(name: string, modules: { with: LoadedModules; without: LoadedModules }): string[] {
  const [own, others] = [modules.with.own.length, modules.with.others.length]
  const before = modules.without.others.length
  return [
    name,
    String(before),
    String(own + others),
    String(own + others - before),
    `${own} of this package, ${others - before} of others`,
  ]
}

export function listFiles({ server, list }: Starts): string {
  const because = ({ with: one, without }: Starts['server']) => [
    ...one.own.toSorted(),
    ...one.others.filter((url) => !without.others.some((known) => nameOf(known) === nameOf(url))),
  ]
  return [
    'A server loads:',
    ...because(server),
    '',
    '`node ace list` loads:',
    ...because(list),
  ].join('\n')
}

function nameOf(url: string): string {
  return url.split('/node_modules/').slice(1).join('/')
}
