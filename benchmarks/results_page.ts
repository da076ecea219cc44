import os from 'node:os'
import { join } from 'node:path'
import { readFile, writeFile } from 'node:fs/promises'

const PAGE = join(import.meta.dirname, '../docs/benchmarks.md')

export function describeMachine(): string {
  const { model } = os.cpus()[0]
  return `Node.js ${process.version}, ${os.availableParallelism()} processors (${model.trim()})`
}

/**
 * The first row is the head
 */
export function formatTable(rows: string[][]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  const line = (cells: string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`
  const [head, ...others] = rows
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...others.map(line)].join(
    '\n'
  )
}

/**
 * Replaces the part of the page that belongs to these results
 *
 * @param place such as "visits: postgres"
 */
export async function writeResults(place: string, text: string) {
  const [start, end] = [`<!-- ${place} -->`, `<!-- end: ${place.split(': ').at(-1)} -->`]
  const page = await readFile(PAGE, 'utf-8')
  const part = new RegExp(`${start}[^]*?${end}`)
  if (!part.test(page)) {
    throw new Error(`docs/benchmarks.md has no place for ${place}: "${start}" and "${end}"`)
  }
  await writeFile(
    PAGE,
    page.replace(part, () => `${start}\n\n${text}\n\n${end}`)
  )
}
