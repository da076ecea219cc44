import type { Deletion } from './deletion.ts'
import type { CountTexts, Texts } from '../pages/texts.ts'

/**
 * Says what became of the guests
 */
export function describeOutcome(
  { outcome, expected, isFinished }: Deletion,
  text: Texts,
  countText: CountTexts
): { success: string; error?: string } {
  const { deleted, blocked, left, holders, isKept } = outcome
  const gone = isFinished && expected !== undefined ? expected - deleted - blocked - left : 0
  const problems = [
    blocked > 0 && countText('admin.was_blocked', blocked, { tables: holders.join(', ') || '?' }),
    left > 0 && countText('admin.was_left', left),
    left > 0 && text(isKept ? 'admin.kept' : 'admin.in_use'),
    gone > 0 && countText('admin.was_gone', gone),
  ].filter((problem) => problem !== false)

  const success = deleted > 0 ? countText('admin.deleted', deleted) : text('admin.nobody_deleted')
  return {
    success: isFinished ? success : `${text('admin.stopped')} ${success}`,
    error: problems.length > 0 ? problems.join(' ') : undefined,
  }
}
