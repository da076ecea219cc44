import type { Operator } from './admin_app.ts'

const LIST = '/admin/guests'

/**
 * What the list of the admin pages shows, read from its HTML
 */
export interface ListPage {
  rows: ListRow[]

  /**
   * Above the table, such as "3 guests"
   */
  caption?: string

  /**
   * By the name of the filter
   */
  tabs: Record<string, string>
  current?: string
  problems: string[]

  /**
   * Instead of rows
   */
  emptiness?: string
  previous?: string
  next?: string
  first?: string

  /**
   * The day and its number, from the oldest on
   */
  days: [day: string, guests: string][]
  sorts: Record<'created' | 'seen', { direction: string; url: string }>
}

export interface ListRow {
  id: string
  label: string
  url: string
  createdAt: string
  lastSeenAt: string
  expiresAt: string
  isExpired: boolean
}

/**
 * @param query of the list, or the path that a link leads to
 */
export async function openList(operator: Operator, query = ''): Promise<ListPage> {
  const { status, text } = await operator.get(query.startsWith('/') ? query : `${LIST}${query}`)
  if (status !== 200) {
    throw new Error(`${query} answers ${status}`)
  }
  return readListPage(text)
}

export const idsOf = ({ rows }: { rows: { id: string }[] }) => rows.map(({ id }) => Number(id))

export function readListPage(html: string): ListPage {
  return {
    rows: [...html.matchAll(/<tr>\s*<td class="guest-user-check">[^]*?<\/tr>/g)]
      .filter(([row]) => row.includes('name="guests"'))
      .map(([row]) => readRow(row)),
    caption: find(html, /<caption>([^<]*)</),
    tabs: Object.fromEntries(
      [
        ...html.matchAll(/guest-user-tab-(all|active|expired)"[^]*?guest-user-number">([^<]*)</g),
      ].map(([, show, number]) => [show, number])
    ),
    current: find(html, /guest-user-tab-(\w+)" aria-current="page"/),
    problems: [...html.matchAll(/role="alert">([^<]*)</g)].map(([, text]) => unescape(text)),
    emptiness: find(html, /class="guest-user-empty">([^<]*)</),
    previous: find(html, /<a href="([^"]+)" rel="prev">/),
    next: find(html, /<a href="([^"]+)" rel="next">/),
    first: find(html, /<a href="([^"]+)">First page</),
    days: [
      ...html.matchAll(
        /<th scope="row">([^<]*)<\/th>\s*<td class="guest-user-figure">([^<]*)<\/td>/g
      ),
    ]
      .map(([, day, guests]): [string, string] => [day, guests])
      .toReversed(),
    sorts: { created: readSort(html, 'created'), seen: readSort(html, 'seen') },
  }
}

function readRow(row: string): ListRow {
  const [createdAt, lastSeenAt, expiresAt] = [...row.matchAll(/datetime="([^"]+)"/g)].map(
    ([, moment]) => moment
  )
  return {
    id: find(row, /name="guests" value="([^"]*)"/)!,
    label: find(row, /<th scope="row"><a href="[^"]*">([^<]*)</)!,
    url: find(row, /<th scope="row"><a href="([^"]*)"/)!,
    createdAt,
    lastSeenAt,
    expiresAt,
    isExpired: row.includes('guest-user-badge'),
  }
}

function readSort(html: string, column: string) {
  const heading = new RegExp(
    `aria-sort="(\\w+)" class="guest-user-column-${column}">\\s*<a href="([^"]+)"`
  ).exec(html)
  return { direction: heading?.[1] ?? '', url: unescape(heading?.[2] ?? '') }
}

function find(html: string, pattern: RegExp): string | undefined {
  const text = pattern.exec(html)?.[1]
  return text === undefined ? undefined : unescape(text)
}

function unescape(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
