import type { HttpContext } from '@adonisjs/core/http'

import {
  describeOutcome,
  describeProgress,
  planDeletion,
  runDeletionStep,
  type Deletion,
} from './deletion.ts'
import type { BoundedCount } from '../count.ts'
import { seal, unseal } from './sealed_state.ts'
import { createUrlFor } from '../pages/route_urls.ts'
import { ListState, PageQuery } from './list_state.ts'
import { readSelection, type Selection } from './selection.ts'
import { flash } from '../pages/flash.ts'
import { createCountTexts, createTexts } from '../pages/texts.ts'
import { redirectTo, renderAdminPage } from './render_admin_page.ts'

const PURPOSE = 'deletion'

/**
 * What a deletion would do, before anything is deleted
 */
export async function showDeletion(ctx: HttpContext) {
  const manager = await ctx.containerResolver.make('guestUser.manager')
  const list = ListState.read(ctx).query()
  const selection = await readSelection(ctx, manager)
  if (typeof selection === 'string') {
    // A refused form leads back to this page, but without its selection
    flash(ctx, 'error', ctx.session.flashMessages.get('error', selection))
    return goToList(ctx, { ...list, ...typedAge(ctx) })
  }

  const inventory = await manager.engine.loadInventory()
  const [toDelete, selected] = await inventory.count([selection.toDelete, selection.selected])
  const kept = await inventory.countKept(selection.toDelete)
  const dependents = await inventory.dependents(selection.toDelete)
  const deletion = planDeletion(selection, list, toDelete.total)

  const urlFor = await createUrlFor(ctx)
  return renderAdminPage(ctx, 'delete', {
    toDelete,
    dependents,
    remaining: describeRemaining(selection, {
      toDelete,
      selected,
      kept,
      blocked: dependents.blocked,
    }),
    cutoff: selection.age === undefined ? undefined : selection.toDelete.before,
    expireBy: manager.expiry.property,
    deletion: await seal(ctx, PURPOSE, deletion),
    deleteUrl: urlFor('guest_user.admin.destroy'),
    cancelUrl: urlFor('guest_user.admin.index', {}, list),
  })
}

/**
 * Deletes for a moment, then shows how far it got. The script of the progress
 * page sends the command `step`, which never leads to the list: the script would
 * swallow the flash message
 */
export async function continueDeletion(ctx: HttpContext) {
  const manager = await ctx.containerResolver.make('guestUser.manager')
  const confirmed = await unseal<Deletion>(ctx, PURPOSE, ctx.request.input('deletion'))
  const command = ctx.request.input('command')
  if (!confirmed) {
    return refuseStale(ctx)
  }
  if (command === 'stop') {
    return finish(ctx, confirmed)
  }

  const deletion = confirmed.isFinished ? confirmed : await runDeletionStep(manager, confirmed)
  if (deletion.isFinished && command !== 'step') {
    return finish(ctx, deletion)
  }
  return redirectTo(ctx, 'guest_user.admin.progress', { run: await seal(ctx, PURPOSE, deletion) })
}

export async function showProgress(ctx: HttpContext) {
  const { run } = ctx.request.qs()
  const deletion = await unseal<Deletion>(ctx, PURPOSE, run)
  if (!deletion) {
    return refuseStale(ctx)
  }

  const urlFor = await createUrlFor(ctx)
  return renderAdminPage(ctx, 'progress', {
    ...describeProgress(deletion),
    deletion: run,
    deleteUrl: urlFor('guest_user.admin.destroy'),
  })
}

/**
 * Why some of the selected guests will not be deleted
 */
function describeRemaining(
  { picked, age = '' }: Selection,
  counts: Record<'toDelete' | 'selected' | 'kept' | 'blocked', BoundedCount>
) {
  const { toDelete, selected, kept, blocked } = counts
  const younger = { total: selected.total - toDelete.total, isMore: selected.isMore }
  const missing = { total: (picked ?? selected.total) - selected.total, isMore: false }
  return [
    { text: 'admin.left_younger', count: younger, age },
    { text: 'admin.left_gone', count: missing, age },
    { text: 'admin.left_kept', count: kept, age },
    { text: 'admin.left_held', count: blocked, age },
  ].filter(({ count }) => count.total > 0)
}

function refuseStale(ctx: HttpContext) {
  flash(ctx, 'error', createTexts(ctx)('admin.stale_confirmation'))
  return goToList(ctx)
}

/**
 * Back to the list as it was, with what happened
 */
function finish(ctx: HttpContext, deletion: Deletion) {
  const { success, error } = describeOutcome(deletion, createTexts(ctx), createCountTexts(ctx))
  flash(ctx, 'success', success)
  if (error) {
    flash(ctx, 'error', error)
  }
  return goToList(ctx, deletion.list)
}

function goToList(ctx: HttpContext, query: Record<string, string> = {}) {
  return redirectTo(ctx, 'guest_user.admin.index', query)
}

/**
 * An age with a mistake is corrected, not typed again
 */
function typedAge(ctx: HttpContext): Record<string, string> {
  const typed = new PageQuery(ctx).text('older_than')
  return typed !== undefined && typed.length <= 100 ? { older_than: typed } : {}
}
