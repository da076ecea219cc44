import type { HttpContext } from '@adonisjs/core/http'

import { drawChart } from './chart.ts'
import { formatAge } from '../age.ts'
import { createCards } from './guest_card.ts'
import { seal, unseal } from './sealed_state.ts'
import { findListed } from './selection.ts'
import { ListState, ORDERS, PageQuery, type Show } from './list_state.ts'
import { createTexts } from '../pages/texts.ts'
import { createUrlFor } from '../pages/route_urls.ts'
import { renderAdminPage } from './render_admin_page.ts'
import type { PageRequest } from '../inventory/guest_list.ts'
import type { Bookmark } from '../database/bookmark.ts'

const PAGE_SIZE = 50
const TABS: Show[] = ['all', 'active', 'expired']

/**
 * The list of guests, with the chart above it
 */
export async function listGuests(ctx: HttpContext) {
  const manager = await ctx.containerResolver.make('guestUser.manager')
  const inventory = await manager.engine.loadInventory()
  const urlFor = await createUrlFor(ctx)
  const list = ListState.read(ctx)
  const { filter, isPartial } = await findListed(manager, list)

  const sorting = list.sorting(manager.expiry)
  const marks = await readBookmarks(ctx, sorting)
  const [page, counts, history] = await Promise.all([
    inventory.page({
      filter,
      order: ORDERS[sorting],
      size: PAGE_SIZE,
      after: marks.after,
      before: marks.before,
    }),
    inventory.count([
      ...TABS.map((show) => list.filter(manager.expiry, show)),
      ...(hasTab(list) ? [] : [filter]),
    ]),
    inventory.history.read(),
  ])

  const toCard = await createCards(ctx, manager)
  const listUrl = (changes: Parameters<ListState['query']>[0], qs: Record<string, string> = {}) =>
    urlFor('guest_user.admin.index', {}, { ...list.query(changes), ...qs })
  const pageUrl = async (side: 'after' | 'before', bookmark?: Bookmark) =>
    bookmark && listUrl({}, { [side]: await seal(ctx, sorting, bookmark) })

  return renderAdminPage(ctx, 'list', {
    list,
    cards: page.guests.map(toCard),
    total: hasTab(list) ? counts[TABS.indexOf(list.show)] : counts.at(-1),
    isFiltered: list.show !== 'all' || list.term !== '',
    tabs: TABS.map((show, index) => ({
      show,
      count: counts[index],
      url: listUrl({ show }),
      isCurrent: list.show === show,
    })),
    sorts: describeSorts(sorting, (order) => listUrl({ order })),
    chart: history && drawChart(history),
    searchColumns: manager.config.admin.search ?? [],
    clearSearchUrl: listUrl({ term: '' }),
    problems: describeProblems(ctx, list, { isPartial, isLost: marks.isLost }),
    hidden: list.query(),
    deleteUrl: urlFor('guest_user.admin.delete'),
    deleteAge: new PageQuery(ctx).text('older_than') ?? formatAge(manager.expiry.maxAge),
    previousUrl: await pageUrl('before', page.previous),
    nextUrl: await pageUrl('after', page.next),
    firstUrl: marks.after || marks.before ? listUrl({}) : undefined,
  })
}

/**
 * Its guests are counted for the tab anyway
 */
function hasTab({ show, term }: ListState): boolean {
  return TABS.includes(show) && term === ''
}

/**
 * Sealed for one order: in another, the same row is somewhere else
 */
async function readBookmarks(
  ctx: HttpContext,
  sorting: string
): Promise<Pick<PageRequest, 'after' | 'before'> & { isLost: boolean }> {
  const { after, before } = ctx.request.qs()
  const bookmarks = {
    after: (await unseal<Bookmark>(ctx, sorting, after)) ?? undefined,
    before: (await unseal<Bookmark>(ctx, sorting, before)) ?? undefined,
  }
  const isLost =
    (after !== undefined && !bookmarks.after) || (before !== undefined && !bookmarks.before)
  return { ...(isLost ? {} : bookmarks), isLost }
}

function describeSorts(sorting: string, url: (order: string) => string) {
  return Object.fromEntries(
    ['created', 'seen'].map((column) => {
      const isDescending = sorting === `-${column}`
      const isAscending = sorting === column
      return [
        column,
        {
          url: url(isDescending ? column : `-${column}`),
          next: isDescending ? 'admin.oldest_first' : 'admin.newest_first',
          direction: isDescending ? 'descending' : isAscending ? 'ascending' : 'none',
        },
      ]
    })
  )
}

function describeProblems(
  ctx: HttpContext,
  list: ListState,
  { isPartial, isLost }: { isPartial: boolean; isLost: boolean }
): string[] {
  const text = createTexts(ctx)
  return [
    ...(list.hasWrongAge ? [text('admin.wrong_filter_age', { age: list.age })] : []),
    ...(isLost ? [text('admin.wrong_page')] : []),
    ...(isPartial ? [text('admin.search_partial', { term: list.term })] : []),
  ]
}
