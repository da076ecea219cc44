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
})

test.group('Admin pages: selections', () => {
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

test.group('Admin pages: what has to travel', () => {
  test('a typed age of any length, and the message about it', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const operator = await arriveAsOperator(app)
    for (const age of ['x'.repeat(6000), '€'.repeat(1000), '<b>'.repeat(50)]) {
      const query = new URLSearchParams({ all: '1', older_than: age })
      const { location } = await operator.get(`${DELETE}?${query}`)
      for (const value of operator.cookies.values()) {
        assert.isBelow(value.length, 4000)
      }
      assert.match(messages((await operator.get(location!)).text)[0], /^Fill in an age/)
    }
  })
})
