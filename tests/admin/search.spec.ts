import { test } from '@japa/runner'
import { DateTime } from 'luxon'

import type { TestApp } from '../app/test_app.ts'
import { readListPage } from '../app/list_page.ts'
import { FIRST_ID, insertGuests, renameGuests } from '../app/guest_rows.ts'
import { createTestDatabase, dialect } from '../app/test_database.ts'
import { arriveAsOperator, createAdminApp, type Operator } from '../app/admin_app.ts'

const LIST = '/admin/guests'

/**
 * How databases compare texts: byte by byte, capitals before small letters and
 * accents behind both; or like a dictionary, where case and accents decide only
 * between words that are the same without them. MariaDB's default takes such
 * words for equal. Dictionaries of Linux take no notice of hyphens and dots, either
 */
const ICU = 'TEMPLATE template0 LC_COLLATE "C" LC_CTYPE "C" LOCALE_PROVIDER icu ICU_LOCALE'
const COLLATIONS = {
  sqlite: [{ collation: 'bytes', clauses: '' }],
  mariadb: [
    { collation: 'a dictionary that ignores case and accents', clauses: '' },
    { collation: 'bytes', clauses: 'COLLATE utf8mb4_bin' },
  ],
  postgres: [
    { collation: 'bytes', clauses: 'TEMPLATE template0 LC_COLLATE "C" LC_CTYPE "C"' },
    { collation: 'a dictionary', clauses: `${ICU} "en"` },
    { collation: 'a dictionary that ignores punctuation', clauses: `${ICU} "en-u-ka-shifted"` },
  ],
}[dialect]

async function createAppThatCompares(clauses: string) {
  const database = await createTestDatabase(dialect, clauses)
  const app = await createAdminApp({ database })
  return {
    ...app,
    async close() {
      await app.close()
      await database.drop()
    },
  }
}

/**
 * Guests with these names, in the order of their ids
 */
async function insertNamed(app: TestApp, names: string[]) {
  const now = DateTime.now()
  await insertGuests(
    app,
    names.map((_, index) => {
      const moment = now.minus({ seconds: index })
      return { createdAt: moment, lastSeenAt: moment }
    })
  )
  await renameGuests(app, 'full_name', names)
}

async function search(operator: Operator, term: string, more = '') {
  const { status, text } = await operator.get(`${LIST}?search=${encodeURIComponent(term)}${more}`)
  if (status !== 200) {
    throw new Error(`The search for ${term} answers ${status}`)
  }
  return readListPage(text)
}

const labels = ({ rows }: { rows: { label: string }[] }) => rows.map(({ label }) => label)

test.group('Admin search, texts compared by', (group) => {
  group.each.timeout(60_000)

  test('{collation}: finds what columns begin with, in any case')
    .with(COLLATIONS)
    .run(async ({ assert, cleanup }, { clauses }) => {
      const app = await createAppThatCompares(clauses)
      cleanup(() => app.close())
      await insertNamed(app, [
        'Ann',
        'ann b',
        'Anna',
        'An',
        'Hanna',
        'bob',
        'ANNIE',
        'Ánn',
        'ann.c',
        'Ann-Lee Doe',
      ])
      const operator = await arriveAsOperator(app)

      for (const term of ['ann', 'Ann']) {
        const found = labels(await search(operator, term))
        assert.includeMembers(found, ['Ann', 'ann b', 'Anna', 'ann.c'], term)
        assert.notIncludeMembers(found, ['An'], term)
        assert.notIncludeMembers(found, ['Hanna'], term)
        assert.notIncludeMembers(found, ['bob'], term)
      }
      assert.includeMembers(labels(await search(operator, 'ANN')), ['Ann', 'ann b', 'ANNIE'])
      assert.deepEqual(labels(await search(operator, 'ann.')), ['ann.c'])
      for (const term of ['ann-lee d', 'Ann-lee D', 'ANN-LEE DOE', 'Ann-Lee Doe']) {
        assert.deepEqual(labels(await search(operator, term)), ['Ann-Lee Doe'], term)
      }
      assert.deepEqual(labels(await search(operator, 'ann b')), ['ann b'])
      assert.deepEqual(labels(await search(operator, '  bob ')), ['bob'])
      assert.deepEqual(labels(await search(operator, 'zoe')), [])
      assert.deepEqual(labels(await search(operator, 'nn')), [])
    })

  test('{collation}: finds a name among others that differ in accents only')
    .with(COLLATIONS)
    .run(async ({ assert, cleanup }, { clauses }) => {
      const app = await createAppThatCompares(clauses)
      cleanup(() => app.close())
      // A dictionary has them in turns, and more of them than are read at first
      const plain = Array.from({ length: 40 }, (_, index) => `Jose ${10 + index}`)
      await insertNamed(app, [...plain, 'José 49', 'Josz', 'Straße 1', 'Strasse 1'])
      const operator = await arriveAsOperator(app)

      assert.include(labels(await search(operator, 'José')), 'José 49')
      assert.include(labels(await search(operator, 'josé')), 'José 49')
      assert.includeMembers(labels(await search(operator, 'jose')), plain)
      assert.notInclude(labels(await search(operator, 'jose')), 'Josz')
      assert.notInclude(labels(await search(operator, 'jose')), 'José 49')
      assert.include(labels(await search(operator, 'straße')), 'Straße 1')
    })

  test('{collation}: finds names with hyphens and dots among others')
    .with(COLLATIONS)
    .run(async ({ assert, cleanup }, { clauses }) => {
      const app = await createAppThatCompares(clauses)
      cleanup(() => app.close())
      // Each term has more of them before it than are read at first
      const between = Array.from({ length: 30 }, (_, index) => `anna ${10 + index}`)
      const names = ['ann@x.test', 'an-na.z', 'Ann. X', 'Ann', ...between]
      await insertNamed(app, names)
      const operator = await arriveAsOperator(app)

      assert.deepEqual(labels(await search(operator, 'ann@')), ['ann@x.test'])
      assert.deepEqual(labels(await search(operator, 'ann@x.test')), ['ann@x.test'])
      assert.deepEqual(labels(await search(operator, 'an-')), ['an-na.z'])
      assert.deepEqual(labels(await search(operator, 'an-na.')), ['an-na.z'])
      assert.deepEqual(labels(await search(operator, 'Ann.')), ['Ann. X'])
      assert.includeMembers(labels(await search(operator, 'anna 1')), between.slice(0, 10))
      assert.lengthOf(labels(await search(operator, 'ann')), 33)
      for (const term of ['ann@', 'an-', 'ann']) {
        assert.deepEqual((await search(operator, term)).problems, [])
      }
    })

  test('{collation}: reads all of two hundred characters')
    .with(COLLATIONS)
    .run(async ({ assert, cleanup }, { clauses }) => {
      const app = await createAppThatCompares(clauses)
      cleanup(() => app.close())
      const beginning = 'ann '.repeat(49) + 'lee'
      const names = [`${beginning}a`, `${beginning}b`, `${beginning}`]
      await insertNamed(app, names)
      const operator = await arriveAsOperator(app)

      assert.deepEqual(labels(await search(operator, names[0])), [names[0]])
      assert.deepEqual(labels(await search(operator, names[1].toUpperCase())), [names[1]])
      assert.sameMembers(labels(await search(operator, beginning)), names)
    })

  test('{collation}: knows no wildcards')
    .with(COLLATIONS)
    .run(async ({ assert, cleanup }, { clauses }) => {
      const app = await createAppThatCompares(clauses)
      cleanup(() => app.close())
      const names = ['100% Ann', '100 Bob', 'a_b', 'axb', 'a\\b', '%', '_', '\\', '[a]', '*']
      await insertNamed(app, names)
      const operator = await arriveAsOperator(app)

      assert.deepEqual(labels(await search(operator, '100%')), ['100% Ann'])
      assert.deepEqual(labels(await search(operator, 'a_')), ['a_b'])
      assert.deepEqual(labels(await search(operator, 'a\\')), ['a\\b'])
      assert.deepEqual(labels(await search(operator, '[')), ['[a]'])
      for (const term of ['%', '_', '\\', '*']) {
        assert.deepEqual(labels(await search(operator, term)), [term])
      }
      for (const term of [
        '%a',
        '__',
        'a%',
        '?',
        "'",
        '"',
        "' or ''='",
        '$1',
        '😀',
        '\u0000\u0001',
      ]) {
        assert.deepEqual(labels(await search(operator, term)), [], term)
      }
    })
})

test.group('Admin search', (group) => {
  group.each.timeout(60_000)

  test('looks into each column, and nowhere else', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    await insertNamed(app, ['Ann', 'Bob', 'Cleo'])
    await renameGuests(app, 'email', ['bob@x.test', 'dora@x.test', 'ann@x.test'])
    await app.db.from('users').update({ password: 'secret' })
    const operator = await arriveAsOperator(app)

    assert.deepEqual(labels(await search(operator, 'ann')), ['Ann', 'Cleo'])
    assert.deepEqual(labels(await search(operator, 'bob')), ['Ann', 'Bob'])
    assert.deepEqual(labels(await search(operator, 'dora@x.test')), ['Bob'])
    assert.deepEqual(labels(await search(operator, 'secret')), [])
  })

  test('finds ids only, when no columns are configured', async ({ assert, cleanup }) => {
    const app = await createAdminApp({ guestUser: { admin: { search: undefined } } })
    cleanup(() => app.close())
    await insertNamed(app, ['Ann', 'Bob'])
    const operator = await arriveAsOperator(app)

    assert.deepEqual(labels(await search(operator, 'ann')), [])
    assert.deepEqual(labels(await search(operator, String(FIRST_ID + 1))), ['Bob'])
  })

  test('finds guests by an id of the type {$self}')
    .with(['increments', 'bigIncrements', 'uuid', 'string'] as const)
    .run(async ({ assert, cleanup }, userKey) => {
      const app = await createAdminApp({ userKey, guestUser: { admin: { search: [] } } })
      cleanup(() => app.close())
      const users: any[] = [await app.guestUsers.create(), await app.guestUsers.create()]
      const operator = await arriveAsOperator(app)

      for (const { id } of users) {
        const { rows } = await search(operator, String(id))
        assert.deepEqual(
          rows.map((row) => row.id),
          [String(id)]
        )
      }
      // SQLite holds texts, which may well be in capitals
      if (userKey === 'uuid' && dialect !== 'sqlite') {
        assert.lengthOf((await search(operator, users[0].id.toUpperCase())).rows, 1)
      }
      const strangers = ['0', '-1', '1.5', '1e3', '99999999999999999999', '9223372036854775807']
      for (const term of [...strangers, 'abc', '00000000-0000-0000-0000-000000000000', '0x1']) {
        assert.lengthOf((await search(operator, term)).rows, 0, term)
      }
    })

  test('finds within a filter, in the order of the list', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const now = DateTime.now()
    await insertGuests(
      app,
      [40, 1, 50, 2].map((days) => ({
        createdAt: now.minus({ days }),
        lastSeenAt: now.minus({ days }),
      }))
    )
    await renameGuests(app, 'full_name', ['Ann 1', 'Ann 2', 'Ann 3', 'Bob'])
    const operator = await arriveAsOperator(app)

    const all = await search(operator, 'ann')
    assert.deepEqual(labels(all), ['Ann 2', 'Ann 1', 'Ann 3'])
    assert.equal(all.caption, '3 guests')
    assert.deepEqual(all.tabs, { all: '4', active: '2', expired: '2' })

    const expired = await search(operator, 'ann', '&show=expired')
    assert.deepEqual(labels(expired), ['Ann 1', 'Ann 3'])
    assert.equal(expired.caption, '2 guests')
    assert.deepEqual(labels(await search(operator, 'ann', '&show=older&age=45d')), ['Ann 3'])
    assert.deepEqual(labels(await search(operator, 'ann', '&sort=created')), [
      'Ann 3',
      'Ann 1',
      'Ann 2',
    ])
  })

  test('of more than 1,000 users says so, and shows the guests among the first', async ({
    assert,
    cleanup,
  }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    const now = DateTime.now()
    await insertGuests(
      app,
      Array.from({ length: 1001 }, () => ({ createdAt: now, lastSeenAt: now }))
    )
    const operator = await arriveAsOperator(app)
    const message = (term: string) =>
      `Too many users are near “${term}”. Only the guests among the first thousand are shown: type more to find the others.`

    // Their addresses begin with their ids, 1000000 to 1001000
    const partial = await search(operator, '100')
    assert.deepEqual(partial.problems, [message('100')])
    assert.equal(partial.caption, '1,000 guests')
    assert.lengthOf(partial.rows, 50)
    assert.isDefined(partial.next)

    const full = await search(operator, '1000')
    assert.deepEqual(full.problems, [])
    assert.equal(full.caption, '1,000 guests')

    const first = await operator.get(`${LIST}?search=100`)
    const second = readListPage((await operator.get(readListPage(first.text).next!)).text)
    assert.lengthOf(second.rows, 50)
    assert.deepEqual(second.problems, [message('100')])
  })

  test('takes a term that is too long for any name', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    await insertNamed(app, ['Ann'])
    const operator = await arriveAsOperator(app)
    for (const term of ['a'.repeat(5000), '😀'.repeat(300), '9'.repeat(300)]) {
      assert.deepEqual(labels(await search(operator, term)), [])
    }
    // Spaces alone are no search
    assert.deepEqual(labels(await search(operator, '   ')), ['Ann'])
  })
})
