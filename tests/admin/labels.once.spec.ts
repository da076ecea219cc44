import { test } from '@japa/runner'

import type { Visitor } from '../app/visitor.ts'
import { messages } from '../app/page_messages.ts'
import { createTable } from '../app/tables.ts'
import { logIn } from '../app/log_in.ts'
import { createTestApp } from '../app/test_app.ts'
import { arriveAsOperator, createGuests, Operator } from '../app/admin_app.ts'
import { convert, createConvertingApp } from '../app/converting_app.ts'

const LIST = '/admin/guests'
const DELETE = '/admin/guests/delete'

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

test.group('Admin pages: users without an address', () => {
  test('are listed by their name, and not converted', async ({ assert, cleanup }) => {
    const app = await createTestApp({
      shield: true,
      createTables: false,
      async prepare({ db, User }) {
        await createTable(db, 'users', (table) => {
          table.increments('id')
          table.string('full_name').nullable()
          table.string('password').notNullable()
        })
        await createTable(db, 'guests', (table) => {
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
