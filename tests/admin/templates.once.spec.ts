import { test } from '@japa/runner'

import { arriveAsOperator, createAdminApp, createGuests } from '../app/admin_app.ts'

test.group('Admin pages: templates of the application', () => {
  const NAMES = ['layout', 'messages', 'tabs', 'chart', 'search', 'older', 'table', 'pager', 'bulk']
  const PAGES = { list: '', delete: '/delete?guests=1000000', guest: '/1000000' }

  test('each one can be another: {name}')
    .with([...NAMES, 'time', 'dependents', ...Object.keys(PAGES)].map((name) => ({ name })))
    .run(async ({ assert, cleanup }, { name }) => {
      const app = await createAdminApp({
        views: { [`guest_user/admin/${name}`]: '<p>mine</p>' },
      })
      cleanup(() => app.close())
      await createGuests(
        app,
        Array.from({ length: 60 }, () => 40)
      )
      const operator = await arriveAsOperator(app)
      const texts = []
      for (const page of Object.values(PAGES)) {
        const { status, text: html } = await operator.get(`/admin/guests${page}`)
        assert.equal(status, 200)
        texts.push(html)
      }
      assert.include(texts.join(), '<p>mine</p>')
    })
})
