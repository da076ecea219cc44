import { messages } from './page_messages.ts'
import { createAdminApp, type Operator } from './admin_app.ts'
import type { TestAppOptions } from './test_app.ts'

const LIST = '/admin/guests'

/**
 * An application whose support staff may convert guests
 *
 * @returns the addresses that got the mail as well
 */
export async function createConvertingApp({ guestUser, ...options }: TestAppOptions = {}) {
  const mails: unknown[] = []
  const app = await createAdminApp({
    ...options,
    guestUser: {
      ...guestUser,
      admin: {
        sendPasswordReset: (user: any) => void mails.push(user.email),
        ...guestUser?.admin,
      },
    },
  })
  return { app, mails }
}

/**
 * Fills in the form on the page of a guest
 */
export async function convert(
  operator: Operator,
  id: number | string,
  fields: Record<string, string>
) {
  const path = `${LIST}/${encodeURIComponent(id)}`
  const answer = await operator.press(path, `${path}/convert`, fields)
  const page = answer.location && (await operator.get(answer.location))
  return { ...answer, page: page ? page.text : '', messages: page ? messages(page.text) : [] }
}
