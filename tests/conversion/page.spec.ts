import vine from '@vinejs/vine'
import { test } from '@japa/runner'

import type { TestApp } from '../app/test_app.ts'
import { ANN, becomeGuest, createConvertApp, submitForm } from '../app/convert_app.ts'

test.group('The conversion page', () => {
  test('makes a guest a regular user, and says so', async ({ assert, cleanup }) => {
    const app = await createConvertApp()
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)

    const form = await visitor.get('/convert')
    assert.equal(form.status, 200)
    for (const name of ['fullName', 'email', 'password', 'passwordConfirmation']) {
      assert.match(form.text, new RegExp(`<label for="${name}">`))
      assert.match(form.text, new RegExp(`<input id="${name}" name="${name}"`))
    }

    const { status, location } = await submitForm(visitor)
    assert.equal(status, 302)
    assert.equal(location, '/convert/success')
    const success = await visitor.get('/convert/success')
    assert.include(success.text, 'Your account is ready')

    assert.deepInclude((await visitor.get('/about')).json(), { id, name: 'Ann', kind: 'regular' })
    assert.equal((await app.User.verifyCredentials('ann@example.com', 'secret12')).id, id)
  })
})

test.group('The conversion page under stress', () => {
  test('a double submit', async ({ assert, cleanup }) => {
    const app = await createConvertApp({ shield: false })
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    const tabs = [visitor, visitor.clone(), visitor.clone()]

    const answers = await Promise.all(tabs.map((tab) => tab.post('/convert', ANN)))
    for (const { status, location } of answers) {
      assert.equal(status, 302)
      assert.equal(location, '/convert/success')
    }
    assert.equal(await app.count('users'), 1)
    for (const tab of tabs) {
      assert.deepInclude((await tab.get('/about')).json(), { id, name: 'Ann', kind: 'regular' })
      assert.include((await tab.get('/convert/success')).text, 'Your account is ready')
    }
  })

  test('two tabs, one after the other, with the same session', async ({ assert, cleanup }) => {
    const app = await createConvertApp({ shield: false })
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)
    const tab = visitor.clone()

    await visitor.post('/convert', ANN)
    const answer = await tab.post('/convert', { ...ANN, email: 'eve@example.com' })
    assert.equal(answer.status, 302)
    assert.equal((await app.User.firstOrFail()).email, 'ann@example.com')
  })

  test('an email that is taken', async ({ assert, cleanup }) => {
    const app = await createConvertApp()
    cleanup(() => app.close())
    await app.User.create({ email: ANN.email, password: 'other' })
    const { visitor, id } = await becomeGuest(app)

    assert.equal((await submitForm(visitor)).location, '/convert')
    const { text } = await visitor.get('/convert')
    assert.match(text, /id="email_error">This belongs to an account already\. Log in instead\?</)
    assert.deepInclude((await visitor.get('/about')).json(), { id, kind: 'guest' })
  })

  test('an email that is taken between validation and update', async ({ assert, cleanup }) => {
    const app = await createConvertApp()
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)

    // Somebody is quicker, after the validator has looked
    let isTaken = false
    app.User.before('update', async () => {
      if (!isTaken) {
        isTaken = true
        await app.db.table('users').insert({ email: ANN.email, password: 'x' })
      }
    })
    if (app.db.connection().dialect.name === 'better-sqlite3') {
      // One connection: the other insert would wait for the transaction
      app.User.$hooks.clear('before:update')
      app.User.before('update', async (user) => {
        await user.$trx!.table('users').insert({ email: ANN.email, password: 'x' })
      })
    }

    const answer = await submitForm(visitor)
    assert.equal(answer.status, 302, answer.text)
    assert.equal(answer.location, '/convert')
    const { text } = await visitor.get('/convert')
    assert.match(text, /id="email_error">This belongs to an account already/)
    assert.deepInclude((await visitor.get('/about')).json(), { id, kind: 'guest' })
  })

  test('a guest who was cleaned up in the meantime', async ({ assert, cleanup }) => {
    const app = await createConvertApp({ shield: false })
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)
    await app.expireGuests()
    await app.guestUsers.cleanup()

    const answer = await visitor.post('/convert', ANN)
    assert.equal(answer.location, '/login')
    assert.equal(await app.count('users'), 0)
  })

  test('a guest who is cleaned up while the form is validated', async ({ assert, cleanup }) => {
    let app: TestApp
    const validator = () =>
      vine.create({
        email: vine.string().use(
          vine.createRule(async () => {
            await app.expireGuests()
            await app.guestUsers.cleanup()
          })()
        ),
      })
    app = await createConvertApp({ shield: false, guestUser: { convert: { validator } } })
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)

    assert.equal((await visitor.post('/convert', ANN)).location, '/login')
    assert.equal(await app.count('users'), 0)
  })

  test('fields that nobody asked for', async ({ assert, cleanup }) => {
    const app = await createConvertApp({ shield: false })
    cleanup(() => app.close())
    await app.db.connection().schema.alterTable('users', (table) => {
      table.string('role').defaultTo('member')
    })
    const { visitor, id } = await becomeGuest(app)
    const extras = { id: '999', role: 'admin', visit_key: 'x', params: 'x', user_id: '1' }
    assert.equal((await visitor.post('/convert', { ...ANN, ...extras })).status, 302)

    const [user] = await app.db.from('users')
    assert.deepInclude(user, { id, role: 'member' })
  })

  test('texts that a database refuses: {name}')
    .with([
      { name: 'a NUL character', fields: { fullName: 'Ann\u0000' } },
      { name: 'a NUL character in the address', fields: { email: 'ann\u0000@example.com' } },
      { name: 'longer than the column', fields: { fullName: 'x'.repeat(300) } },
      { name: 'half of a character', fields: { fullName: '\ud83d' } },
      { name: 'a long password', fields: { password: 'x'.repeat(100_000) } },
    ])
    .run(async ({ assert, cleanup }, { fields }) => {
      const app = await createConvertApp({ shield: false })
      cleanup(() => app.close())
      const { visitor } = await becomeGuest(app)
      const answer = await visitor.post('/convert', { ...ANN, ...fields })
      assert.equal(answer.status, 302, answer.text)
      assert.equal(
        (await visitor.get('/convert')).status,
        answer.location === '/convert' ? 200 : 302
      )
    })
})
