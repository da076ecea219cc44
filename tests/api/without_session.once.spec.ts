import { test } from '@japa/runner'

import { ApiClient } from '../app/token_app.ts'
import { TokensOnlyApp } from '../app/tokens_only_app.ts'

const ANN = { email: 'ann@example.com', password: 'secret12' }

test.group('A token API without session, Shield, Edge and VineJS', (group) => {
  let app: TokensOnlyApp

  group.setup(async () => {
    app = await TokensOnlyApp.create()
    return () => app.remove()
  })

  test('makes guests, converts, merges and deletes', async ({ assert, cleanup }) => {
    const server = await app.serve()
    cleanup(() => server.stop())
    const becomeGuest = async () => {
      const client = new ApiClient(server.url)
      const response = await client.post('/guest')
      assert.equal(response.status, 201, response.text)
      client.token = response.json().token
      return { client, id: response.json().user.id }
    }

    const nobody = new ApiClient(server.url)
    assert.deepEqual((await nobody.get('/me')).json(), { kind: 'anonymous', id: null })
    assert.equal((await nobody.get('/guests-only')).status, 401)
    nobody.token = 'oat_MQ.bm90aGluZw'
    assert.equal((await nobody.get('/me')).status, 401)

    const ann = await becomeGuest()
    assert.deepEqual((await ann.client.get('/me')).json(), { kind: 'guest', id: ann.id })
    assert.equal((await ann.client.get('/guests-only')).text, 'welcome')
    const { id } = (await ann.client.post('/signup', ANN)).json()
    assert.equal(id, ann.id)
    assert.deepEqual((await ann.client.get('/me')).json(), { kind: 'regular', id: ann.id })

    nobody.token = undefined
    assert.equal((await nobody.post('/signup', ANN)).status, 422)

    const phone = await becomeGuest()
    const login = (await phone.client.post('/login', ANN)).json()
    assert.equal(login.id, ann.id)
    assert.equal((await phone.client.get('/me')).status, 401)

    const first = await becomeGuest()
    assert.equal((await first.client.delete('/guest')).status, 204)
    assert.equal((await first.client.get('/me')).status, 401)
    const second = await becomeGuest()
    assert.deepEqual((await second.client.post('/forget-me')).json(), { kind: 'anonymous' })
    assert.equal((await second.client.get('/me')).status, 401)
  }).timeout(60_000)

  test('is examined by the doctor', async ({ assert }) => {
    const codes = (await app.diagnose()).map(({ code }) => code)
    // The migrations of auth index no foreign key
    assert.sameMembers([...new Set(codes)], ['api-without-throttle', 'unindexed-foreign-key'])
  }).timeout(60_000)
})
