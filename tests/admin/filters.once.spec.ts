import { test } from '@japa/runner'
import { Settings } from 'luxon'

import { readListPage } from '../app/list_page.ts'
import { FIRST_ID } from '../app/guest_rows.ts'
import { arriveAsOperator, createAdminApp, createGuests } from '../app/admin_app.ts'

const LIST = '/admin/guests'

test.group('Admin list: filters', (group) => {
  group.each.timeout(120_000)
  group.each.teardown(() => {
    Settings.now = () => Date.now()
  })

  test('{age} is an age')
    .with([
      { age: '1d', ids: [1, 2] },
      { age: '36 hours', ids: [1, 2] },
      { age: ' 3  days ', ids: [2] },
      { age: '1.5 weeks', ids: [] },
    ])
    .run(async ({ assert, cleanup }, { age, ids }) => {
      const app = await createAdminApp()
      cleanup(() => app.close())
      await createGuests(app, [0.5, 2.5, 5])
      const operator = await arriveAsOperator(app)
      const { text } = await operator.get(`${LIST}?show=older&age=${encodeURIComponent(age)}`)
      const { rows, problems } = readListPage(text)
      assert.deepEqual(
        rows.map(({ id }) => Number(id) - FIRST_ID),
        ids
      )
      assert.deepEqual(problems, [])
    })

  test('{age} is none, so all are shown')
    .with([
      { age: '30' },
      { age: '-1 day' },
      { age: '0 days' },
      { age: 'yesterday' },
      { age: '9999999999 years' },
      { age: '1e9 days' },
      { age: '<b>1 day</b>' },
      { age: '' },
    ])
    .run(async ({ assert, cleanup }, { age }) => {
      const app = await createAdminApp()
      cleanup(() => app.close())
      await createGuests(app, [0.5, 2.5, 5])
      const operator = await arriveAsOperator(app)
      const { text } = await operator.get(`${LIST}?show=older&age=${encodeURIComponent(age)}`)
      const page = readListPage(text)
      assert.lengthOf(page.rows, 3)
      assert.equal(page.current, 'all')
      assert.deepEqual(page.problems, [
        `“${age}” is no age. All guests are shown: try 30 days or 12 hours.`,
      ])
    })
})
