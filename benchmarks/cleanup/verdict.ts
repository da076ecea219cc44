import { median, percentile } from './statistics.ts'
import type { Speed } from './speed.ts'
import type { Cleaned } from './cleaner_process.ts'
import type { Requests, Windows } from './requests.ts'

interface Line {
  what: string
  figure: string
  target?: string
  isMissed?: boolean
}

export interface Measured {
  speed: Speed
  longRun: Cleaned
  requests: Requests
}

const MIN_RATIO = 0.8
const MAX_TRANSACTION = 250
const MAX_MEMORY = 50
const MAX_P99_RATIO = 2

/**
 * Compares the measurements with the targets
 */
export class Verdict {
  #lines: Line[]

  constructor(guests: number, { speed, longRun, requests }: Measured) {
    const ratio = median(speed.rounds.map(({ raw, cleanup }) => raw / cleanup))
    const raw = guests / median(speed.rounds.map((round) => round.raw))
    const cleanup = guests / median(speed.rounds.map((round) => round.cleanup))
    const transactions = [...speed.transactions, ...longRun.transactions, ...requests.transactions]
    const whole = transactions.map((transaction) => transaction.whole)
    const longest = Math.max(...whole)
    const longestWork = Math.max(...transactions.map(({ beforeCommit }) => beforeCommit))
    const p99 = (way: keyof Windows) =>
      percentile(
        requests.windows.flatMap((windows) => windows[way]),
        0.99
      )
    const [quiet, busy, counting] = [p99('quiet'), p99('busy'), p99('counting')]
    const { peak, kept } = longRun.memory

    this.#lines = [
      { what: 'raw DELETE', figure: `${raw.toFixed(0)} guests/s` },
      { what: 'cleanup', figure: `${cleanup.toFixed(0)} guests/s` },
      {
        what: 'ratio (median of rounds)',
        figure: ratio.toFixed(2),
        target: `at least ${MIN_RATIO}`,
        isMissed: ratio < MIN_RATIO,
      },
      {
        what: `longest of ${transactions.length} transactions`,
        figure: `${longest.toFixed(0)} ms`,
        target: `under ${MAX_TRANSACTION} ms`,
        isMissed: longest >= MAX_TRANSACTION,
      },
      { what: 'longest until its COMMIT was sent', figure: `${longestWork.toFixed(0)} ms` },
      { what: 'their median', figure: `${median(whole).toFixed(0)} ms` },
      {
        what: `memory for ${longRun.result.deleted} guests, peak`,
        figure: `${peak.toFixed(0)} MiB`,
        target: `under ${MAX_MEMORY} MiB`,
        isMissed: peak >= MAX_MEMORY,
      },
      { what: 'heap that is still in use at the end', figure: `${kept.toFixed(1)} MiB` },
      { what: 'p99 of requests, without a cleanup', figure: `${quiet.toFixed(1)} ms` },
      { what: 'p99 while one processor is busy', figure: `${counting.toFixed(1)} ms` },
      { what: 'p99 during a cleanup', figure: `${busy.toFixed(1)} ms` },
      {
        what: 'p99, with a cleanup to without',
        figure: (busy / quiet).toFixed(2),
        target: `at most ${MAX_P99_RATIO}`,
        isMissed: busy / quiet > MAX_P99_RATIO,
      },
    ]
  }

  get isMissed(): boolean {
    return this.#lines.some((line) => line.isMissed)
  }

  table(): string {
    const rows = this.#lines.map(({ what, figure, target = '', isMissed }) => {
      const verdict = target && (isMissed ? 'missed' : 'met')
      return `| ${what.padEnd(40)} | ${figure.padStart(15)} | ${target.padEnd(14)} | ${verdict.padEnd(6)} |`
    })
    return ['', ...rows, ''].join('\n')
  }
}
