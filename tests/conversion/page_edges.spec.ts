import { test } from '@japa/runner'

import { dialect } from '../app/test_database.ts'
import { ANN, becomeGuest, createConvertApp } from '../app/convert_app.ts'

const createApp = (options: Parameters<typeof createConvertApp>[0] = {}) =>
  createConvertApp({ shield: false, ...options })

test.group('The conversion page, at its edges', () => {
  test('what was filled in for the guest is not taken by somebody else', async ({
    assert,
    cleanup,
  }) => {
    const app = await createApp({ guestUser: { convert: { prefill: true } } })
    cleanup(() => app.close())
    const other = await becomeGuest(app)
    await app.db.from('users').where('id', other.id).update({ email: 'own@example.com' })
    const again = await other.visitor.post('/convert', { ...ANN, email: 'own@example.com' })
    assert.equal(again.location, '/convert/success')
  })

  test('a unique key over lower(email)', async ({ assert, cleanup }) => {
    if (dialect === 'mariadb') return
    const app = await createApp({
      async prepare({ db }) {
        await db.rawQuery('create unique index users_lower_email on users (lower(email))')
      },
    })
    cleanup(() => app.close())
    await app.User.create({ fullName: 'Ann', email: ANN.email, password: 'secret12' })
    const { visitor } = await becomeGuest(app)
    const answer = await visitor.post('/convert', { ...ANN, email: 'ANN@example.com' })
    assert.equal(answer.status, 302, answer.text)
  })
})
