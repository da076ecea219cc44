import { test } from '@japa/runner'

import { arriveAsOperator, createAdminApp, createGuests, OPERATOR } from '../app/admin_app.ts'
import { messages } from '../app/page_messages.ts'
import { confirmAll } from '../app/deletion_pages.ts'

const DELETE = '/admin/guests/delete'
const OLD_AND_NEW = [40, 35, 31, 1]

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

    const { status, messages: shown } = await confirmAll(operator, query)
    assert.equal(status, 303)
    assert.deepEqual(shown, ['1 guest was deleted.'])
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

    const { messages: shown } = await confirmAll(operator, 'all=1&show=expired&older_than=33+days')
    assert.deepEqual(shown, ['2 guests were deleted.'])
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
    const { messages: shown } = await confirmAll(operator, query)
    assert.deepEqual(shown, ['1 guest was deleted.'])
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

    const { messages: shown } = await confirmAll(operator, query)
    assert.deepEqual(shown, [
      '2 guests were deleted.',
      '1 guest could not be deleted, because rows in invoices point at them.',
    ])
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
