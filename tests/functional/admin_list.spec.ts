import { test } from '@japa/runner'
import { arriveAsOperator, createAdminApp, createGuests } from '../app/admin_app.ts'

test.group('x', () => {
  test('y', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    await createGuests(app, Array.from({ length: 60 }, (_, index) => index))
    const admin = await arriveAsOperator(app)
    const page = await admin.get('/admin/guests')
    console.log(page.text.slice(page.text.indexOf('<details>'), 11000))
    console.log((await admin.get('/admin/guests?search=10000&show=expired')).text.length)
    console.log((await admin.get('/admin/guests/1000002')).text)
    console.log((await admin.get('/admin/guests/delete?guests=1000002&guests=1000050&guests=1&guests=x&older_than=30d')).text)
    assert.equal(page.status, 200)
  })
})
