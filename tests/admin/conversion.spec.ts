import { randomUUID } from 'node:crypto'
import { test } from '@japa/runner'
import { DateTime } from 'luxon'

import { Visitor } from '../app/visitor.ts'
import { messages } from '../app/page_messages.ts'
import { logIn } from '../app/log_in.ts'
import { createTestApp, type TestApp, type TestAppOptions } from '../app/test_app.ts'
import type { UserKey } from '../app/user_model.ts'
import {
  arriveAsOperator,
  createAdminApp,
  createGuests,
  OPERATOR,
  Operator,
} from '../app/admin_app.ts'

type Prepare = NonNullable<TestAppOptions['prepare']>
type Database = Parameters<Prepare>[0]['db']
type Columns = Parameters<ReturnType<Database['connection']>['schema']['createTable']>[1]

const LIST = '/admin/guests'
const DELETE = '/admin/guests/delete'
const KEYS: UserKey[] = ['increments', 'bigIncrements', 'uuid', 'string']

/**
 * An application whose support staff may convert guests
 *
 * @returns the addresses that got the mail as well
 */
async function createConvertingApp({ guestUser, ...options }: TestAppOptions = {}) {
  const mails: unknown[] = []
  const app = await createAdminApp({
    ...options,
    guestUser: {
      ...guestUser,
      admin: {
        sendPasswordReset: (user: any) => void mails.push(user.email),
        ...guestUser?.admin,
      },
    },
  })
  return { app, mails }
}

async function convert(operator: Operator, id: number | string, fields: Record<string, string>) {
  const path = `${LIST}/${encodeURIComponent(id)}`
  const answer = await operator.press(path, `${path}/convert`, fields)
  const page = answer.location && (await operator.get(answer.location))
  return { ...answer, page: page ? page.text : '', messages: page ? messages(page.text) : [] }
}

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

test.group('Admin pages: what guests are called', () => {
  test('names full of HTML are text', async ({ assert, cleanup }) => {
    const { app } = await createConvertingApp()
    cleanup(() => app.close())
    const [id] = await createGuests(app, [40])
    const name = `"><script>alert(1)</script>{{ 1 + 1 }}{label}'`
    await app.db.from('users').where('id', id).update({ full_name: name })
    const operator = await arriveAsOperator(app)

    for (const page of [LIST, `${LIST}/${id}`, `${LIST}?search=${encodeURIComponent(name)}`]) {
      const { text } = await operator.get(page)
      assert.include(text, '&lt;script&gt;alert(1)&lt;/script&gt;{{ 1 + 1 }}{label}')
      assert.notInclude(text, '<script>alert')
    }
    const done = await convert(operator, id, { email: 'ann@example.com' })
    assert.include(done.messages[0], '{{ 1 + 1 }}{label}')
    assert.notInclude(done.page, '<script>alert')
  })

  test('by a label that is {name}')
    .with([
      { name: 'an error', label: () => badLabel(), shown: '@guest.invalid' },
      { name: 'missing', label: () => undefined as never, shown: '@guest.invalid' },
      { name: 'empty', label: () => ' ', shown: 'User 1000000' },
      { name: 'a number', label: () => 5 as never, shown: 'User 1000000' },
      { name: 'late', label: (async () => 'late') as never, shown: 'User 1' },
      { name: 'long', label: () => '€'.repeat(9000), shown: '€'.repeat(200) },
    ])
    .run(async ({ assert, cleanup }, { label, shown }) => {
      const { app } = await createConvertingApp({ guestUser: { admin: { label } } })
      cleanup(() => app.close())
      const [id] = await createGuests(app, [40])
      const operator = await arriveAsOperator(app)

      for (const page of [LIST, `${LIST}/${id}`]) {
        const { status, text } = await operator.get(page)
        assert.equal(status, 200)
        assert.include(text, shown)
      }
      const email = `${'a'.repeat(60)}@${'b'.repeat(60)}.${'c'.repeat(60)}.example.com`
      const path = `${LIST}/${id}`
      await operator.press(path, `${path}/convert`, { email })
      assert.isBelow(largestCookie(operator), MOST_OF_A_COOKIE)
      assert.match(messages((await operator.get(LIST)).text)[0], /is a regular user now/)
    })

  test('when a scope of the model hides them', async ({ assert, cleanup }) => {
    const { app } = await createConvertingApp()
    cleanup(() => app.close())
    const [id] = await createGuests(app, [40])
    const operator = await arriveAsOperator(app)
    const hide = (query: any) => void query.whereNot('id', id)
    app.User.before('find', hide)
    app.User.before('fetch', hide)

    const { text } = await operator.get(`${LIST}/${id}`)
    assert.include(text, `<h1>User ${id}</h1>`)
    assert.notInclude(text, 'convert')
    const token = /name='_csrf' value='([^']+)'/.exec(
      (await operator.get(`${DELETE}?guests=${id}`)).text
    )![1]
    const forced = await operator.post(`${LIST}/${id}/convert`, {
      email: 'ann@example.com',
      _csrf: token,
    })
    assert.equal(forced.status, 303)
    assert.equal(await app.count('guests'), 1)

    const { location } = await operator.press(`${DELETE}?guests=${id}`, DELETE)
    assert.deepEqual(messages((await operator.get(location!)).text), ['1 guest was deleted.'])
    assert.equal(await app.count('users'), 1)
  })
})

/**
 * Characters. Browsers drop cookies that are larger than 4096 with their name
 */
const MOST_OF_A_COOKIE = 4000

function largestCookie({ cookies }: Visitor) {
  return Math.max(...[...cookies.values()].map((value) => value.length))
}

function badLabel(): never {
  throw new Error('This guest has no name')
}

test.group('Admin pages: converting', () => {
  test('addresses that are none are refused in words: {name}')
    .with([
      { name: 'a list', fields: { 'email[]': 'ann@example.com' } },
      { name: 'an object', fields: { 'email[a]': 'ann@example.com' } },
      { name: 'a NUL character', fields: { email: 'ann\u0000@example.com' } },
      { name: 'too long', fields: { email: `${'a'.repeat(300)}@example.com` } },
      { name: 'far too long', fields: { email: 'a'.repeat(50_000) } },
      { name: 'a line more', fields: { email: 'ann@example.com\nbcc: eve@example.com' } },
      { name: 'two', fields: { email: 'ann@example.com,eve@example.com' } },
      { name: 'taken', fields: { email: OPERATOR } },
      { name: 'HTML', fields: { email: '"><script>alert(1)</script>' } },
      { name: 'nothing', fields: { email: '' } },
      { name: 'spaces', fields: { email: '   ' } },
      { name: 'missing', fields: {} },
    ])
    .run(async ({ assert, cleanup }, { fields }) => {
      const { app, mails } = await createConvertingApp()
      cleanup(() => app.close())
      const [id] = await createGuests(app, [40])
      const operator = await arriveAsOperator(app)

      const { location, page } = await convert(operator, id, fields as Record<string, string>)
      assert.equal(location, `${LIST}/${id}`)
      assert.match(page, /id="email_error">[^<]+</)
      assert.notInclude(page, '<script>alert')
      assert.deepEqual(mails, [])
      assert.equal(await app.count('guests'), 1)
    })

  test('nobody is left without an address, where the database would allow it', async ({
    assert,
    cleanup,
  }) => {
    const { app, mails } = await createConvertingApp({
      async prepare({ db }) {
        await db.connection().schema.alterTable('users', (table) => {
          table.setNullable('email')
        })
      },
    })
    cleanup(() => app.close())
    const [id] = await createGuests(app, [40])
    const operator = await arriveAsOperator(app)
    const { page } = await convert(operator, id, { email: '' })
    assert.include(page, 'This cannot be empty')
    assert.equal(await app.count('guests'), 1)
    assert.deepEqual(mails, [])
  })

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

  test('a mail that cannot be sent is said, and nobody is half converted', async ({
    assert,
    cleanup,
  }) => {
    const { app } = await createConvertingApp({
      guestUser: {
        admin: {
          sendPasswordReset: async () => {
            throw new Error('The mail server is down')
          },
        },
      },
    })
    cleanup(() => app.close())
    const [id] = await createGuests(app, [40])
    const operator = await arriveAsOperator(app)
    const done = await convert(operator, id, { email: 'ann@example.com' })
    assert.match(done.messages[0], /regular user now, but the mail to ann@example.com could not/)
    assert.equal(await app.count('guests'), 0)
    assert.equal((await app.User.findOrFail(id)).email, 'ann@example.com')
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

  test('the guest stays signed in, and keeps everything', async ({ assert, cleanup }) => {
    const { app } = await createConvertingApp()
    cleanup(() => app.close())
    const guest = new Visitor(app.url)
    const { id } = (await guest.get('/cart')).json()
    const operator = await arriveAsOperator(app)
    await convert(operator, id, { email: 'ann@example.com' })

    const me = (await guest.get('/who')).json()
    assert.equal(me.id, id)
    // Remembered for about a minute; asked about anew where it matters
    assert.isFalse(await app.guestUsers.isGuest(await app.User.findOrFail(id)))
    assert.equal((await guest.get(LIST)).status, 403)
  })

  test('is not offered without the mail, or without an address', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const [id] = await createGuests(app, [40])
    const operator = await arriveAsOperator(app)
    const { text } = await operator.get(`${LIST}/${id}`)
    assert.notInclude(text, 'convert')
    const page = await operator.get(`${DELETE}?guests=${id}`)
    const token = /name='_csrf' value='([^']+)'/.exec(page.text)![1]
    const { status } = await operator.post(`${LIST}/${id}/convert`, {
      email: 'ann@example.com',
      _csrf: token,
    })
    assert.equal(status, 303)
    assert.equal(await app.count('guests'), 1)
  })
})

test.group('Admin pages: users without an address', () => {
  test('are listed by their name, and not converted', async ({ assert, cleanup }) => {
    const app = await createTestApp({
      shield: true,
      createTables: false,
      async prepare({ db, User }) {
        const create = (name: string, columns: Columns) =>
          db.connection().schema.createTable(name, columns)
        await create('users', (table) => {
          table.increments('id')
          table.string('full_name').nullable()
          table.string('password').notNullable()
        })
        await create('guests', (table) => {
          table.integer('user_id').unsigned().primary()
          table.foreign('user_id').references('id').inTable('users').onDelete('CASCADE')
          table.timestamp('created_at').notNullable()
          table.timestamp('last_seen_at').notNullable()
          table.string('visit_key', 64).nullable().unique()
        })
        User.$columnsDefinitions.delete('email')
      },
      guestUser: {
        maxAge: '30 days',
        attributes: ({ username }) => ({ fullName: username }),
        admin: { authorize: () => true, search: ['fullName'], sendPasswordReset: () => {} },
      },
      routes(router, _, guestUsers) {
        guestUsers.registerAdminRoutes(LIST)
        router.get('/log-in/:id', async (ctx) => {
          await logIn(ctx, await app.User.findOrFail(ctx.params.id))
        })
      },
    })
    cleanup(() => app.close())
    const guest = (await app.guestUsers.create()) as any
    const account = await app.User.create({ fullName: 'Ann', password: 'secret12' })
    const operator = new Operator(app.url)
    await operator.get(`/log-in/${account.id}`)

    assert.include((await operator.get(LIST)).text, guest.fullName)
    const found = await operator.get(`${LIST}?search=${guest.fullName.slice(0, 8)}`)
    assert.include(found.text, '<caption>1 guest</caption>')
    const { status, text } = await operator.get(`${LIST}/${guest.id}`)
    assert.equal(status, 200)
    assert.include(text, `<h1>${guest.fullName}</h1>`)
    assert.notInclude(text, 'convert')
    await operator.press(`${DELETE}?guests=${guest.id}`, DELETE)
    assert.equal(await app.count('users'), 1)
  })
})
