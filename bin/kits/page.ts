import { format, resolveConfig } from 'prettier'
import { readFile, writeFile } from 'node:fs/promises'

import type { WalkResult } from './walk_kit.ts'
import { KITS } from './kits.ts'
import type { Problem } from './state.ts'
import type { DoneEdit } from './set_up.ts'

const PAGE = 'docs/starter_kits.md'

/**
 * Puts the results into docs/starter_kits.md, and leaves those of other kits there
 */
export async function writePage(results: WalkResult[]) {
  let page = await readFile(PAGE, 'utf-8')
  for (const result of results) {
    const { name } = result.kit
    page = fill(page, 'table', (table) => setColumn(table, name, listCells(result)))
    page = fill(page, name, () => describeKit(result))
  }
  const options = await resolveConfig(PAGE)
  await writeFile(PAGE, await format(page, { ...options, filepath: PAGE }))
}

/**
 * One column of the table
 */
function listCells(result: WalkResult): Record<string, string> {
  const { before, after, seconds, edits, findings, passed, failures } = result
  const commands = new Set([...Object.keys(seconds), ...KITS.flatMap((kit) => kit.commands)])
  const formatSeconds = (value?: number) => (value === undefined ? '' : `${value.toFixed(0)} s`)
  const together = Object.values(seconds).reduce((sum, value) => sum + value, 0)
  const [oneLine, ...more] = edits
  return {
    ...Object.fromEntries(
      [...commands].map((command) => [`\`${command}\``, formatSeconds(seconds[command])])
    ),
    'together': formatSeconds(together),
    'the one line': oneLine ? countLines([oneLine]) : 'none needed',
    'more by hand': more.length ? countLines(more) : 'none needed',
    '`npm run lint`': `${count(before.lint)} → ${count(after.lint)}`,
    '`npm run typecheck`': `${count(before.typecheck)} → ${count(after.typecheck)}`,
    '`npm test`': `${before.tests} → ${after.tests}`,
    '`node ace guest:doctor`': findings.join(', ') || 'finds nothing',
    'checks of the journeys': failures.length
      ? `${passed} passed, ${failures.length} failed`
      : `${passed} passed`,
  }
}

function count({ length }: Problem[]): string {
  return length === 0 ? 'clean' : `${length} error${length === 1 ? '' : 's'}`
}

function countLines(edits: DoneEdit[]): string {
  const sum = (column: 'added' | 'removed') =>
    edits.reduce((total, edit) => total + edit[column], 0)
  return `+${sum('added')} −${sum('removed')}`
}

/**
 * The table with another column, or the column of that name anew
 */
function setColumn(table: string, name: string, cells: Record<string, string>): string {
  const [header = [], ...rows] = table
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^[|\s:-]+$/.test(line))
    .map((line) => line.split('|').slice(1, -1))
    .map((row) => row.map((cell) => cell.trim()))
  const old = (step: string, kit: string) => {
    return rows.find((row) => row[0] === step)?.[header.indexOf(kit)] ?? ''
  }

  const names = KITS.map((kit) => kit.name).filter((kit) => kit === name || header.includes(kit))
  const lines = Object.entries(cells)
    .map(([step, cell]) => [step, ...names.map((kit) => (kit === name ? cell : old(step, kit)))])
    .filter(([, ...values]) => values.some(Boolean))
  return [['step', ...names], ['---', ...names.map(() => '---')], ...lines]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n')
}

function describeKit({ configured, edits }: WalkResult): string {
  const byHand = edits.map(({ title, file, diff }) => {
    const lines = diff.split('\n').filter((line) => /^[+-](?![+-]{2} )/.test(line))
    return `${title}\n\n\`\`\`diff\n ${file}\n${lines.join('\n')}\n\`\`\``
  })
  return [
    'What `configure` changes:',
    `\`\`\`text\n${configured.trimEnd().replaceAll(/\d{13}/g, '1234567890123')}\n\`\`\``,
    edits.length ? 'By hand:' : 'Nothing is left to do by hand.',
    ...byHand,
  ].join('\n\n')
}

/**
 * @throws when the page has no such place
 */
function fill(page: string, place: string, write: (old: string) => string): string {
  const [start, end] = [`<!-- ${place}: written by npm run kits -->`, `<!-- end of ${place} -->`]
  const [before, rest] = page.split(start)
  const [old, after] = (rest ?? '').split(end)
  if (after === undefined) {
    throw new Error(`${PAGE} has no place for ${place}: ${start} … ${end}`)
  }
  return `${before}${start}\n\n${write(old)}\n\n${end}${after}`
}
