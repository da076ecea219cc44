import { test } from '@japa/runner'

import { FIRST_ID } from '../app/guest_rows.ts'
import { arriveAsOperator, createAdminApp, createGuests, OPERATOR } from '../app/admin_app.ts'
import { messages } from '../app/page_messages.ts'
import { confirmAll } from '../app/deletion_pages.ts'

const LIST = '/admin/guests'
const DELETE = '/admin/guests/delete'

test.group('Admin pages: one guest', () => {
  test('is shown, and deleted at any age', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const [id] = await createGuests(app, [0])
    const operator = await arriveAsOperator(app)
    const { text } = await operator.get(`${LIST}/${id}`)
    assert.include(text, `<h1>${id}@guest.invalid</h1>`)
    assert.include(text, `href="${DELETE}?guests=${id}"`)

    const { messages: shown } = await confirmAll(operator, `guests=${id}`)
    assert.deepEqual(shown, ['1 guest was deleted.'])
    assert.isNull(await app.User.find(id))
  })

  test('who is none leads back to the list: {id}')
    .with([
      { id: '7' },
      { id: 'nobody' },
      { id: '99999999999999999999' },
      { id: '-1' },
      { id: '%00' },
      { id: String(FIRST_ID) },
    ])
    .run(async ({ assert, cleanup }, { id }) => {
      const app = await createAdminApp()
      cleanup(() => app.close())
      const operator = await arriveAsOperator(app)
      const { status, location } = await operator.get(`${LIST}/${id}`)
      assert.equal(status, 303)
      assert.include(messages((await operator.get(location!)).text).join(), 'not there any more')
    })

  test('becomes a regular user, and gets the mail', async ({ assert, cleanup }) => {
    const mails: string[] = []
    const app = await createAdminApp({
      guestUser: {
        admin: {
          sendPasswordReset: (user: any) => {
            mails.push(user.email)
          },
        },
      },
    })
    cleanup(() => app.close())
    const [id] = await createGuests(app, [1])
    const operator = await arriveAsOperator(app)
    const convert = (email: string) =>
      operator.press(`${LIST}/${id}`, `${LIST}/${id}/convert`, { email })

    for (const [email, problem] of [
      ['nobody', 'This does not look like an email address'],
      ['', 'This cannot be empty'],
      [OPERATOR, 'Another account has this address.'],
    ]) {
      const { location } = await convert(email)
      assert.include((await operator.get(location!)).text, problem)
    }
    assert.equal(await app.count('guests'), 1)

    const { location } = await convert('ann@example.com')
    assert.match(messages((await operator.get(location!)).text)[0], /is a regular user now/)
    assert.deepEqual(mails, ['ann@example.com'])
    assert.equal(await app.count('guests'), 0)
    assert.equal((await app.User.findOrFail(id)).email, 'ann@example.com')
  })
})
