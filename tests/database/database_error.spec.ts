import { test } from '@japa/runner'

import { Visitor } from '../app/visitor.ts'
import { createCartApp, visitCart } from '../app/cart_app.ts'

test.group('Wrong config/guest_user.ts', () => {
  test('attributes that leave a NOT NULL column out', async ({ assert }) => {
    const { text, users } = await visitCart({ guestUser: { attributes: () => ({}) } })
    assert.match(
      text,
      /column "users\.email" is NOT NULL.*"attributes" in "config\/guest_user\.ts"/
    )
    assert.equal(users, 0)
  })
})

test.group('Migration not run', () => {
  test('ends in one error that says so', async ({ assert, cleanup }) => {
    const app = await createCartApp()
    cleanup(() => app.close())
    await app.db.connection().schema.dropTable('guests')

    const response = await new Visitor(app.url).get('/cart', { accept: 'application/json' })
    assert.equal(response.status, 500)
    assert.match(
      response.json().message,
      /The "guests" table does not exist\. Run "node ace migration:run"/
    )
    assert.equal(await app.count('users'), 0)

    for (const call of [
      () => app.guestUsers.find(1),
      () => app.guestUsers.touch(1),
      () => app.guestUsers.cleanup(),
    ]) {
      await assert.rejects(call, /The "guests" table does not exist/)
    }
  })
})
