import { test } from '@japa/runner'

import { createTenantsApp, PLACES, TENANTS, type Choice } from '../app/tenants_app.ts'

const CHOICES: Choice[] = ['adapter', 'connection']
const ANN = { fullName: 'Ann', email: 'ann@example.com', password: 'secret12' }
const FORM = { ...ANN, passwordConfirmation: 'secret12' }

for (const choice of CHOICES) {
  for (const place of PLACES) {
    test.group(`Tenants, by the ${choice}, each in a ${place}`, () => {
      test('have guests of their own, with the same ids', async ({ assert, cleanup }) => {
        const { app, visitorOf, count, close } = await createTenantsApp(choice, place)
        cleanup(close)
        const names = new Set()
        for (const tenant of TENANTS) {
          const visitor = visitorOf(tenant)
          const first = (await visitor.get('/cart')).json()
          assert.deepInclude(first, { id: 1, kind: 'guest' })
          assert.deepEqual((await visitor.get('/cart')).json(), first)
          assert.deepEqual((await visitor.get('/about')).json(), first)
          names.add(first.name)
        }
        assert.equal(names.size, 2)
        assert.deepEqual(await count('users'), [1, 1])
        assert.deepEqual(await count('guests'), [1, 1])
        assert.equal(await app.count('users'), 0)
        assert.equal(await app.count('guests'), 0)
      })

      test('a guest of one tenant is nobody of another', async ({ assert, cleanup }) => {
        const { visitorOf, within, app, close } = await createTenantsApp(choice, place)
        cleanup(close)
        const visitor = visitorOf('north')
        const { id } = (await visitor.get('/cart')).json()
        const stranger: any = await within('south', () => app.guestUsers.create())
        assert.equal(stranger.id, id)

        const elsewhere = visitorOf('south', new Map(visitor.cookies))
        assert.isNull((await elsewhere.get('/about')).json().id)
        const again = visitorOf('south', new Map(visitor.cookies))
        assert.notEqual((await again.get('/cart')).json().id, stranger.id)
        assert.equal((await visitor.get('/about')).json().id, id)
      })

      test('guests convert, each address once in a tenant', async ({ assert, cleanup }) => {
        const { app, visitorOf, within, count, close } = await createTenantsApp(choice, place)
        cleanup(close)
        // Ann has another id there
        await within('south', () => app.guestUsers.create())
        for (const tenant of TENANTS) {
          const visitor = visitorOf(tenant)
          await visitor.get('/cart')
          assert.equal((await visitor.post('/convert', FORM)).location, '/convert/success')
          assert.deepInclude((await visitor.get('/about')).json(), { name: 'Ann', kind: 'regular' })

          const other = visitorOf(tenant)
          await other.get('/cart')
          const referer = `${app.url}/convert`
          const refused = await other.post('/convert', FORM, { referer })
          assert.notEqual(refused.location, '/convert/success')
          assert.deepInclude((await other.get('/about')).json(), { kind: 'guest' })
        }
        assert.deepEqual(await count('guests'), [1, 2])
      })

      test('guests take along what they have in their tenant', async ({ assert, cleanup }) => {
        const { app, visitorOf, within, count, close } = await createTenantsApp(choice, place)
        cleanup(close)
        for (const tenant of TENANTS) {
          const account: any = await within(tenant, () => app.guestUsers.register(ANN as any))
          const visitor = visitorOf(tenant)
          const { id } = (await visitor.get('/cart')).json()
          const notes = app.db.connection(tenant)
          await notes.table('notes').insert({ user_id: id, body: tenant })
          const answer = (await visitor.post('/login', ANN)).json()
          assert.deepInclude(answer, { id: account.id, kind: 'regular' })
          assert.deepEqual(
            (await notes.from('notes')).map((note) => [note.user_id, note.body]),
            [[account.id, tenant]]
          )
        }
        assert.deepEqual(await count('guests'), [0, 0])
        assert.deepEqual(await count('users'), [1, 1])
      })

      test('are cleaned up one by one', async ({ assert, cleanup }) => {
        const { app, visitorOf, within, count, close } = await createTenantsApp(choice, place)
        cleanup(close)
        for (const tenant of TENANTS) {
          await visitorOf(tenant).get('/cart')
          const longAgo = { last_seen_at: '2020-01-01 00:00:00' }
          await app.db.connection(tenant).from('guests').update(longAgo)
        }
        const first = await within('north', () => app.guestUsers.cleanup())
        assert.equal(first.deleted, 1)
        assert.deepEqual(await count('users'), [0, 1])

        const client = app.db.connection('south')
        assert.equal((await app.guestUsers.cleanup({ client })).deleted, 1)
        assert.deepEqual(await count('users'), [0, 0])
      })

      test('have a chart of their own', async ({ assert, cleanup }) => {
        const { app, within, close } = await createTenantsApp(choice, place)
        cleanup(close)
        const inventory = await app.guestUsers.engine.loadInventory()
        await within('north', () => app.guestUsers.create())
        const total = (tenant: (typeof TENANTS)[number]) =>
          within(tenant, async () => (await inventory.history.read(60_000))?.days.at(-1)?.total)
        assert.equal(await total('north'), 1)
        assert.equal(await total('south'), 0)
        assert.equal(await total('north'), 1)
      })

      test('an adapter that chooses a connection is no delete of its own', async ({
        assert,
        cleanup,
      }) => {
        const { app, within, close } = await createTenantsApp(choice, place)
        cleanup(close)
        const statements = await app.queries.during(() =>
          within('north', async () => {
            await app.guestUsers.create()
            await app.db.connection('north').from('guests').update({
              last_seen_at: '2020-01-01 00:00:00',
            })
            await app.guestUsers.cleanup()
          })
        )
        assert.isEmpty(statements.filter((sql) => /select .*full_name/i.test(sql)))
        assert.isEmpty(statements.filter((sql) => /^select \* from .users./i.test(sql)))
      })
    })
  }
}
