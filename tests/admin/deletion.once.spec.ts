import { test } from '@japa/runner'

import { arriveAsOperator, createAdminApp, createGuests, type Operator } from '../app/admin_app.ts'
import { messages } from '../app/page_messages.ts'

const DELETE = '/admin/guests/delete'
const OLD_AND_NEW = [40, 35, 31, 1]

test.group('Admin pages: deleting', () => {
  test('opening the URL deletes nothing, and neither does a forged form: {name}')
    .with([
      { name: 'GET', forge: (operator: Operator) => operator.get(`${DELETE}?all=1&older_than=1s`) },
      {
        name: 'no token against forgery',
        forge: (operator: Operator) =>
          operator.press(`${DELETE}?all=1&older_than=1d`, DELETE, { _csrf: '' }),
      },
      {
        name: 'another confirmation',
        forge: (operator: Operator) =>
          operator.press(`${DELETE}?all=1&older_than=1d`, DELETE, { deletion: 'e30.forged' }),
      },
      {
        name: 'no confirmation',
        forge: (operator: Operator) =>
          operator.press(`${DELETE}?all=1&older_than=1d`, DELETE, { deletion: '' }),
      },
    ])
    .run(async ({ assert, cleanup }, { forge }) => {
      const app = await createAdminApp()
      cleanup(() => app.close())
      await createGuests(app, OLD_AND_NEW)
      const operator = await arriveAsOperator(app)
      const { status } = await forge(operator)
      assert.isBelow(status, 500)
      assert.equal(await app.count('guests'), OLD_AND_NEW.length)
    })

  test('a form that makes no sense is refused in words: {query}')
    .with([
      { query: 'all=1', words: 'Fill in an age' },
      { query: 'all=1&older_than=', words: 'Fill in an age' },
      { query: 'all=1&older_than=-3d', words: 'Fill in an age' },
      { query: 'all=1&older_than=99999999y', words: 'Fill in an age' },
      { query: 'all=1&older_than=soon', words: 'Fill in an age' },
      { query: 'all=1&older_than=1d&older_than=2d', words: 'Fill in an age' },
      { query: 'older_than=1d', words: 'Select at least one guest' },
      { query: 'guests[a]=1&older_than=1d', words: 'Select at least one guest' },
    ])
    .run(async ({ assert, cleanup }, { query, words }) => {
      const app = await createAdminApp()
      cleanup(() => app.close())
      await createGuests(app, OLD_AND_NEW)
      const operator = await arriveAsOperator(app)
      const { status, location } = await operator.get(`${DELETE}?${query}`)
      assert.equal(status, 303)
      const { text } = await operator.get(location!)
      assert.include(messages(text).join(), words)
      assert.equal(await app.count('guests'), OLD_AND_NEW.length)
    })
})
