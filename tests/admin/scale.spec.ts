import { test } from '@japa/runner'

import { Explained } from '../app/explained.ts'
import { TwoSizes } from '../app/two_sizes.ts'
import { dialect } from '../app/test_database.ts'
import { arriveAsOperator, createAdminApp, type Operator } from '../app/admin_app.ts'
import type { TestApp } from '../app/test_app.ts'

const FEW = 1000
const MANY = 200_000
const ROUNDS = 9

/**
 * 200 times the guests may cost twice the time, and a little for the counts
 * that end at 10,000
 */
const MOST_TIMES = 2
const SPARE_MILLISECONDS = 15

/**
 * Of 8 kB, in memory or not. A page looks at a hundred; its counts at some
 * thousand more where VACUUM has not been yet, and so does a search that finds a
 * thousand users
 */
const FEW_BLOCKS = 600
const MOST_BLOCKS = 10_000

const LIST = '/admin/guests'

/**
 * The picture is counted every 30 seconds at most, and beside the page
 */
const isOfList = (sql: string) => !sql.includes('"day_0"')

/**
 * A page further on
 */
async function turnPages(operator: Operator, path: string, times: number): Promise<string> {
  let next = path
  for (let turned = 0; turned < times; turned++) {
    const { text } = await operator.get(next)
    next = /<a href="([^"]+)" rel="next">/.exec(text)![1].replaceAll('&amp;', '&')
  }
  return next
}

async function measure(operator: Operator, path: string): Promise<number> {
  const startedAt = performance.now()
  const { status } = await operator.get(path)
  if (status !== 200) {
    throw new Error(`${path} answers ${status}`)
  }
  return performance.now() - startedAt
}

const PAGES = [
  { name: 'the first page', path: LIST, queries: 4 },
  { name: 'the oldest first', path: `${LIST}?sort=created`, queries: 4 },
  { name: 'the active ones', path: `${LIST}?show=active`, queries: 4 },
  { name: 'the expired ones', path: `${LIST}?show=expired`, queries: 4 },
  { name: 'older than 45 days', path: `${LIST}?show=older&age=45+days`, queries: 4 },
  { name: 'older than any', path: `${LIST}?show=older&age=1000+days`, queries: 3 },
  { name: 'the tenth page', path: LIST, turns: 9, queries: 4 },
  { name: 'a search that finds one', path: `${LIST}?search=guest-777@`, queries: 8 },
  {
    name: 'a search that finds thousands',
    path: `${LIST}?search=guest`,
    queries: 11,
  },
  {
    name: 'a search that finds no guests',
    path: `${LIST}?search=user`,
    queries: 9,
  },
  { name: 'a search that finds nobody', path: `${LIST}?search=zoe`, queries: 7 },
  { name: 'a search for an id', path: `${LIST}?search=500`, queries: 6 },
]

if (dialect === 'postgres') {
  test.group('Admin, from 1,000 guests to 200,000', (group) => {
    let app: TestApp
    let sizes: TwoSizes
    let operator: Operator
    let explained: Explained
    group.setup(async () => {
      const database = await TwoSizes.createDatabase()
      app = await createAdminApp({
        database,
        createTables: false,
        async prepare({ db }) {
          sizes = new TwoSizes(db)
          await sizes.add('few', FEW)
          await sizes.add('many', MANY)
        },
      })
      operator = await arriveAsOperator(app)
      explained = new Explained(app, database.connection)
      await explained.connect()
      return async () => {
        await explained.close()
        await app.close()
        await database.drop()
      }
    })
    group.tap((spec) => spec.timeout(120_000))

    test('{name}: {queries} queries, in the same time')
      .with(PAGES)
      .run(async ({ assert }, { path, turns = 0, queries }) => {
        const urls: Record<string, string> = {}
        const counted: Record<string, number> = {}
        const blocks: Record<string, number> = {}
        const times: Record<string, number[]> = { few: [], many: [] }
        for (const size of ['few', 'many']) {
          await sizes.show(size)
          urls[size] = await turnPages(operator, path, turns)
          // The first page with a search reads the type of the key once
          await operator.get(urls[size])
          const show = () => operator.get(urls[size])
          counted[size] = (await app.queries.during(show)).filter(isOfList).length
          blocks[size] = await explained.countBlocks(show, isOfList)
        }
        for (let round = 0; round < ROUNDS; round++) {
          for (const size of ['few', 'many']) {
            await sizes.show(size)
            await operator.get(urls[size])
            times[size].push(await measure(operator, urls[size]))
          }
        }

        const [few, many] = [Math.min(...times.few), Math.min(...times.many)]
        assert.deepEqual(counted, { few: queries, many: queries })
        assert.isBelow(blocks.many, MOST_BLOCKS)
        assert.isBelow(many, few * MOST_TIMES + SPARE_MILLISECONDS)
      })

    test('a page in the middle, {by} {direction}')
      .with([
        { by: 'createdAt', direction: 'desc' },
        { by: 'createdAt', direction: 'asc' },
        { by: 'lastSeenAt', direction: 'desc' },
        { by: 'lastSeenAt', direction: 'asc' },
      ] as const)
      .run(async ({ assert }, order) => {
        await sizes.show('many')
        const column = order.by === 'createdAt' ? 'created_at' : 'last_seen_at'
        const { rows } = await app.db.rawQuery(
          `select user_id as "userId", ${column}::text as moment from guests where user_id = ${MANY / 2}`
        )
        const inventory = await app.guestUsers.engine.loadInventory()
        for (const side of ['after', 'before']) {
          const blocks = await explained.countBlocks(async () => {
            const page = await inventory.page({ filter: {}, order, size: 50, [side]: rows[0] })
            assert.lengthOf(page.guests, 50)
            assert.isDefined(page.previous)
            assert.isDefined(page.next)
          }, isOfList)
          assert.isBelow(blocks, FEW_BLOCKS)
        }
      })
  })
}
