import { test } from '@japa/runner'
import { DateTime } from 'luxon'

import type { TestApp } from '../app/test_app.ts'
import { readListPage } from '../app/list_page.ts'
import { FIRST_ID, insertGuests } from '../app/guest_rows.ts'
import { createTestDatabase, dialect } from '../app/test_database.ts'
import { arriveAsOperator, createAdminApp, type Operator } from '../app/admin_app.ts'

const LIST = '/admin/guests'

/**
 * How databases compare texts: byte by byte, capitals before small letters and
 * accents behind both; or like a dictionary, where case and accents decide only
 * between words that are the same without them. MariaDB's default takes such
 * words for equal
 */
const COLLATIONS = {
  sqlite: [{ collation: 'bytes', clauses: '' }],
  mariadb: [
    { collation: 'a dictionary that ignores case and accents', clauses: '' },
    { collation: 'bytes', clauses: 'COLLATE utf8mb4_bin' },
  ],
  postgres: [
    { collation: 'bytes', clauses: `TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'` },
    {
      collation: 'a dictionary',
      clauses: `TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en' LC_COLLATE 'C' LC_CTYPE 'C'`,
    },
  ],
}[dialect]

/**
 * Guests with these names, in the order of their ids
 */
async function insertNamed(app: TestApp, names: string[], column = 'full_name') {
  const now = DateTime.now()
  await insertGuests(
    app,
    names.map((_, index) => {
      const moment = now.minus({ seconds: index })
      return { createdAt: moment, lastSeenAt: moment }
    })
  )
  for (const [index, name] of names.entries()) {
    await app.db
      .from('users')
      .where('id', FIRST_ID + index)
      .update({ [column]: name })
  }
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
      const database = await createTestDatabase(dialect, clauses)
      const app = await createAdminApp({ database })
      cleanup(async () => {
        await app.close()
        await database.drop()
      })
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
      const database = await createTestDatabase(dialect, clauses)
      const app = await createAdminApp({ database })
      cleanup(async () => {
        await app.close()
        await database.drop()
      })
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

  test('{collation}: knows no wildcards')
    .with(COLLATIONS)
    .run(async ({ assert, cleanup }, { clauses }) => {
      const database = await createTestDatabase(dialect, clauses)
      const app = await createAdminApp({ database })
      cleanup(async () => {
        await app.close()
        await database.drop()
      })
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
