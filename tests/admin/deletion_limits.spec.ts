import { test } from '@japa/runner'

import { messages } from '../app/page_messages.ts'
import { arriveAsOperator, createAdminApp, createGuests } from '../app/admin_app.ts'
import { confirm } from '../app/deletion_pages.ts'
import { createTable } from '../app/tables.ts'

const LIST = '/admin/guests'
const DELETE = '/admin/guests/delete'

test.group('Admin pages: what has to travel', () => {
  test('messages about many tables fit into a cookie', async ({ assert, cleanup }) => {
    const names = Array.from({ length: 60 }, (_, index) => `${'x'.repeat(60)}_${index}`)
    const app = await createAdminApp({
      async prepare({ db }) {
        for (const [index, name] of names.entries()) {
          await createTable(db, name, (table) => {
            table.increments('id')
            table.integer('user_id').unsigned().index(`index_${index}`)
            table
              .foreign('user_id', `key_${index}`)
              .references('id')
              .inTable('users')
              .onDelete('RESTRICT')
          })
        }
      },
    })
    cleanup(() => app.close())
    const ids = await createGuests(
      app,
      names.map(() => 40)
    )
    for (const [index, name] of names.entries()) {
      await app.db.table(name).insert({ user_id: ids[index] })
    }
    const operator = await arriveAsOperator(app)
    const answer = await operator.press(`${DELETE}?all=1&older_than=1d`, DELETE)
    for (const value of operator.cookies.values()) {
      assert.isBelow(value.length, 4000)
    }
    const list = await operator.get(answer.location!)
    assert.match(messages(list.text)[1], /^60 guests could not be deleted, because rows in xxx/)
  })

  test('a whole page of them, deleted in steps', async ({ assert, cleanup }) => {
    const app = await createAdminApp({
      userKey: 'uuid',
      async prepare({ User }) {
        User.before('delete', () => new Promise((resolve) => setTimeout(resolve, 45)))
      },
    })
    cleanup(() => app.close())
    for (let count = 0; count < 50; count++) {
      await app.guestUsers.create()
    }
    await app.expireGuests()
    const operator = await arriveAsOperator(app)
    const { text } = await operator.get(LIST)
    const ids = [...text.matchAll(/name="guests" value="([^"]+)"/g)].map(([, value]) => value)
    const query = ids.map((id) => `guests=${id}`).join('&')
    const page = await operator.get(`${DELETE}?${query}`)
    const answer = await operator.send(page.text, DELETE, { command: 'step' })
    assert.isBelow(answer.location!.length, 4000)
    const progress = await operator.get(answer.location!)
    assert.equal(progress.status, 200)
    assert.include(progress.text, 'data-deletion="finished"')
    const { location } = await operator.send(progress.text, DELETE, { command: 'stop' })
    assert.deepEqual(messages((await operator.get(location!)).text), ['50 guests were deleted.'])
  })

  test('more than a URL has room for, deleted at once', async ({ assert, cleanup }) => {
    const app = await createAdminApp({
      async prepare({ User }) {
        User.before('delete', () => new Promise((resolve) => setTimeout(resolve, 15)))
      },
    })
    cleanup(() => app.close())
    const ids = await createGuests(
      app,
      Array.from({ length: 150 }, () => 40)
    )
    const operator = await arriveAsOperator(app)
    const query = ids.map((id) => `guests=${id}`).join('&')
    const page = await operator.get(`${DELETE}?${query}&older_than=1d`)
    const answer = await confirm(operator, page)
    assert.deepEqual(answer.messages, ['150 guests were deleted.'])
  })
})
