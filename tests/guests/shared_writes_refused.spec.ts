import { test } from '@japa/runner'

import { WriteLog } from '../app/write_log.ts'
import { dialect } from '../app/test_database.ts'
import { createTestApp, type TestApp, type TestAppOptions } from '../app/test_app.ts'

/**
 * Guests in a write
 */
const MOST = dialect === 'mariadb' ? 16 : 50

const NAMES = Array.from({ length: 40 }, (_, index) => `guest-${index}`)

/**
 * An application whose before-hook, or whose database, refuses some guests, and the
 * names in its events
 */
async function createStrictApp(
  cleanup: (close: () => Promise<void>) => void,
  options: TestAppOptions = {}
) {
  const app = await createTestApp({
    guestUser: {
      attributes: ({ username }: any) =>
        (username === 'guest-12'
          ? { fullName: username }
          : { fullName: username, email: `${username}@guest.invalid` }) as any,
    },
    async prepare({ User }) {
      User.before('create', (user: any) => {
        if (user.fullName === 'guest-20') {
          throw new Error('not this one')
        }
      })
    },
    ...options,
  })
  cleanup(() => app.close())
  const sent: string[] = []
  app.emitter.on('guest_user:created', ({ user }: any) => void sent.push(user.fullName))
  return { app, sent }
}

function createNamed(app: TestApp, names: string[]) {
  return Promise.allSettled(
    names.map((username) => app.guestUsers.create({ username }) as Promise<any>)
  )
}

async function namesOf(app: TestApp): Promise<string[]> {
  const rows = await app.db.from('users').join('guests', 'users.id', 'guests.user_id')
  return rows.map((row) => row.full_name)
}

test.group('A guest who is refused, in a crowd', () => {
  test('costs nobody else anything', async ({ assert, cleanup }) => {
    const { app, sent } = await createStrictApp(cleanup)
    await app.User.create({ fullName: 'Ann', email: 'guest-7@guest.invalid', password: '-' })
    const results = await createNamed(app, NAMES)

    const failed = results.flatMap((result, index) =>
      result.status === 'rejected' ? [[index, result.reason.code ?? result.reason.message]] : []
    )
    assert.deepEqual(failed, [
      [12, 'E_INCOMPLETE_GUEST_ATTRIBUTES'],
      [20, 'not this one'],
    ])
    const users = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    const wanted = NAMES.filter((name) => !['guest-7', 'guest-12', 'guest-20'].includes(name))
    const names = users.map(({ fullName }) => fullName)
    assert.includeMembers(names, wanted)
    assert.lengthOf(new Set(names), wanted.length + 1, 'the taken name got another one')
    assert.sameMembers(sent, names)
    assert.sameMembers(await namesOf(app), names)
    assert.equal(await app.count('users'), names.length + 1)
    for (const user of users) {
      assert.equal((await app.User.findOrFail(user.id)).fullName, user.fullName)
    }
  })

  test('may be one of many', async ({ assert, cleanup }) => {
    const { app, sent } = await createStrictApp(cleanup)
    const taken = NAMES.filter((_, index) => index % 2 === 0)
    await app.db
      .table('users')
      .multiInsert(taken.map((name) => ({ email: `${name}@guest.invalid`, password: '-' })))
    const results = await createNamed(
      app,
      NAMES.filter((name) => !['guest-12', 'guest-20'].includes(name))
    )
    assert.isTrue(results.every(({ status }) => status === 'fulfilled'))
    assert.lengthOf(new Set(sent), 38)
    assert.equal(await app.count('guests'), 38)
    assert.equal(await app.count('users'), 58)
  })

  test('is one of two who want the same name', async ({ assert, cleanup }) => {
    const { app, sent } = await createStrictApp(cleanup)
    const results = await createNamed(app, [...Array(10).fill('same'), 'other'])
    assert.isTrue(results.every(({ status }) => status === 'fulfilled'))
    assert.lengthOf(
      sent.filter((name) => name === 'same'),
      1
    )
    assert.lengthOf(new Set(sent), 11)
    assert.equal(await app.count('guests'), 11)
  })

  test('brings no statement of SQL to nothing', async ({ assert, cleanup }) => {
    const { app } = await createStrictApp(cleanup, {
      guestUser: {
        attributes: ({ username }: any) =>
          ({
            fullName: username,
            email: app.db.raw('lower(?)', [username === 'guest-5' ? 'TAKEN' : username]),
          }) as any,
      },
      prepare: undefined,
    })
    await app.User.create({ email: 'taken', password: '-' })
    const results = await createNamed(app, NAMES)
    const named = results.map((result) => result.status === 'fulfilled' && result.value.fullName)
    assert.deepEqual(named.with(5, 'guest-5'), NAMES)
    assert.equal(await app.count('guests'), NAMES.length)
  })
})

test.group('In a crowd', () => {
  test('those with the same visit key are one guest', async ({ assert, cleanup }) => {
    const { app, sent } = await createStrictApp(cleanup, { guestUser: {} })
    const visits = Array.from({ length: 30 }, (_, index) => {
      const visitKey = index % 5 === 0 ? `tabs ${index % 2}` : null
      const create = app.guestUsers.create({ visitKey: visitKey ?? undefined } as any)
      return create.then((user: any) => ({ visitKey, id: user.id }))
    })
    const guests = await Promise.all(visits)
    for (const visitKey of ['tabs 0', 'tabs 1']) {
      const ids = guests.filter((guest) => guest.visitKey === visitKey).map(({ id }) => id)
      assert.lengthOf(ids, 3)
      assert.lengthOf(new Set(ids), 1)
    }
    assert.lengthOf(new Set(guests.map(({ id }) => id)), 26)
    assert.equal(await app.count('guests'), 26)
    assert.equal(await app.count('users'), 26)
    assert.lengthOf(new Set(sent), 26)
    assert.lengthOf(sent, 26)
  })

  test(`no write has more than ${MOST}`, async ({ assert, cleanup }) => {
    const { app } = await createStrictApp(cleanup, { guestUser: {} })
    const sizes = await new WriteLog(app.db).during(() =>
      Promise.all(Array.from({ length: 130 }, () => app.guestUsers.create()))
    )
    assert.equal(Math.max(...sizes), MOST)
    assert.isAtMost(sizes.length, dialect === 'mariadb' ? 12 : 5)
    assert.equal(await app.count('guests'), 130)
  })

  // SQLite has one connection, which the transaction would hold
  if (dialect !== 'sqlite') {
    test('nobody shares the transaction of a caller', async ({ assert, cleanup }) => {
      const { app, sent } = await createStrictApp(cleanup, { guestUser: {} })
      const trx = await app.db.transaction()
      const [first, mine, ...others] = await Promise.all([
        app.guestUsers.create(),
        app.guestUsers.create({ client: trx }),
        ...NAMES.map(() => app.guestUsers.create()),
      ])
      assert.equal(await app.count('guests'), 41)
      await trx.rollback()
      assert.isNull(await app.guestUsers.find((mine as any).id))
      for (const user of [first, ...others]) {
        assert.isTrue(await app.guestUsers.isGuest(user))
      }
      assert.lengthOf(sent, 41)
    })
  }
})
