import { test } from '@japa/runner'

import { messages } from '../app/page_messages.ts'
import {
  arriveAsOperator,
  createAdminApp,
  createGuests,
  selectFirstPage,
} from '../app/admin_app.ts'
import type { UserKey } from '../app/user_model.ts'

const LIST = '/admin/guests'
const DELETE = '/admin/guests/delete'
const KEYS: UserKey[] = ['increments', 'bigIncrements', 'uuid', 'string']

test.group('Admin pages: what no link of the list says', () => {
  test('shows the list as if it was not there: {query}')
    .with(['search=', 'search=+++', 'search=%00', 'search[a][b]=c'].map((query) => ({ query })))
    .run(async ({ assert, cleanup }, { query }) => {
      const app = await createAdminApp()
      cleanup(() => app.close())
      await createGuests(app, [40, 1])
      const operator = await arriveAsOperator(app)

      const { status, text } = await operator.get(`${LIST}?${query}`)
      assert.equal(status, 200)
      assert.include(text, '<caption>2 guests</caption>')
      assert.notInclude(text, '[object Object]')
    })

  test('a search for whatever somebody may type: {term}')
    .with(
      [
        '%',
        '_',
        `'`,
        '"',
        '\\',
        '`; drop table guests; --',
        '{count}',
        '{',
        '<script>alert(1)</script>',
        '\ud83d',
        '😀'.repeat(127),
        // Cut off within a character
        'x' + '😀'.repeat(127),
        'İ',
        'x'.repeat(5000),
        '-1',
        '1e5',
        '99999999999999999999999',
        '2147483648',
        '9223372036854775808',
        'a\u0000b',
        '\u202e\u200b',
      ].map((term) => ({ term }))
    )
    .run(async ({ assert, cleanup }, { term }) => {
      const app = await createAdminApp()
      cleanup(() => app.close())
      await createGuests(app, [40, 1])
      const operator = await arriveAsOperator(app)

      const { status, text } = await operator.get(
        `${LIST}?${new URLSearchParams({ search: term })}`
      )
      assert.equal(status, 200, text)
      assert.include(text, 'No guest matches.')
      assert.notInclude(text, '<script>alert')
    })

  test('a search with a comma finds what it says', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const [ann] = await createGuests(app, [40, 40])
    await app.db.from('users').where('id', ann).update({ full_name: 'Miller, Ann' })
    const operator = await arriveAsOperator(app)

    // As browsers write it, and as people do
    for (const term of ['Miller%2C+Ann', 'Miller,%20Ann']) {
      const { text } = await operator.get(`${LIST}?search=${term}`)
      assert.include(text, '<caption>1 guest</caption>')
      assert.include(text, 'value="Miller, Ann"')
    }

    const page = `${DELETE}?all=1&search=Miller,%20Ann&older_than=1d`
    assert.include((await operator.get(page)).text, 'Delete 1 guest?')
    await operator.press(page, DELETE)
    assert.equal(await app.count('guests'), 1)
    assert.isNull(await app.User.find(ann))
  })
})

test.group('Admin pages: selections', () => {
  test('a whole page of them: {key} keys')
    .with(KEYS.map((key) => ({ key })))
    .run(async ({ assert, cleanup }, { key }) => {
      const app = await createAdminApp({ userKey: key })
      cleanup(() => app.close())
      const { operator, selection } = await selectFirstPage(app, 52)
      assert.lengthOf(selection.getAll('guests'), 50)
      const page = await operator.get(`${DELETE}?${selection}`)
      assert.include(page.text, 'Delete 50 guests?')

      const { location } = await operator.send(page.text, DELETE)
      assert.deepEqual(messages((await operator.get(location!)).text), ['50 guests were deleted.'])
      assert.equal(await app.count('guests'), 2)
    })
})
