import { test } from '@japa/runner'

import { Visitor } from '../app/visitor.ts'
import {
  becomeGuest,
  createSocialApp,
  OCTOCAT,
  signInWithGithub,
  VERIFIED,
  walkToCallback,
} from '../app/social_app.ts'

test.group('Social login', () => {
  test('makes a guest a regular user', async ({ assert, cleanup }) => {
    const { app, close } = await createSocialApp()
    cleanup(close)
    const { visitor, id } = await becomeGuest(app)

    const answer = (await signInWithGithub(visitor)).json()
    assert.deepInclude(answer, { outcome: 'converted', id, name: 'The Octocat', kind: 'regular' })
    const [user] = await app.db.from('users')
    assert.deepInclude(user, { email: OCTOCAT.email, username: 'the-octocat' })
    assert.isNotNull(user.email_verified_at)
    assert.deepInclude((await visitor.get('/about')).json(), { id, kind: 'regular' })
    assert.equal(await app.count('social_identities'), 1)
    assert.equal(await app.count('guests'), 0)
  })

  test('creates a user for somebody who was no guest, without a password', async ({
    assert,
    cleanup,
  }) => {
    const { app, close } = await createSocialApp()
    cleanup(close)
    const answer = (await signInWithGithub(new Visitor(app.url))).json()
    assert.deepInclude(answer, { outcome: 'created', name: 'The Octocat', kind: 'regular' })
    await assert.rejects(() => app.User.verifyCredentials(OCTOCAT.email, ''))
    await assert.rejects(() => app.User.verifyCredentials(OCTOCAT.email, 'guess'))
  })

  test('signs in to the account that has the identity', async ({ assert, cleanup }) => {
    const { app, close } = await createSocialApp()
    cleanup(close)
    const first = (await signInWithGithub(new Visitor(app.url))).json()
    const again = (await signInWithGithub(new Visitor(app.url))).json()
    assert.deepInclude(again, { outcome: 'signed_in', id: first.id, kind: 'regular' })
    assert.equal(await app.count('users'), 1)
  })

  test('merges a guest into the account that has the identity', async ({ assert, cleanup }) => {
    const { app, close } = await createSocialApp()
    cleanup(close)
    const { id } = (await signInWithGithub(new Visitor(app.url))).json()
    const { visitor } = await becomeGuest(app)

    const answer = (await signInWithGithub(visitor)).json()
    assert.deepInclude(answer, { outcome: 'merged', id, kind: 'regular' })
    const [note] = await app.db.from('notes')
    assert.equal(note.user_id, id)
    assert.equal(await app.count('users'), 1)
  })

  test('merges into the account that has verified the same address', async ({
    assert,
    cleanup,
  }) => {
    const { app, close } = await createSocialApp()
    cleanup(close)
    const account: any = await app.User.create({ email: OCTOCAT.email, password: 'secret12' })
    await app.db.from('users').update({ email_verified_at: VERIFIED })
    const { visitor } = await becomeGuest(app)

    const answer = (await signInWithGithub(visitor)).json()
    assert.deepInclude(answer, { outcome: 'merged', id: account.id, kind: 'regular' })
    const [identity] = await app.db.from('social_identities')
    assert.equal(identity.user_id, account.id)
  })

  test('never takes over an account: {name}')
    .with([
      {
        name: 'the provider has not verified the address',
        isVerified: false,
        verifiedAt: VERIFIED,
      },
      { name: 'the account has not verified the address', isVerified: true, verifiedAt: null },
    ])
    .run(async ({ assert, cleanup }, { isVerified, verifiedAt }) => {
      const { app, github, close } = await createSocialApp()
      cleanup(close)
      github.person = { ...OCTOCAT, isVerified }
      await app.User.create({ email: OCTOCAT.email, password: 'secret12' })
      await app.db.from('users').update({ email_verified_at: verifiedAt })
      const { visitor, id } = await becomeGuest(app)

      assert.equal((await signInWithGithub(visitor)).location, '/login')
      assert.deepInclude((await visitor.get('/about')).json(), { id, kind: 'guest' })

      const json = await signInWithGithub(new Visitor(app.url), { accept: 'application/json' })
      assert.equal(json.status, 409)
      assert.match(json.json().errors[0].message, /An account with this email address exists/)
      assert.equal(await app.count('social_identities'), 0)
      assert.equal(await app.count('notes'), 1)
    })

  test('lets the application say who has verified', async ({ assert, cleanup }) => {
    const { app, close } = await createSocialApp({
      social: () => ({ isEmailVerified: () => true }),
    })
    cleanup(close)
    const account: any = await app.User.create({ email: OCTOCAT.email, password: 'secret12' })
    const answer = (await signInWithGithub(new Visitor(app.url))).json()
    assert.deepInclude(answer, { outcome: 'signed_in', id: account.id })
  })

  test('gives a taken username a suffix', async ({ assert, cleanup }) => {
    const { app, close } = await createSocialApp()
    cleanup(close)
    for (const username of ['the-octocat', 'the-octocat-2', 'the-octocat-3']) {
      await app.db.table('users').insert({ email: `${username}@x.com`, password: 'x', username })
    }
    const { visitor, id } = await becomeGuest(app)
    await signInWithGithub(visitor)
    const user = await app.db.from('users').where('id', id).first()
    assert.match(user.username, /^the-octocat-\d{4,6}$/)
    assert.equal(await app.count('guests'), 0)
  })

  test('adds the identity to a regular user who is signed in', async ({ assert, cleanup }) => {
    const { app, close } = await createSocialApp()
    cleanup(close)
    const account: any = await app.User.create({ email: 'ann@example.com', password: 'secret12' })
    const visitor = new Visitor(app.url)
    await visitor.post(`/login/${account.id}`)

    const answer = (await signInWithGithub(visitor)).json()
    assert.deepInclude(answer, { outcome: 'linked', id: account.id })
    const again = (await signInWithGithub(new Visitor(app.url))).json()
    assert.deepInclude(again, { outcome: 'signed_in', id: account.id })
  })

  test('in two tabs at once makes one account', async ({ assert, cleanup }) => {
    const { app, close } = await createSocialApp()
    cleanup(close)
    const { visitor, id } = await becomeGuest(app)
    const tabs = [visitor.clone(), visitor.clone()]
    const paths = await Promise.all(tabs.map((tab) => walkToCallback(tab)))

    const answers = await Promise.all(tabs.map((tab, index) => tab.get(paths[index])))
    for (const answer of answers) {
      assert.deepInclude(answer.json(), { id, kind: 'regular' })
    }

    const strangers = [new Visitor(app.url), new Visitor(app.url), new Visitor(app.url)]
    const callbacks = await Promise.all(strangers.map((stranger) => walkToCallback(stranger)))
    await app.db.from('social_identities').delete()
    await app.db.from('users').delete()
    const results = await Promise.all(strangers.map((it, index) => it.get(callbacks[index])))
    assert.lengthOf(new Set(results.map((result) => result.json().id)), 1)
    assert.equal(await app.count('users'), 1)
    assert.equal(await app.count('social_identities'), 1)
  })

  test('that cannot be linked changes nothing', async ({ assert, cleanup }) => {
    const { app, close } = await createSocialApp({
      social: () => ({
        linkAccount() {
          throw new Error('no table')
        },
      }),
    })
    cleanup(close)
    const { visitor, id } = await becomeGuest(app)
    assert.equal((await signInWithGithub(visitor)).status, 500)
    assert.deepInclude((await visitor.get('/about')).json(), { id, kind: 'guest' })
    assert.equal((await signInWithGithub(new Visitor(app.url))).status, 500)
    assert.equal(await app.count('users'), 1)
  })

  test('without an address wants one from the application', async ({ assert, cleanup }) => {
    const { app, github, close } = await createSocialApp()
    github.person = { ...OCTOCAT, email: null }
    const { visitor, id } = await becomeGuest(app)
    const answer = await signInWithGithub(visitor, { accept: 'application/json' })
    assert.equal(answer.status, 500)
    assert.match(answer.json().message, /Give "email" in "attributes"/)
    assert.deepInclude((await visitor.get('/about')).json(), { id, kind: 'guest' })
    await close()

    const other = await createSocialApp({
      social: () => ({ attributes: { email: 'octocat@users.example.com' } }),
    })
    cleanup(other.close)
    other.github.person = { ...OCTOCAT, email: null }
    const json = (await signInWithGithub(new Visitor(other.app.url))).json()
    assert.equal(json.outcome, 'created')
  })

  test('a guest is asked about, not merged, where the configuration says so', async ({
    assert,
    cleanup,
  }) => {
    const { app, close } = await createSocialApp({ guestUser: { mergeMode: 'ask' } })
    cleanup(close)
    const { id } = (await signInWithGithub(new Visitor(app.url))).json()
    const { visitor } = await becomeGuest(app)
    const answer = (await signInWithGithub(visitor)).json()
    assert.deepInclude(answer, { outcome: 'signed_in', id, kind: 'regular' })
    assert.equal(await app.count('guests'), 1)
  })
})
