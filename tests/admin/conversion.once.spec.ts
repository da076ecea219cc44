import { test } from '@japa/runner'

import { Visitor } from '../app/visitor.ts'
import { arriveAsOperator, createAdminApp, createGuests, OPERATOR } from '../app/admin_app.ts'
import { convert, createConvertingApp } from '../app/converting_app.ts'

const LIST = '/admin/guests'
const DELETE = '/admin/guests/delete'

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

  test('the guest is signed out, and keeps everything', async ({ assert, cleanup }) => {
    const { app } = await createConvertingApp()
    cleanup(() => app.close())
    const guest = new Visitor(app.url)
    const { id } = (await guest.get('/cart')).json()
    const operator = await arriveAsOperator(app)
    await convert(operator, id, { email: 'ann@example.com' })

    // Whoever has this browser did not prove that the address is theirs
    assert.isNull((await guest.get('/who')).json().id)
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
