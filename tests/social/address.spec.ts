import { test } from '@japa/runner'

import { dialect } from '../app/test_database.ts'
import { Visitor } from '../app/visitor.ts'
import {
  becomeGuest,
  createSocialApp,
  OCTOCAT,
  signInWithGithub,
  VERIFIED,
} from '../app/social_app.ts'

const JSON_CLIENT = { accept: 'application/json' }

test.group('Social login | who an address belongs to', () => {
  test('whoever is signed in to the account adds the identity to it', async ({
    assert,
    cleanup,
  }) => {
    const { app, github, close } = await createSocialApp()
    cleanup(close)
    const account: any = await app.User.create({ email: OCTOCAT.email, password: 'secret12' })
    const visitor = new Visitor(app.url)
    assert.equal((await signInWithGithub(visitor)).location, '/login')
    await visitor.post(`/login/${account.id}`)

    github.person = { ...OCTOCAT, isVerified: false }
    const answer = (await signInWithGithub(visitor)).json()
    assert.deepInclude(answer, { outcome: 'linked', id: account.id, user: account.id })
    const again = (await signInWithGithub(new Visitor(app.url))).json()
    assert.deepInclude(again, { outcome: 'signed_in', id: account.id })
  })

  test('an account that has the address keeps nobody from adding the identity to theirs', async ({
    assert,
    cleanup,
  }) => {
    const { app, close } = await createSocialApp()
    cleanup(close)
    await app.User.create({ email: OCTOCAT.email, password: 'secret12' })
    const ann: any = await app.User.create({ email: 'ann@example.com', password: 'secret12' })
    const visitor = new Visitor(app.url)
    await visitor.post(`/login/${ann.id}`)

    assert.deepInclude((await signInWithGithub(visitor)).json(), { outcome: 'linked', id: ann.id })
    const [identity] = await app.db.from('social_identities')
    assert.equal(identity.user_id, ann.id)
  })

  test('an account that is surely theirs comes before the one that is signed in', async ({
    assert,
    cleanup,
  }) => {
    const { app, close } = await createSocialApp()
    cleanup(close)
    const account: any = await app.User.create({ email: OCTOCAT.email, password: 'secret12' })
    await app.db.from('users').update({ email_verified_at: VERIFIED })
    const ann: any = await app.User.create({ email: 'ann@example.com', password: 'secret12' })
    const visitor = new Visitor(app.url)
    await visitor.post(`/login/${ann.id}`)

    const answer = (await signInWithGithub(visitor)).json()
    assert.deepInclude(answer, { outcome: 'signed_in', id: account.id })
    const [identity] = await app.db.from('social_identities')
    assert.equal(identity.user_id, account.id)
    assert.equal(await app.count('users'), 2)
  })

  test('a guest who left their own address becomes a regular user', async ({ assert, cleanup }) => {
    const { app, close } = await createSocialApp()
    cleanup(close)
    const { visitor, id } = await becomeGuest(app)
    await app.db.from('users').where('id', id).update({ email: OCTOCAT.email })

    const answer = (await signInWithGithub(visitor)).json()
    assert.deepInclude(answer, { outcome: 'converted', id, kind: 'regular' })
  })

  test('a guest who left the address is no account to sign in to', async ({ assert, cleanup }) => {
    const { app, close } = await createSocialApp()
    cleanup(close)
    const { id } = await becomeGuest(app)
    await app.db
      .from('users')
      .where('id', id)
      .update({ email: OCTOCAT.email, email_verified_at: VERIFIED })

    const answer = await signInWithGithub(new Visitor(app.url), JSON_CLIENT)
    assert.equal(answer.status, 409)
    assert.equal(await app.count('social_identities'), 0)
    assert.equal(await app.count('guests'), 1)
  })

  test('an address that only looks the same is another one: {$self}')
    .with(['octocát@example.com', 'octocat@exámple.com', 'octoc\u{FF41}t@example.com'])
    .run(async ({ assert, cleanup }, email) => {
      const { app, github, close } = await createSocialApp()
      cleanup(close)
      github.person = { ...OCTOCAT, email }
      const account: any = await app.User.create({ email: OCTOCAT.email, password: 'secret12' })
      await app.db.from('users').update({ email_verified_at: VERIFIED })

      const answer = await signInWithGithub(new Visitor(app.url), JSON_CLIENT)
      assert.notEqual(answer.json().id, account.id)
      assert.include([200, 409], answer.status)
      assert.equal(
        (await app.db.from('social_identities').where('user_id', account.id).first()) ?? null,
        null
      )
    })

  test('upper and lower case make no difference', async ({ assert, cleanup }) => {
    const { app, github, close } = await createSocialApp()
    cleanup(close)
    const account: any = await app.User.create({ email: OCTOCAT.email, password: 'secret12' })
    github.person = { ...OCTOCAT, email: 'OctoCat@Example.com' }

    const refused = await signInWithGithub(new Visitor(app.url), JSON_CLIENT)
    assert.equal(refused.status, 409)
    await app.db.from('users').update({ email_verified_at: VERIFIED })
    const answer = (await signInWithGithub(new Visitor(app.url))).json()
    assert.deepInclude(answer, { outcome: 'signed_in', id: account.id })
  })

  test('an address from elsewhere is not verified by the provider', async ({ assert, cleanup }) => {
    const { app, close } = await createSocialApp({
      social: () => ({ attributes: { email: 'typed@example.com' } }),
    })
    cleanup(close)
    const { outcome } = (await signInWithGithub(new Visitor(app.url))).json()
    assert.equal(outcome, 'created')
    const [user] = await app.db.from('users')
    assert.deepInclude(user, { email: 'typed@example.com', email_verified_at: null })
  })

  test('an address from elsewhere that is taken opens nothing and is told to nobody', async ({
    assert,
    cleanup,
  }) => {
    const { app, close } = await createSocialApp({
      social: () => ({ attributes: { email: 'typed@example.com' } }),
    })
    cleanup(close)
    await app.User.create({ email: 'typed@example.com', password: 'secret12' })
    await app.db.from('users').update({ email_verified_at: VERIFIED })
    const { visitor, id } = await becomeGuest(app)

    const answer = await signInWithGithub(visitor, JSON_CLIENT)
    assert.equal(answer.status, 409)
    assert.notInclude(answer.text, 'typed@')
    assert.deepInclude((await visitor.get('/about')).json(), { id, kind: 'guest' })
    assert.equal(await app.count('users'), 2)
  })

  test('a unique key over lower(email) is understood', async ({ assert, cleanup }) => {
    const { app, github, close } = await createSocialApp()
    cleanup(close)
    if (dialect !== 'mariadb') {
      await app.db.rawQuery('create unique index users_address on users (lower(email))')
    }
    await app.User.create({ email: 'OctoCat@example.com', password: 'secret12' })
    github.person = OCTOCAT

    const answer = await signInWithGithub(new Visitor(app.url), JSON_CLIENT)
    assert.equal(answer.status, 409)
    assert.equal(await app.count('users'), 1)
  })
})
