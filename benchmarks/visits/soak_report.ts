import { toMiB, type Checkpoint } from './soak.ts'
import { describeMachine, formatTable } from '../results_page.ts'

/**
 * Of the twenty checkpoints: after 5, 10, 25, 50, 75 and 100 % of the visits
 */
const SHOWN = [1, 2, 5, 10, 15, 20]

/**
 * A table in Markdown, and what it says
 *
 * @param server what the database says of itself
 */
export function reportSoak(checkpoints: Checkpoint[], server: string): string {
  const head = ['First visits', 'heap used, MiB', 'RSS, MiB', 'external, MiB', 'CPU/visit']
  const rows = SHOWN.map((number) => checkpoints[number - 1]).map(({ visits, memory, cpu }) => [
    format(visits),
    toMiB(memory.heapUsed),
    toMiB(memory.rss),
    toMiB(memory.external),
    `${cpu.toFixed(2)} ms`,
  ])
  const machine = `${server}. ${describeMachine()}.`
  return [machine, formatTable([head, ...rows]), judge(checkpoints)].join('\n\n')
}

/**
 * Beside the first checkpoint: by then, everything was loaded and compiled
 */
function judge(checkpoints: Checkpoint[]): string {
  const [first, last] = [checkpoints[0], checkpoints.at(-1)!]
  const more = last.visits - first.visits
  const grown = (part: 'heapUsed' | 'rss') => last.memory[part] - first.memory[part]
  const signed = (bytes: number) => `${bytes < 0 ? '' : '+'}${toMiB(bytes)} MiB`
  return `From ${format(first.visits)} to ${format(last.visits)} visits: heap ${signed(grown('heapUsed'))}, ${(grown('heapUsed') / more).toFixed(1)} bytes per visit; RSS ${signed(grown('rss'))}.`
}

function format(visits: number): string {
  return visits.toLocaleString('en')
}
