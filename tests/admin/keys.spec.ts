import { randomUUID } from 'node:crypto'
import { test } from '@japa/runner'
import { DateTime } from 'luxon'

import { messages } from '../app/page_messages.ts'
import type { TestApp } from '../app/test_app.ts'
import type { UserKey } from '../app/user_model.ts'
import { arriveAsOperator, createAdminApp, OPERATOR } from '../app/admin_app.ts'
import { convert, createConvertingApp } from '../app/converting_app.ts'

const LIST = '/admin/guests'
const DELETE = '/admin/guests/delete'
const KEYS: UserKey[] = ['increments', 'bigIncrements', 'uuid', 'string']

/**
 * A guest with a key of one's own choice
 */
async function insertGuest({ db }: TestApp, id: string) {
  const moment = DateTime.now().minus({ days: 40 }).toFormat(db.connection().dialect.dateTimeFormat)
  await db.table('users').insert({ id, email: `${randomUUID()}@guest.invalid`, password: '-' })
  await db.table('guests').insert({ user_id: id, created_at: moment, last_seen_at: moment })
}

test.group('Admin pages: keys of every kind', () => {
  test('a guest is found, converted and deleted: {key}')
    .with(KEYS.map((key) => ({ key })))
    .run(async ({ assert, cleanup }, { key }) => {
      const { app, mails } = await createConvertingApp({ userKey: key })
      cleanup(() => app.close())
      const [one, other] = [await app.guestUsers.create(), await app.guestUsers.create()] as any[]
      const operator = await arriveAsOperator(app)
      const account = await app.User.findByOrFail('email', OPERATOR)

      const found = await operator.get(`${LIST}?search=${one.id}`)
      assert.include(found.text, `name="guests" value="${one.id}"`)
      assert.equal((await operator.get(`${LIST}/${one.id}`)).status, 200)
      const list = await operator.get((await operator.get(`${LIST}/${account.id}`)).location!)
      assert.match(messages(list.text)[0], /not there any more/)

      assert.match(
        (await convert(operator, one.id, { email: 'ann@example.com' })).messages[0],
        /is a regular user now/
      )
      assert.deepEqual(mails, ['ann@example.com'])

      const query = [one.id, other.id, account.id].map((id) => `guests=${id}`).join('&')
      const page = await operator.get(`${DELETE}?${query}`)
      assert.include(page.text, 'Delete 1 guest?')
      assert.include(page.text, '2 selected users are not guests')
      await operator.send(page.text, DELETE)
      assert.isNull(await app.User.find(other.id))
      assert.isNotNull(await app.User.find(one.id))
      assert.isNotNull(await app.User.find(account.id))
    })

  test('keys that no user of this kind can have: {key}')
    .with(KEYS.map((key) => ({ key })))
    .run(async ({ assert, cleanup }, { key }) => {
      const app = await createAdminApp({ userKey: key })
      cleanup(() => app.close())
      await app.guestUsers.create()
      const operator = await arriveAsOperator(app)
      const odd = ['0', '-1', '1.5', '1e3', '0x10', '4294967296', '9223372036854775807']
      odd.push('9223372036854775808', '18446744073709551615', '9'.repeat(200), '٣', ' ', "'", '%')
      odd.push('null', '[object Object]', 'a\u0000', '{}', 'x'.repeat(300))
      odd.push('00000000-0000-0000-0000-000000000000', '😀')

      for (const id of odd) {
        const { status, location } = await operator.get(`${LIST}/${encodeURIComponent(id)}`)
        assert.equal(status, 303, id)
        assert.equal(location, LIST)
        assert.match(messages((await operator.get(LIST)).text)[0], /not there any more/)
      }
      const query = new URLSearchParams(odd.map((id) => ['guests', id] as [string, string]))
      const page = await operator.get(`${DELETE}?${query}`)
      assert.equal(page.status, 200)
      assert.include(page.text, 'Nobody of your selection is deleted.')
      assert.include(page.text, `${odd.length} selected users are not guests`)
      const deletion = /name="deletion"/.exec(page.text)
      assert.isNull(deletion)
      assert.equal(await app.count('guests'), 1)
    })

  test('a number beyond 32 bits', async ({ assert, cleanup }) => {
    const app = await createAdminApp({ userKey: 'bigIncrements' })
    cleanup(() => app.close())
    const id = '5000000000'
    await insertGuest(app, id)
    const operator = await arriveAsOperator(app)

    assert.include((await operator.get(`${LIST}?search=${id}`)).text, '<caption>1 guest</caption>')
    assert.equal((await operator.get(`${LIST}/${id}`)).status, 200)
    const { location } = await operator.press(`${DELETE}?guests=${id}`, DELETE)
    assert.deepEqual(messages((await operator.get(location!)).text), ['1 guest was deleted.'])
  })

  test('texts that have a meaning in URLs and pages', async ({ assert, cleanup }) => {
    const app = await createAdminApp({ userKey: 'string' })
    cleanup(() => app.close())
    const ids = ['a/b', 'a,b', 'c?d=e&f', '#g', '100%', '<b>"h"</b>', "o'neil", 'ü', 'a b', 'a+b']
    for (const id of [...ids, 'a', 'b']) {
      await insertGuest(app, id)
    }
    const operator = await arriveAsOperator(app)
    const { text } = await operator.get(LIST)

    for (const id of ids) {
      const row = text.split('<tr>').find((part) => part.includes(`value="${escapeHtml(id)}"`))
      const url = /<th scope="row"><a href="([^"]+)"/.exec(row!)![1]
      const page = await operator.get(unescapeHtml(url))
      assert.equal(page.status, 200, id)
      assert.include(page.text, `<dd><code>${escapeHtml(id)}</code></dd>`)
      const deleteUrl = new RegExp(`href="(${DELETE}[^"]+)"`).exec(page.text)![1]
      const confirmation = await operator.get(unescapeHtml(deleteUrl))
      assert.include(confirmation.text, 'Delete 1 guest?')
      await operator.send(confirmation.text, DELETE)
      assert.isNull(await app.User.find(id), id)
    }
    assert.isNotNull(await app.User.find('a'))
    assert.isNotNull(await app.User.find('b'))
  })
})

function escapeHtml(text: string) {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#x27;')
}

function unescapeHtml(text: string) {
  return text.replaceAll('&#x27;', "'").replaceAll('&amp;', '&')
}
