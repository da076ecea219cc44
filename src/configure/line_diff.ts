import { diff } from 'node:util'

export interface DiffLine {
  /**
   * A gap stands for lines that are the same on both sides
   */
  kind: 'same' | 'added' | 'removed' | 'gap'
  text: string
}

const KINDS = { '0': 'same', '1': 'removed', '-1': 'added' } as const

/**
 * Lines around a change that tell where it is
 */
const CONTEXT = 2

/**
 * What changes from one text to another
 */
export function diffLines(before: string, after: string): DiffLine[] {
  const lines = diff(before.split('\n'), after.split('\n')).map(([kind, text]) => ({
    kind: KINDS[String(kind) as keyof typeof KINDS],
    text,
  }))
  const isShown = (_: unknown, index: number) =>
    lines
      .slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1)
      .some(({ kind }) => kind !== 'same')

  const result: DiffLine[] = []
  for (const [index, line] of lines.entries()) {
    if (isShown(line, index)) {
      result.push(line)
    } else if (result.length > 0 && result.at(-1)!.kind !== 'gap') {
      result.push({ kind: 'gap', text: '' })
    }
  }
  return result.at(-1)?.kind === 'gap' ? result.slice(0, -1) : result
}
