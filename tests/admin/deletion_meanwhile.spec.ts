import { test, timeTravel } from '@japa/runner'

import {
  arriveAsOperator,
  createAdminApp,
  createGuests,
  OPERATOR,
  type Operator,
} from '../app/admin_app.ts'
import { comeBack, confirm } from '../app/deletion_pages.ts'

const LIST = '/admin/guests'
const DELETE = '/admin/guests/delete'

test.group('Admin pages: between the confirmation and the delete', () => {
  test('somebody comes back, merges, converts or is cleaned up', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const [back, merged, converted, cleaned, gone] = await createGuests(app, [40, 40, 40, 50, 40])
    const operator = await arriveAsOperator(app)
    const account = await app.User.findByOrFail('email', OPERATOR)
    const query = [back, merged, converted, cleaned, gone].map((id) => `guests=${id}`).join('&')
    const page = await operator.get(`${DELETE}?${query}&older_than=30d`)
    assert.include(page.text, 'Delete 5 guests?')

    await comeBack(app, back)
    await app.guestUsers.merge(merged, account.id)
    await app.guestUsers.convert(converted, { email: 'ann@example.com' })
    await app.guestUsers.cleanup({ olderThan: '45 days' })

    const answer = await confirm(operator, page)
    assert.deepEqual(answer.messages, [
      '1 guest was deleted.',
      '4 guests were gone already, or came back.',
    ])
    assert.isNull(await app.User.find(gone))
    for (const id of [back, converted, account.id]) {
      assert.isNotNull(await app.User.find(id))
    }
  })

  test('somebody gets old enough', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const [old, young] = await createGuests(app, [2, 0])
    const operator = await arriveAsOperator(app)
    const page = await operator.get(`${DELETE}?all=1&older_than=1+second`)
    // Seen in the second before the page was opened, so that they were too young
    const isGoing = page.text.includes('Delete 2 guests?')
    timeTravel(1500)
    await app.guestUsers.create()

    const answer = await confirm(operator, page)
    assert.deepEqual(answer.messages, [isGoing ? '2 guests were deleted.' : '1 guest was deleted.'])
    assert.isNull(await app.User.find(old))
    assert.equal((await app.User.find(young)) === null, isGoing)
    assert.equal(await app.count('guests'), isGoing ? 1 : 2)
  })

  test('a search that finds others meanwhile deletes no younger ones', async ({
    assert,
    cleanup,
  }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const [ann, bob, eve] = await createGuests(app, [40, 40, 1])
    const rename = (id: number, name: string) =>
      app.db.from('users').where('id', id).update({ full_name: name })
    await rename(ann, 'Ann')
    const operator = await arriveAsOperator(app)
    const page = await operator.get(`${DELETE}?all=1&search=Ann&older_than=30d`)
    assert.include(page.text, 'Delete 1 guest?')

    await rename(eve, 'Annabel')
    const answer = await confirm(operator, page)
    assert.deepEqual(answer.messages, ['1 guest was deleted.'])
    assert.isNull(await app.User.find(ann))
    assert.isNotNull(await app.User.find(bob))
    assert.isNotNull(await app.User.find(eve))
  })

  test('the operator loses the right: nobody goes', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    await createGuests(app, [40, 40])
    const operator = await arriveAsOperator(app)
    const page = await operator.get(`${DELETE}?all=1&older_than=1d`)

    await app.User.query().where('email', OPERATOR).update({ email: 'nobody@example.com' })
    const { status } = await operator.send(page.text, DELETE)
    assert.equal(status, 403)
    assert.equal(await app.count('guests'), 2)
  })

  test('the session is lost: nobody goes', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    await createGuests(app, [40, 40])
    const operator = await arriveAsOperator(app)
    const page = await operator.get(`${DELETE}?all=1&older_than=1d`)

    operator.cookies.clear()
    const { status } = await operator.send(page.text, DELETE)
    assert.isBelow(status, 500)
    assert.equal(await app.count('guests'), 2)
    assert.equal((await operator.get(LIST)).status, 403)
  })

  test('a double click', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    await createGuests(
      app,
      Array.from({ length: 300 }, () => 40)
    )
    const operator = await arriveAsOperator(app)
    const page = await operator.get(`${DELETE}?all=1&older_than=1d`)

    const tabs = [operator, operator.clone(), operator.clone()] as Operator[]
    const answers = await Promise.all(
      tabs.map((tab) =>
        tab.post(DELETE, Object.fromEntries(hiddenOf(page.text)) as Record<string, string>)
      )
    )
    for (const { status } of answers) {
      assert.equal(status, 303)
    }
    assert.equal(await app.count('guests'), 0)
    assert.equal(await app.count('users'), 1)
    assert.equal(await app.count('notes'), 0)

    // And once more, when all is over
    const late = await confirm(operator, page)
    assert.deepEqual(late.messages, ['Nobody was deleted.'])
  })
})

function hiddenOf(html: string): string[][] {
  const form = html.slice(html.indexOf('method="post"'))
  return [...form.matchAll(/name=["'](\w+)["'] value=["']([^"']*)["']/g)].map(([, name, value]) => [
    name,
    value,
  ])
}
