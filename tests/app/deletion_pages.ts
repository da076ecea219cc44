import { Visitor } from './visitor.ts'
import type { TestApp } from './test_app.ts'
import type { Operator } from './admin_app.ts'
import { messages } from './page_messages.ts'

const DELETE = '/admin/guests/delete'

/**
 * Presses the button of a confirmation page that was opened before
 */
export async function confirm(operator: Operator, page: { text: string }) {
  const answer = await operator.send(page.text, DELETE)
  const list = await operator.get(answer.location!)
  return { ...answer, messages: messages(list.text) }
}

export async function confirmAll(operator: Operator, query: string) {
  return confirm(operator, await operator.get(`${DELETE}?${query}`))
}

/**
 * Visits the site as somebody who has been there before
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
