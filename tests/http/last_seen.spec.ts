import { test } from '@japa/runner'

import { Visitor } from '../app/visitor.ts'
import { createTestApp } from '../app/test_app.ts'
import { createReturningGuest, SHORT_LIVED, letTouchBecomeDue } from '../app/returning_guest.ts'

test.group('last_seen_at', () => {
  test('equals created_at until the guest comes back', async ({ assert, cleanup }) => {
    const { app, visitor, find } = await createReturningGuest()
    cleanup(() => app.close())

    await visitor.get('/cart')
    const guest = await find()
    assert.isTrue(guest!.lastSeenAt.equals(guest!.createdAt))
  })

  test('is written when a guest comes back, on {$self}')
    .with(['/cart', '/plain', '/why'])
    .run(async ({ assert, cleanup }, path) => {
      const { app, visitor, find } = await createReturningGuest(SHORT_LIVED)
      cleanup(() => app.close())

      letTouchBecomeDue()
      const queries = await app.queries.during(() => visitor.get(path))
      assert.lengthOf(queries, 2)
      assert.match(queries[1], /^update .guests. set/)

      const guest = await find()
      assert.isTrue(guest!.lastSeenAt > guest!.createdAt)

      const next = await app.queries.during(() => visitor.get(path))
      assert.lengthOf(next, 1)
    })

  test('is written on pages that authenticate nobody', async ({ assert, cleanup }) => {
    const { app, visitor, find } = await createReturningGuest({ ...SHORT_LIVED, silentAuth: false })
    cleanup(() => app.close())

    letTouchBecomeDue()
    const queries = await app.queries.during(() => visitor.get('/plain'))
    assert.lengthOf(queries, 1)
    assert.match(queries[0], /^update .guests. set/)
    const guest = await find()
    assert.isTrue(guest!.lastSeenAt > guest!.createdAt)
  })

  test('is not written on every request', async ({ assert, cleanup }) => {
    const { app, visitor } = await createReturningGuest()
    cleanup(() => app.close())

    const queries = await app.queries.during(async () => {
      for (let visit = 0; visit < 10; visit++) {
        await visitor.get('/plain')
      }
    })
    assert.lengthOf(
      queries.filter((sql) => /guests/.test(sql)),
      0
    )
  })

  test('takes the visit key away', async ({ assert, cleanup }) => {
    const app = await createTestApp()
    cleanup(() => app.close())

    const user = await app.guestUsers.create({ visitKey: 'a'.repeat(64) })
    assert.equal((await app.guestUsers.find(user))!.visitKey, 'a'.repeat(64))
    const { directory } = await app.guestUsers.engine.load()
    assert.isTrue(await directory.touch(user.$primaryKeyValue!))
    assert.isNull((await app.guestUsers.find(user))!.visitKey)
  })

  test('tells that a user is no guest any more', async ({ assert, cleanup }) => {
    const { app, find } = await createReturningGuest()
    cleanup(() => app.close())

    const guest = await find()
    await guest!.delete()
    const { directory } = await app.guestUsers.engine.load()
    assert.isFalse(await directory.touch(guest!.userId))
  })

  test('a page is served when the visit cannot be written down', async ({ assert, cleanup }) => {
    const { app, visitor } = await createReturningGuest()
    cleanup(() => app.close())

    await visitor.get('/forget')
    await app.db.connection().schema.dropTable('guests')
    const forgetful = new Visitor(app.url, visitor.cookies)
    assert.equal((await forgetful.get('/plain')).status, 204)
  })
})
