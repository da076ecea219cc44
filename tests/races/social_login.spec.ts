import { test } from '@japa/runner'

import { dialect } from '../app/test_database.ts'
import { Visitor } from '../app/visitor.ts'
import { becomeGuest, createSocialApp, OCTOCAT, walkToCallback } from '../app/social_app.ts'

const JSON_CLIENT = { accept: 'application/json' }
const MANY = 12

type SocialApp = Awaited<ReturnType<typeof createSocialApp>>

/**
 * Everybody goes to GitHub, and all come back at once
 *
 * @param person who the provider says that the nth visitor is
 */
async function comeBackTogether(
  { github }: SocialApp,
  visitors: Visitor[],
  person = (_: number) => OCTOCAT
) {
  const paths: string[] = []
  for (const [index, visitor] of visitors.entries()) {
    github.person = person(index)
    paths.push(await walkToCallback(visitor))
  }
  return Promise.all(visitors.map((visitor, index) => visitor.get(paths[index], JSON_CLIENT)))
}

function listStatuses(answers: { status: number }[]) {
  return answers.map(({ status }) => status).sort()
}

function repeat<Value>(value: Value, times: number): Value[] {
  return Array.from({ length: times }, () => value)
}

function strangers(app: SocialApp['app']): Visitor[] {
  return Array.from({ length: MANY }, () => new Visitor(app.url))
}

test.group('Social login | at the same time', () => {
  test('one identity, many browsers: one account', async ({ assert, cleanup }) => {
    const social = await createSocialApp()
    const { app, close } = social
    cleanup(close)
    const answers = await comeBackTogether(social, strangers(app))
    assert.deepEqual(listStatuses(answers), repeat(200, MANY))

    const results = answers.map((answer) => answer.json())
    assert.lengthOf(new Set(results.map(({ id }) => id)), 1)
    assert.deepEqual(results.map(({ outcome }) => outcome).sort(), [
      'created',
      ...repeat('signed_in', MANY - 1),
    ])
    assert.equal(await app.count('users'), 1)
    assert.equal(await app.count('social_identities'), 1)
  })

  test('one identity, many guests: one converts, the others are merged', async ({
    assert,
    cleanup,
  }) => {
    const social = await createSocialApp()
    const { app, close } = social
    cleanup(close)
    const guests = []
    while (guests.length < MANY) {
      guests.push(await becomeGuest(app))
    }
    const answers = await comeBackTogether(
      social,
      guests.map(({ visitor }) => visitor)
    )
    assert.deepEqual(listStatuses(answers), repeat(200, MANY))

    const results = answers.map((answer) => answer.json())
    assert.deepEqual(results.map(({ outcome }) => outcome).sort(), [
      'converted',
      ...repeat('merged', MANY - 1),
    ])
    const [{ id }] = results
    assert.deepEqual(
      (await app.db.from('notes')).map(({ user_id: userId }) => userId),
      repeat(id, MANY)
    )
    assert.equal(await app.count('users'), 1)
  })

  test('many identities with one address: {$self}')
    .with(['the account keeps it as verified', 'nobody knows whether it is verified'])
    .run(async ({ assert, cleanup }, name) => {
      const isKept = name.startsWith('the account')
      const social = await createSocialApp({
        social: () => (isKept ? {} : { isEmailVerified: async () => false }),
      })
      const { app, close } = social
      cleanup(close)
      const answers = await comeBackTogether(social, strangers(app), (index) => {
        return { ...OCTOCAT, id: index + 1 }
      })

      assert.deepEqual(
        listStatuses(answers),
        isKept ? repeat(200, MANY) : [200, ...repeat(409, MANY - 1)]
      )
      assert.equal(await app.count('users'), 1)
      assert.equal(await app.count('social_identities'), isKept ? MANY : 1)
    })

  test('many people with one username: each has a name', async ({ assert, cleanup }) => {
    const social = await createSocialApp()
    const { app, close } = social
    cleanup(close)
    const answers = await comeBackTogether(social, strangers(app), (index) => {
      return { ...OCTOCAT, id: index + 1, email: `octocat${index}@example.com` }
    })
    assert.deepEqual(listStatuses(answers), repeat(200, MANY))
    const names = (await app.db.from('users')).map(({ username }) => username)
    assert.lengthOf(new Set(names), MANY)
    assert.includeMembers(names, ['the-octocat', 'the-octocat-2', 'the-octocat-3'])
  })

  /**
   * Others take the identity of the one who comes back, so many times
   */
  async function loseRaces(times: number, as: 'guest' | 'nobody') {
    let attempts = 0
    const social = await createSocialApp({
      social: () => ({
        async linkAccount(account: any, trx) {
          const isLost = ++attempts <= times
          await trx.table('social_identities').insert({
            provider_id: isLost ? 'taken' : String(OCTOCAT.id),
            user_id: account.id,
          })
        },
      }),
    })
    const { app, github, close } = social
    const rival: any = await app.User.create({ email: 'rival@example.com', password: 'secret12' })
    await app.db.table('social_identities').insert({ provider_id: 'taken', user_id: rival.id })
    github.person = OCTOCAT
    const { visitor, id } =
      as === 'guest' ? await becomeGuest(app) : { visitor: new Visitor(app.url) }
    const answer = await visitor.get(await walkToCallback(visitor), JSON_CLIENT)
    return { app, visitor, id, answer, attempts: () => attempts, close }
  }

  for (const as of ['guest', 'nobody'] as const) {
    test(`two lost races, then success, as ${as}`, async ({ assert, cleanup }) => {
      const { app, id, answer, attempts, close } = await loseRaces(2, as)
      cleanup(close)
      assert.equal(answer.status, 200)
      assert.deepInclude(answer.json(), {
        outcome: as === 'guest' ? 'converted' : 'created',
        kind: 'regular',
        ...(as === 'guest' && { id }),
      })
      assert.equal(attempts(), 3)
      assert.equal(await app.count('users'), 2)
      assert.equal(await app.count('guests'), 0)
      assert.equal(await app.count('social_identities'), 2)
    })

    test(`three lost races are an error, as ${as}`, async ({ assert, cleanup }) => {
      const { app, visitor, id, answer, attempts, close } = await loseRaces(3, as)
      cleanup(close)
      assert.equal(answer.status, 500)
      assert.include(answer.text, 'The database refused a statement (unique')
      assert.notInclude(answer.text, OCTOCAT.email)
      assert.equal(attempts(), 3)
      assert.equal(await app.count('users'), as === 'guest' ? 2 : 1)
      assert.equal(await app.count('social_identities'), 1)
      assert.deepInclude(
        (await visitor.get('/about')).json(),
        as === 'guest' ? { id, kind: 'guest' } : { id: null, kind: 'anonymous' }
      )
    })
  }

  test('a deadlock is tried again', async ({ assert, cleanup }) => {
    let attempts = 0
    let holding = 0
    const bothHoldOne = Promise.withResolvers<void>()
    const social = await createSocialApp({
      social: () => ({
        async linkAccount(_, trx) {
          const order = attempts++ % 2 === 0 ? ['one', 'two'] : ['two', 'one']
          await trx.from('notes').where('body', order[0]).update({ user_id: 1 })
          holding += 1
          // SQLite lets in one after the other
          if (holding === 2 || dialect === 'sqlite') {
            bothHoldOne.resolve()
          }
          await bothHoldOne.promise
          await trx.from('notes').where('body', order[1]).update({ user_id: 1 })
        },
      }),
    })
    const { app, close } = social
    cleanup(close)
    await app.User.create({ email: 'owner@example.com', password: 'secret12' })
    for (const body of ['one', 'two']) {
      await app.db.table('notes').insert({ user_id: 1, body })
    }
    await app.db.connection().schema.alterTable('notes', (table) => void table.index(['body']))

    const answers = await comeBackTogether(social, strangers(app).slice(0, 2), (index) => {
      return { ...OCTOCAT, id: index + 1, name: `Cat ${index}`, email: `cat${index}@example.com` }
    })
    assert.deepEqual(listStatuses(answers), [200, 200])
    assert.equal(attempts, dialect === 'sqlite' ? 2 : 3)
  })
})
