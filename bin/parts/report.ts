import type { PartResult } from './run_part.ts'

const COLUMNS = ['passed', 'failed', 'seconds']

function formatRow(name: string, cells: string[]): string {
  return name.padEnd(24) + cells.map((cell) => cell.padStart(9)).join('')
}

function formatResult(result: PartResult): string {
  const { name, passed, failed, seconds } = result
  return formatRow(name, [String(passed), String(failed), seconds.toFixed(1)])
}

/**
 * A table of the parts, what was left out, and a last line for machines
 *
 * @param seconds of all, from start to end: parts run side by side
 */
export function formatReport(results: PartResult[], leftOut: string[], seconds: number): string {
  const sum = (column: 'passed' | 'failed') =>
    results.reduce((total, result) => total + result[column], 0)
  const total = { passed: sum('passed'), failed: sum('failed'), seconds }

  return [
    '',
    formatRow('part', COLUMNS),
    ...results.map(formatResult),
    formatResult({ name: 'total', ...total }),
    ...leftOut,
    '',
    `${total.passed} passed, ${total.failed} failed`,
  ].join('\n')
}
