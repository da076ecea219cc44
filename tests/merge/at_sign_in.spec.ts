import { test } from '@japa/runner'
import { BaseModel, column } from '@adonisjs/lucid/orm'

import { Visitor } from '../app/visitor.ts'
import { ANN, becomeGuest, createShop, listOwners, preparing } from '../app/shop_app.ts'
import { logIn } from '../app/log_in.ts'

test.group('Merging by signing in', () => {
  test('brings everything along, with a new session', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop()
    cleanup(() => app.close())
    const events: any[] = []
    app.emitter.on('guest_user:merged', (event) => void events.push(event))
    const { visitor, id } = await becomeGuest(app)
    await app.db.table('notes').insert({ user_id: id, body: 'one' })
    const cookie = visitor.cookies.get('adonis-session')

    const response = await visitor.post('/login', ANN)
    assert.deepInclude(response.json(), { id: ann.id, kind: 'regular' })
    assert.notEqual(visitor.cookies.get('adonis-session'), cookie)
    assert.deepInclude((await visitor.get('/about')).json(), { id: ann.id, kind: 'regular' })
    assert.deepEqual(await listOwners(app, 'notes'), [ann.id])
    assert.equal(await app.count('users'), 1)
    assert.equal(events[0].ctx.request.url(), '/login')
  })

  test('works where the login page authenticates nobody', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop({ silentAuth: false })
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    await app.db.table('notes').insert({ user_id: id, body: 'one' })

    await visitor.post('/login', ANN)
    assert.deepEqual(await listOwners(app, 'notes'), [ann.id])
  })

  test('does not merge with a wrong password', async ({ assert, cleanup }) => {
    const { app } = await createShop()
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    await app.db.table('notes').insert({ user_id: id, body: 'one' })

    await visitor.post('/login', { ...ANN, password: 'guess' })
    assert.deepInclude((await visitor.get('/about')).json(), { id, kind: 'guest' })
    assert.deepEqual(await listOwners(app, 'notes'), [id])
  })

  test('costs an anonymous visitor and a regular user no query', async ({ assert, cleanup }) => {
    const { app } = await createShop()
    cleanup(() => app.close())
    const visitor = new Visitor(app.url)
    const first = await app.queries.during(() => visitor.post('/login', ANN))
    assert.lengthOf(
      first.filter((sql) => /guests/.test(sql)),
      1,
      'the visitor is known to be a regular user from then on'
    )
    const bob = { ...ANN, email: 'bob@example.com' }
    await app.User.create(bob)
    const second = await app.queries.during(() => visitor.post('/login', bob))
    assert.lengthOf(
      second.filter((sql) => /delete/i.test(sql)),
      0
    )
  })

  test('signs in when the guest was cleaned up', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop()
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)
    await app.expireGuests()
    await app.guestUsers.cleanup()
    assert.deepInclude((await visitor.post('/login', ANN)).json(), { id: ann.id, kind: 'regular' })
  })

  test('signs in when the guest has converted elsewhere', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop()
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    await app.guestUsers.convert(id, { email: 'bob@example.com' })
    await app.db.table('notes').insert({ user_id: id, body: 'bob' })

    assert.deepInclude((await visitor.post('/login', ANN)).json(), { id: ann.id, kind: 'regular' })
    assert.deepEqual(await listOwners(app, 'notes'), [id])
  })

  test('leaves the guest behind when it is off', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop({ guestUser: { mergeMode: 'off' } })
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    assert.deepInclude((await visitor.post('/login', ANN)).json(), { id: ann.id, kind: 'regular' })
    assert.deepEqual(await listOwners(app, 'guests'), [id])
    assert.isNull((await visitor.get('/previous')).json().name)
  })

  test('asks: before the sign-in', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop({ guestUser: { mergeMode: 'ask' } })
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    await app.db.table('notes').insert({ user_id: id, body: 'one' })

    assert.deepInclude((await visitor.post('/merge', ANN)).json(), { id: ann.id, kind: 'regular' })
    assert.deepInclude((await visitor.get('/about')).json(), { id: ann.id, kind: 'regular' })
    assert.deepEqual(await listOwners(app, 'notes'), [ann.id])
  })

  test('asks: after the sign-in', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop({ guestUser: { mergeMode: 'ask' } })
    cleanup(() => app.close())
    const { visitor, id, name } = await becomeGuest(app)
    await app.db.table('notes').insert({ user_id: id, body: 'one' })

    await visitor.post('/login', ANN)
    assert.deepEqual(await listOwners(app, 'notes'), [id])
    assert.equal((await visitor.get('/previous')).json().name, name)

    assert.deepInclude((await visitor.post('/bring')).json(), { id: ann.id, kind: 'regular' })
    assert.deepEqual(await listOwners(app, 'notes'), [ann.id])
    assert.isNull((await visitor.get('/previous')).json().name)
    assert.equal((await visitor.post('/bring')).status, 302)
  })

  test('asks nobody else about the guest', async ({ assert, cleanup }) => {
    const { app } = await createShop({ guestUser: { mergeMode: 'ask' } })
    cleanup(() => app.close())
    const bob = { ...ANN, email: 'bob@example.com' }
    await app.User.create(bob)
    const { visitor, id } = await becomeGuest(app)

    await visitor.post('/login', ANN)
    await visitor.post('/login', bob)
    assert.isNull((await visitor.get('/previous')).json().name)
    await visitor.post('/bring')
    assert.deepEqual(await listOwners(app, 'guests'), [id])
  })

  test('happens once, in two tabs', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop()
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    await app.db.table('notes').insert({ user_id: id, body: 'one' })
    const tabs = [visitor, visitor.clone(), visitor.clone()]

    const responses = await Promise.all(tabs.map((tab) => tab.post('/login', ANN)))
    for (const response of responses) {
      assert.deepInclude(response.json(), { id: ann.id, kind: 'regular' })
    }
    assert.deepEqual(await listOwners(app, 'notes'), [ann.id])
  })
})

test.group('Signing in as a guest', () => {
  test('a hook that hides guests from lists does not hide them from a merge', async ({
    assert,
    cleanup,
  }) => {
    const { app, ann } = await createShop()
    cleanup(() => app.close())
    app.User.before('fetch', (query) => {
      query
        .whereNotIn('id', app.db.from('guests').select('user_id'))
        .whereNot('email', 'like', '%@guest.invalid')
    })
    const { visitor, id } = await becomeGuest(app)
    await app.db.table('notes').insert({ user_id: id, body: 'one' })
    const response = await visitor.post('/login', ANN)
    assert.equal(response.json().id, ann.id)
    const [note] = await app.db.from('notes')
    assert.equal(note.user_id, ann.id)
  })

  test('nobody is merged into a row of another table', async ({ assert, cleanup }) => {
    class Admin extends BaseModel {
      static table = 'admins'
      @column({ isPrimary: true }) declare id: number
    }
    const { app, ann } = await createShop({
      ...preparing(async ({ db }) => {
        await db.connection().schema.createTable('admins', (table) => void table.increments('id'))
      }),
      routes(router) {
        router.post('/admin', async (ctx) => {
          await logIn(ctx, await Admin.findOrFail(1))
        })
      },
    })
    cleanup(() => app.close())
    await app.db.table('admins').insert({ id: ann.id })
    const { visitor, id } = await becomeGuest(app)
    await app.db.table('notes').insert({ user_id: id, body: 'one' })
    await visitor.post('/admin')
    const [note] = await app.db.from('notes')
    assert.equal(note.user_id, id)
  })
})
