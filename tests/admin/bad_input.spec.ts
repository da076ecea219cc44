import { test } from '@japa/runner'

import { messages } from '../app/page_messages.ts'
import type { TestApp } from '../app/test_app.ts'
import { arriveAsOperator, createAdminApp, createGuests } from '../app/admin_app.ts'
import type { UserKey } from '../app/user_model.ts'

const LIST = '/admin/guests'
const DELETE = '/admin/guests/delete'
const KEYS: UserKey[] = ['increments', 'bigIncrements', 'uuid', 'string']

/**
 * What an operator sends who selects each box of the first page
 */
async function selectFirstPage(app: TestApp, guests: number) {
  for (let count = 0; count < guests; count++) {
    await app.guestUsers.create()
  }
  await app.expireGuests()
  const operator = await arriveAsOperator(app)
  const { text } = await operator.get(LIST)
  const selection = new URLSearchParams({ older_than: '30 days' })
  for (const [, key] of text.matchAll(/name="guests" value="([^"]+)"/g)) {
    selection.append('guests', key)
  }
  return { operator, selection }
}

test.group('Admin pages: what no link of the list says', () => {
  test('shows the list as if it was not there: {query}')
    .with(
      [
        'sort=__proto__',
        'sort=constructor',
        'sort=toString',
        'sort=deletion',
        'sort[a]=-created',
        'sort=created&sort=seen',
        'show=__proto__',
        'show=constructor',
        'show[]=expired',
        'show=expired&show=active',
        'show=older',
        'show=older&age[a]=b',
        'age=30+days',
        'search=',
        'search=+++',
        'search=%00',
        'search[a][b]=c',
        'older_than[a]=b',
        'older_than=1&older_than=2',
        'after=',
        'before[]=x',
        'after[__proto__]=x',
        '__proto__[show]=expired',
        'constructor[prototype][show]=expired',
        '%',
        '%E0%A4%A',
        '&&&===',
        'guests=1',
      ].map((query) => ({ query }))
    )
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

  test('whose list cannot be read are refused: {query}')
    .with(
      [
        'show=expired&show=active',
        'show=everybody',
        'show=older&age=soon',
        'show=older',
        'search=ann&search=bob',
      ].map((query) => ({ query }))
    )
    .run(async ({ assert, cleanup }, { query }) => {
      const app = await createAdminApp()
      cleanup(() => app.close())
      await createGuests(app, [40, 41])
      const operator = await arriveAsOperator(app)

      const { status, location } = await operator.get(`${DELETE}?all=1&older_than=1d&${query}`)
      assert.equal(status, 303)
      const { text } = await operator.get(location!)
      assert.include(messages(text).join(), 'It is not clear which guests you mean.')
    })

  test('two thousand are too many, and no age is lost on the way', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const [id] = await createGuests(app, [1])
    const operator = await arriveAsOperator(app)

    const many = Array.from({ length: 1100 }, (_, index) => `guests=${index}`).join('&')
    const { location } = await operator.get(`${DELETE}?${many}&older_than=30d`)
    const { text } = await operator.get(location!)
    assert.deepEqual(messages(text), ['Select at most 1,000 guests, or all that match.'])

    // The same guest, so often that what follows could be cut off
    const same = `guests=${id}&`.repeat(900)
    const page = await operator.get(`${DELETE}?${same}${'x&'.repeat(200)}older_than=30d`)
    assert.include(page.text, 'Nobody of your selection is deleted')
  })

  test('a whole page of {key} keys, without a CSRF token')
    .with(KEYS.map((key) => ({ key })))
    .run(async ({ assert, cleanup }, { key }) => {
      const app = await createAdminApp({ userKey: key })
      cleanup(() => app.close())
      const { operator, selection } = await selectFirstPage(app, 50)
      const path = `${DELETE}?${selection}`
      const hidden = /name="deletion" value="([^"]+)"/.exec((await operator.get(path)).text)!
      const { location } = await operator.post(
        DELETE,
        { deletion: hidden[1] },
        { referer: app.url + path }
      )
      for (const value of operator.cookies.values()) {
        assert.isBelow(value.length, 4000, 'A browser would drop the cookie and its message')
      }
      // Where the framework leads back to, without a query
      const { text } = await operator.follow(new URL(location!).pathname)
      assert.deepEqual(messages(text), ['Invalid or expired CSRF token'])
      assert.equal(await app.count('guests'), 50)
    })
})
