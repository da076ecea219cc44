import type { Profiler } from 'node:inspector'

import { FIRST_VISITS, RETURN_VISITS } from './contenders.ts'
import { formatTable } from '../results_page.ts'
import type { Window } from './rounds.ts'

/**
 * What a process does for a visit, by the file of the innermost function that belongs to
 * one of these. The first that fits counts
 */
const PARTS: [name: string, file: RegExp][] = [
  [
    'statements: knex, the driver, Lucid’s queries',
    /\/(knex|pg|pg-protocol|pg-types|pg-pool|mysql2|better-sqlite3|tarn)\/|lucid\/build\/src\/(query|database|transaction|connection)/,
  ],
  ['models: Lucid’s ORM, dates', /lucid\/build\/src\/orm|\/luxon\/|\/@poppinss\/hooks\//],
  ['signing in: auth', /@adonisjs\/auth\//],
  [
    'session, cookies, CSRF',
    /@adonisjs\/(session|shield)\/|\/(csrf|cookie-es)\/|@boringnode\/encryption/,
  ],
  ['events', /\/emittery\/|@adonisjs\/events/],
  ['this package', /adonisjs-guest-user\//],
  ['view', /\/edge\.js\/|\/edge-/],
]
const GARBAGE = '(garbage collector)'
const IDLE = ['(idle)', '(program)']
const REST = 'HTTP, framework, the rest'

type Times = Map<string, number>

/**
 * Microseconds per visit of each part, and what a contender takes beyond the page
 *
 * @returns '' when nothing was profiled
 */
export function reportProfile(windows: Window[], connections: number): string {
  const ofThose = windows.filter((one) => one.connections === connections && one.profile)
  const tables = [FIRST_VISITS, RETURN_VISITS].map((contenders) => {
    const present = contenders.filter(({ name }) =>
      ofThose.some((window) => window.contender === name)
    )
    if (present.length === 0) {
      return ''
    }
    const times = present.map(({ name }) => addUp(ofThose, name))
    const parts = [...PARTS.map(([part]) => part), REST, 'garbage collection']
    const row = (title: string, of: (times: Times) => number) => [
      title,
      ...times.map((one) => of(one).toFixed(0)),
    ]
    return formatTable([
      [`µs per visit, ${connections} connections`, ...present.map(({ name }) => name)],
      ...parts.map((part) => row(part, (one) => one.get(part) ?? 0)),
      row('together', (one) => [...one.values()].reduce((sum, time) => sum + time, 0)),
    ])
  })
  return tables.filter(Boolean).join('\n\n')
}

/**
 * Over all windows of a contender
 */
function addUp(windows: Window[], contender: string): Times {
  const own = windows.filter((window) => window.contender === contender)
  const visits = own.reduce((sum, { answers }) => sum + answers, 0)
  const times: Times = new Map()
  for (const { profile } of own) {
    for (const [part, time] of divide(profile!)) {
      times.set(part, (times.get(part) ?? 0) + time / visits)
    }
  }
  return times
}

function divide({ nodes, samples, timeDeltas }: Profiler.Profile): Times {
  const parents = new Map(
    nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id]))
  )
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const parts = new Map<number, string>()
  const partOf = (id: number): string => {
    const known = parts.get(id)
    if (known) {
      return known
    }
    const { functionName, url } = frames.get(id)!
    const parent = parents.get(id)
    const part =
      functionName === GARBAGE
        ? 'garbage collection'
        : (PARTS.find(([, file]) => file.test(url))?.[0] ??
          (parent === undefined ? REST : partOf(parent)))
    parts.set(id, part)
    return part
  }

  const times: Times = new Map()
  samples!.forEach((id, index) => {
    if (!IDLE.includes(frames.get(id)!.functionName)) {
      times.set(partOf(id), (times.get(partOf(id)) ?? 0) + timeDeltas![index])
    }
  })
  return times
}
