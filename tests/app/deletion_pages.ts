import { Visitor } from './visitor.ts'
import type { TestApp } from './test_app.ts'
import type { Operator } from './admin_app.ts'
import { messages } from './page_messages.ts'

const DELETE = '/admin/guests/delete'

/**
 * Submits a confirmation page that was opened before. On a busy machine the deletion
 * takes several steps
 */
export async function confirm(operator: Operator, page: { text: string }) {
  let answer = await operator.send(page.text, DELETE)
  while (answer.location?.includes('/progress')) {
    const progress = await operator.get(answer.location)
    answer = await operator.send(progress.text, DELETE)
  }
  const list = await operator.get(answer.location!)
  return { ...answer, messages: messages(list.text) }
}

export async function confirmAll(operator: Operator, query: string) {
  return confirm(operator, await operator.get(`${DELETE}?${query}`))
}

/**
 * Visits the site as a returning user
 */
export async function comeBack(app: TestApp, id: number | string) {
  const visitor = new Visitor(app.url)
  await visitor.get(`/log-in/${id}`)
  await visitor.get('/cart')
}

/**
 * What the confirmation page says about a table
 */
export function effectOn(table: string, html: string) {
  const row = html.split('<tr').find((part) => part.includes(`<code>${table}</code>`))
  return row
    ?.slice(row.indexOf('<code>'))
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
}
