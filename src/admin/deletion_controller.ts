import type { HttpContext } from '@adonisjs/core/http'

import { ListState, PageQuery } from './list_state.ts'
import { createUrlFor } from '../pages/render_page.ts'
import {
  runDeletionStep,
  describeOutcome,
  sealDeletion,
  unsealDeletion,
  type Deletion,
} from './deletion.ts'
import { renderAdminPage } from './render_admin_page.ts'
import { createCountTexts, createTexts } from '../pages/texts.ts'
import { readSelection, type Selection } from './selection.ts'
import type { BoundedCount } from '../count.ts'

/**
 * What a delete would do, before anything is done
 */
export async function showDeletion(ctx: HttpContext) {
  const manager = await ctx.containerResolver.make('guestUser.manager')
  const list = ListState.read(ctx).query()
  const selection = await readSelection(ctx, manager)
  if (typeof selection === 'string') {
    // A refused form leads back to this page, but without its selection
    ctx.session.flash('error', ctx.session.flashMessages.get('error', selection))
    return goToList(ctx, { ...list, ...olderThan(ctx) })
  }

  const { inventory } = await manager.engine.load()
  const [going, selected] = await inventory.count([selection.going, selection.selected])
  const dependents = await inventory.dependents(selection.going)
  const deletion = await sealDeletion(ctx, describe(selection, list, going.total))

  const urlFor = await createUrlFor(ctx)
  return renderAdminPage(ctx, 'delete', {
    going,
    dependents,
    left: describeLeft(selection, { going, selected, blocked: dependents.blocked }),
    cutoff: selection.age === undefined ? undefined : selection.going.before,
    expireBy: manager.expiry.property,
    deletion,
    deleteUrl: urlFor('guest_user.admin.destroy'),
    cancelUrl: urlFor('guest_user.admin.index', {}, list),
  })
}

/**
 * Deletes for a moment, then shows how far it got. The script of the progress
 * page asks for `step`: it could not show a flash message
 */
export async function createDeletion(ctx: HttpContext) {
  const manager = await ctx.containerResolver.make('guestUser.manager')
  const deletion = await unsealDeletion(ctx, ctx.request.input('deletion'))
  const command = ctx.request.input('command')
  if (!deletion) {
    return refuseStale(ctx)
  }
  if (command === 'stop') {
    return finish(ctx, deletion)
  }

  const done = deletion.isFinished ? deletion : await runDeletionStep(manager, deletion)
  if (done.isFinished && command !== 'step') {
    return finish(ctx, done)
  }
  const urlFor = await createUrlFor(ctx)
  const run = await sealDeletion(ctx, done)
  return ctx.response
    .redirect()
    .status(303)
    .toPath(urlFor('guest_user.admin.progress', {}, { run }))
}

export async function showProgress(ctx: HttpContext) {
  const run = ctx.request.qs().run
  const deletion = await unsealDeletion(ctx, run)
  if (!deletion) {
    return refuseStale(ctx)
  }

  const { outcome, total = 0, took } = deletion
  const done = outcome.deleted + outcome.blocked + outcome.left
  const seconds = Math.ceil((took / 1000) * (total / Math.max(done, 1) - 1))
  const urlFor = await createUrlFor(ctx)
  return renderAdminPage(ctx, 'progress', {
    done: deletion.isFinished ? total : Math.min(done, total),
    stage: deletion.isFinished ? 'finished' : 'running',
    total,
    seconds: deletion.isFinished ? 0 : seconds,
    deletion: run,
    deleteUrl: urlFor('guest_user.admin.destroy'),
  })
}

function describe(
  { going, selected, picked }: Selection,
  list: Deletion['list'],
  total: number
): Deletion {
  return {
    userIds: picked === undefined ? undefined : selected.userIds,
    expected: picked === undefined ? undefined : total,
    list,
    since: going.since?.toISO() ?? undefined,
    before: going.before?.toISO() ?? undefined,
    outcome: { deleted: 0, blocked: 0, left: 0, holders: [], isKept: false },
    took: 0,
  }
}

/**
 * Why some of the selection stay
 */
function describeLeft(
  { picked, age = '' }: Selection,
  counts: { going: BoundedCount; selected: BoundedCount; blocked: BoundedCount }
): {
  text: 'admin.left_younger' | 'admin.left_gone' | 'admin.left_held'
  count: BoundedCount
  age: string
}[] {
  const { going, selected, blocked } = counts
  const younger = { total: selected.total - going.total, isMore: selected.isMore }
  const gone = { total: (picked ?? selected.total) - selected.total, isMore: false }
  const reasons = [
    { text: 'admin.left_younger' as const, count: younger, age },
    { text: 'admin.left_gone' as const, count: gone, age },
    { text: 'admin.left_held' as const, count: blocked, age },
  ]
  return reasons.filter(({ count }) => count.total > 0)
}

async function refuseStale(ctx: HttpContext) {
  ctx.session.flash('error', createTexts(ctx)('admin.stale_confirmation'))
  return goToList(ctx, {})
}

/**
 * Back to the list as it was, with what happened
 */
async function finish(ctx: HttpContext, deletion: Deletion) {
  const { success, error } = describeOutcome(deletion, createTexts(ctx), createCountTexts(ctx))
  ctx.session.flash('success', success)
  if (error) {
    ctx.session.flash('error', error)
  }
  return goToList(ctx, deletion.list)
}

async function goToList(ctx: HttpContext, query: Record<string, string>) {
  const urlFor = await createUrlFor(ctx)
  return ctx.response
    .redirect()
    .status(303)
    .toPath(urlFor('guest_user.admin.index', {}, query))
}

/**
 * What was typed is corrected, not typed again
 */
function olderThan(ctx: HttpContext): Record<string, string> {
  const typed = new PageQuery(ctx).text('older_than')
  return typed !== undefined && typed.length <= 100 ? { older_than: typed } : {}
}
