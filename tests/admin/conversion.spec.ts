import { test } from '@japa/runner'

import { arriveAsOperator, createGuests } from '../app/admin_app.ts'
import { convert, createConvertingApp } from '../app/converting_app.ts'

const LIST = '/admin/guests'

test.group('Admin pages: converting', () => {
  test('fields that nobody asked for change nothing', async ({ assert, cleanup }) => {
    const { app } = await createConvertingApp()
    cleanup(() => app.close())
    const [id, other] = await createGuests(app, [40, 40])
    const operator = await arriveAsOperator(app)
    await convert(operator, id, {
      email: 'ann@example.com',
      id: String(other),
      guestId: String(other),
      fullName: 'Eve',
      password: 'secret12',
    })
    const user = await app.User.findOrFail(id)
    assert.equal(user.email, 'ann@example.com')
    assert.isNull(user.fullName)
    assert.equal(user.password, '-')
    assert.equal(await app.count('guests'), 1)
    assert.isTrue(await app.guestUsers.isGuest(await app.User.findOrFail(other)))
  })

  test('a double click sends one mail', async ({ assert, cleanup }) => {
    const { app, mails } = await createConvertingApp()
    cleanup(() => app.close())
    const [id] = await createGuests(app, [40])
    const operator = await arriveAsOperator(app)
    const { text } = await operator.get(`${LIST}/${id}`)
    const path = `${LIST}/${id}/convert`
    const tabs = [operator, operator.clone(), operator.clone()]
    const token = /name='_csrf' value='([^']+)'/.exec(text)![1]

    const answers = await Promise.all(
      tabs.map((tab) => tab.post(path, { email: 'ann@example.com', _csrf: token }))
    )
    for (const { status } of answers) {
      assert.equal(status, 303)
    }
    assert.deepEqual(mails, ['ann@example.com'])
    assert.equal(await app.count('guests'), 0)
  })

  test('the same address for two guests at once goes to one', async ({ assert, cleanup }) => {
    const { app, mails } = await createConvertingApp()
    cleanup(() => app.close())
    const ids = await createGuests(app, [40, 40, 40])
    const operator = await arriveAsOperator(app)
    const { text } = await operator.get(`${LIST}/${ids[0]}`)
    const token = /name='_csrf' value='([^']+)'/.exec(text)![1]
    const answers = await Promise.all(
      ids.map((id) =>
        operator.clone().post(`${LIST}/${id}/convert`, { email: 'ann@example.com', _csrf: token })
      )
    )
    for (const { status, text: body } of answers) {
      assert.equal(status, 303, body)
    }
    assert.deepEqual(mails, ['ann@example.com'])
    assert.equal(await app.count('guests'), 2)
  })
})
