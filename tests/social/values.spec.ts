import { test } from '@japa/runner'

import { collectLog } from '../app/log_lines.ts'
import { Visitor } from '../app/visitor.ts'
import { dialect } from '../app/test_database.ts'
import {
  becomeGuest,
  createSocialApp,
  OCTOCAT,
  signInWith,
  signInWithGithub,
  VERIFIED,
} from '../app/social_app.ts'

const JSON_CLIENT = { accept: 'application/json' }

test.group('Social login | values of an account', () => {
  test('a column without a value is named: {$self}')
    .with(['guest', 'nobody'])
    .run(async ({ assert, cleanup }, who) => {
      const { log, lines } = collectLog()
      const { app, close } = await createSocialApp({
        log,
        social: () => ({ attributes: { email: null } as never }),
      })
      cleanup(close)
      const visitor = who === 'guest' ? (await becomeGuest(app)).visitor : new Visitor(app.url)
      const answer = await signInWithGithub(visitor, JSON_CLIENT)

      assert.equal(answer.status, 500)
      const { message } = answer.json()
      assert.match(
        message,
        /column "users\.email" is NOT NULL and has no value\. Set it in "attributes"/
      )
      assert.include(JSON.stringify(lines), 'E_INCOMPLETE_SOCIAL_ATTRIBUTES')
      assert.notMatch(JSON.stringify(lines) + answer.text, /octocat/i)
      assert.equal(await app.count('social_identities'), 0)
    })

  test('an address that is empty is none: {$self}')
    .with(['', undefined])
    .run(async ({ assert, cleanup }, email) => {
      const { app, close } = await createSocialApp({ social: () => ({ attributes: { email } }) })
      cleanup(close)
      const answer = await signInWithGithub(new Visitor(app.url), JSON_CLIENT)
      assert.equal(answer.json().message.match(/Set "email" in "attributes"/)?.length, 1)
      assert.equal(await app.count('users'), 0)
    })

  test('a value that somebody else has is told to nobody', async ({ assert, cleanup }) => {
    const { log, lines } = collectLog()
    const { app, close } = await createSocialApp({
      log,
      social: () => ({ attributes: { fullName: 'Octavia' } }),
      columns: (table) => table.unique(['full_name']),
    })
    cleanup(close)
    await app.User.create({ fullName: 'Octavia', email: 'o@example.com', password: 'secret12' })
    const { visitor, id } = await becomeGuest(app)

    const answer = await signInWithGithub(visitor, JSON_CLIENT)
    assert.equal(answer.status, 500)
    assert.include(JSON.stringify(lines), 'The database refused a statement (unique')
    assert.notMatch(JSON.stringify(lines) + answer.text, /octocat|octavia/i)
    assert.deepInclude((await visitor.get('/about')).json(), { id, kind: 'guest' })
  })

  test('a new user gets a free username too', async ({ assert, cleanup }) => {
    const { app, close } = await createSocialApp({
      social: () => ({ attributes: { username: 'ann' } }),
    })
    cleanup(close)
    if (dialect !== 'mariadb') {
      await app.db.rawQuery('create unique index users_name on users (lower(username))')
    }
    await app.db.table('users').insert({ email: 'a@x.com', password: 'x', username: 'Ann' })

    const { id } = (await signInWithGithub(new Visitor(app.url))).json()
    assert.equal((await app.db.from('users').where('id', id).first()).username, 'ann-2')
  })

  test('a provider may tell an address only', async ({ assert, cleanup }) => {
    const { app, github, close } = await createSocialApp()
    cleanup(close)
    github.person = { ...OCTOCAT, login: ' ', name: null }
    const answer = await signInWith('plain', new Visitor(app.url))
    assert.deepInclude(answer.json(), { outcome: 'created', name: null, kind: 'regular' })
    const [user] = await app.db.from('users')
    assert.deepInclude(user, { email: OCTOCAT.email, full_name: null, username: 'octocat' })
  })

  test('names are not tried for ever', async ({ assert, cleanup }) => {
    const { app, close } = await createSocialApp({
      columns: (table) => table.integer('one').defaultTo(1).unique(),
    })
    cleanup(close)
    await app.User.create({ email: 'a@example.com', password: 'secret12' })
    app.queries.statements = []
    assert.equal((await signInWithGithub(new Visitor(app.url))).status, 500)
    assert.isBelow(app.queries.statements.filter((sql) => /^insert/i.test(sql)).length, 5)
  })
})

test.group('Social login | a driver of an application', () => {
  test('converts a guest, with an address that nobody has verified', async ({
    assert,
    cleanup,
  }) => {
    const { app, close } = await createSocialApp()
    cleanup(close)
    const { visitor, id } = await becomeGuest(app)
    const answer = (await signInWith('plain', visitor)).json()
    assert.deepInclude(answer, { outcome: 'converted', id, kind: 'regular' })

    const [user] = await app.db.from('users')
    const { email, login: username } = OCTOCAT
    assert.deepInclude(user, { email, username, email_verified_at: null })
  })

  test('takes no account over', async ({ assert, cleanup }) => {
    const { app, close } = await createSocialApp()
    cleanup(close)
    await app.User.create({ email: OCTOCAT.email, password: 'secret12' })
    await app.db.from('users').update({ email_verified_at: VERIFIED })
    const answer = await signInWith('plain', new Visitor(app.url), JSON_CLIENT)
    assert.equal(answer.status, 409)
    assert.equal(await app.count('social_identities'), 0)
  })
})
