import { Writable } from 'node:stream'
import { test } from '@japa/runner'

import { Visitor } from '../app/visitor.ts'
import { FIRST_ID } from '../app/guest_rows.ts'
import {
  arriveAsOperator,
  createAdminApp,
  createGuests,
  OPERATOR,
  type Operator,
} from '../app/admin_app.ts'

const LIST = '/admin/guests'
const DELETE = '/admin/guests/delete'
const OLD_AND_NEW = [40, 35, 31, 1]

/**
 * Opens the confirmation page for a query, and confirms
 */
async function confirm(operator: Operator, query: string, fields: Record<string, string> = {}) {
  const answer = await operator.press(`${DELETE}?${query}`, DELETE, fields)
  const list = await operator.get(answer.location!)
  return { ...answer, list: list.text }
}

/**
 * What a page shows in elements with a role of their own
 */
function messages(html: string): string[] {
  return [...html.matchAll(/role="(?:status|alert)">([^<]*)</g)].map(([, text]) => text)
}

test.group('Admin pages: who gets in', () => {
  test('nobody, without "admin.authorize"; the log says once what to add', async ({
    assert,
    cleanup,
  }) => {
    const lines: string[] = []
    const log = new Writable({
      write(chunk, _, done) {
        lines.push(String(chunk))
        done()
      },
    })
    const app = await createAdminApp({ log, guestUser: { admin: { authorize: undefined } } })
    cleanup(() => app.close())
    const operator = await arriveAsOperator(app)

    for (const path of [LIST, `${LIST}/1`, DELETE, `${LIST}/admin.css`, `${LIST}/admin.js`]) {
      assert.equal((await operator.get(path)).status, 403, path)
    }
    const warnings = lines.filter((line) => line.includes('admin: { authorize:'))
    assert.lengthOf(warnings, 1)
  })

  test('neither guests nor anonymous visitors, whatever "authorize" says', async ({
    assert,
    cleanup,
  }) => {
    let asked = 0
    const authorize = () => {
      asked += 1
      return true
    }
    const app = await createAdminApp({ guestUser: { admin: { authorize } } })
    cleanup(() => app.close())

    const visitor = new Visitor(app.url)
    assert.equal((await visitor.get(LIST)).status, 403)
    await visitor.get('/cart')
    assert.equal((await visitor.get(LIST)).status, 403)
    assert.equal(asked, 0)

    const operator = await arriveAsOperator(app)
    assert.equal((await operator.get(LIST)).status, 200)
    assert.equal(asked, 1)
  })

  test('only who is told "true": {name}')
    .with([
      { name: 'false', authorize: () => false, status: 403 },
      { name: 'a forgotten return', authorize: () => undefined as never, status: 403 },
      { name: 'something truthy', authorize: () => 'yes' as never, status: 403 },
      { name: 'true, later', authorize: async () => true, status: 200 },
    ])
    .run(async ({ assert, cleanup }, { authorize, status }) => {
      const app = await createAdminApp({ guestUser: { admin: { authorize } } })
      cleanup(() => app.close())
      const operator = await arriveAsOperator(app)
      assert.equal((await operator.get(LIST)).status, status)
    })
})

test.group('Admin pages: deleting', () => {
  test('only those of the selection who are older go', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const ids = await createGuests(app, OLD_AND_NEW)
    const operator = await arriveAsOperator(app)
    const query = `guests=${ids[0]}&guests=${ids[3]}&older_than=30+days`

    const { text } = await operator.get(`${DELETE}?${query}`)
    assert.include(text, 'Delete 1 guest?')
    assert.include(text, '1 guest is younger than 30 days.')
    assert.match(text, /<code>notes<\/code>[^]*?>1<\/td>[^]*?Deleted with them/)
    assert.equal(await app.count('guests'), 4)

    const { status, list } = await confirm(operator, query)
    assert.equal(status, 303)
    assert.deepEqual(messages(list), ['1 guest was deleted.'])
    assert.equal(await app.count('guests'), 3)
    assert.equal(await app.count('notes'), 3)
    assert.isNull(await app.User.find(ids[0]))
    assert.isNotNull(await app.User.find(ids[3]))
  })

  test('all that match', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const ids = await createGuests(app, OLD_AND_NEW)
    const operator = await arriveAsOperator(app)

    const { list } = await confirm(operator, 'all=1&show=expired&older_than=33+days')
    assert.deepEqual(messages(list), ['2 guests were deleted.'])
    assert.isNotNull(await app.User.find(ids[2]))
  })

  test('a regular user in the selection stays, always', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const [guest] = await createGuests(app, [40])
    const operator = await arriveAsOperator(app)
    const account = await app.User.findByOrFail('email', OPERATOR)

    const query = `guests=${account.id}&guests=${guest}&older_than=30d`
    const { text } = await operator.get(`${DELETE}?${query}`)
    assert.include(text, '1 selected user is not a guest, or not any more.')
    const { list } = await confirm(operator, query)
    assert.deepEqual(messages(list), ['1 guest was deleted.'])
    assert.isNotNull(await app.User.find(account.id))
  })

  test('a guest who converts before the click stays, and the page says so', async ({
    assert,
    cleanup,
  }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const ids = await createGuests(app, [40, 41])
    const operator = await arriveAsOperator(app)
    const { text } = await operator.get(`${DELETE}?guests=${ids[0]}&guests=${ids[1]}&older_than=1d`)

    await app.guestUsers.convert(ids[0], { email: 'ann@example.com', password: 'secret12' })
    const { location } = await operator.send(text, DELETE)
    const list = await operator.get(location!)
    assert.deepEqual(messages(list.text), [
      '1 guest was deleted.',
      '1 guest was gone already, or came back.',
    ])
    assert.isNotNull(await app.User.find(ids[0]))
  })

  test('a table that forbids it is named, before and after', async ({ assert, cleanup }) => {
    const app = await createAdminApp({
      async prepare({ db }) {
        await db.connection().schema.createTable('invoices', (table) => {
          table.increments('id')
          table.integer('user_id').unsigned().references('id').inTable('users').onDelete('RESTRICT')
        })
      },
    })
    cleanup(() => app.close())
    const ids = await createGuests(app, OLD_AND_NEW)
    await app.db.table('invoices').insert({ user_id: ids[1] })
    const operator = await arriveAsOperator(app)

    const query = 'all=1&older_than=30d'
    const { text } = await operator.get(`${DELETE}?${query}`)
    assert.include(text, '1 guest cannot be deleted: rows of other tables forbid it.')
    assert.match(text, /<code>invoices<\/code>[^]*?>1<\/td>[^]*?Forbid the delete/)

    const { list } = await confirm(operator, query)
    assert.deepEqual(messages(list), [
      '2 guests were deleted.',
      '1 guest could not be deleted, because rows in invoices point at them.',
    ])
  })

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

  test('a long deletion goes on step by step, and can be stopped', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const batches = { now: 0 }
    // Each batch takes as long as a step may: so a step is one batch
    app.emitter.on('guest_user:deleted', async () => {
      batches.now += 1
      await new Promise((resolve) => setTimeout(resolve, 2100))
    })
    const total = 4100
    await createGuests(
      app,
      Array.from({ length: total }, () => 40)
    )
    const operator = await arriveAsOperator(app)

    const first = await operator.press(`${DELETE}?all=1&older_than=1d`, DELETE)
    assert.equal(batches.now, 1)
    const left = await app.count('guests')
    assert.isBelow(left, total)
    assert.isAbove(left, 0)

    const progress = await operator.get(first.location!)
    assert.include(progress.text, `max="${total}" value="${total - left}"`)
    assert.include(progress.text, 'data-deletion="running"')

    const second = await operator.send(progress.text, DELETE)
    assert.equal(batches.now, 2)
    const after = await app.count('guests')
    const stopped = await operator.send((await operator.get(second.location!)).text, DELETE, {
      command: 'stop',
    })
    const list = await operator.get(stopped.location!)
    const gone = (total - after).toLocaleString('en')
    assert.deepEqual(messages(list.text), [`Stopped. ${gone} guests were deleted.`])
    assert.equal(await app.count('guests'), after)
    assert.equal(await app.count('users'), after + 1)
  }).timeout(60_000)
})

test.group('Admin pages: one guest', () => {
  test('is shown, and deleted at any age', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const [id] = await createGuests(app, [0])
    const operator = await arriveAsOperator(app)
    const { text } = await operator.get(`${LIST}/${id}`)
    assert.include(text, `<h1>${id}@guest.invalid</h1>`)
    assert.include(text, `href="${DELETE}?guests=${id}"`)

    const { list } = await confirm(operator, `guests=${id}`)
    assert.deepEqual(messages(list), ['1 guest was deleted.'])
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
