import { test } from '@japa/runner'

import { readPage, readRecipe } from './documentation.ts'
import { byNumber, ScheduledApp } from './scheduled_app.ts'

const PAGE = 'docs/schedules.md'

/**
 * More batches than cleanups that begin while the test waits
 */
const MANY = 20_000

test.group('The schedule with adonisjs-scheduler', (group) => {
  let app: ScheduledApp

  group.setup(async () => {
    app = await ScheduledApp.create(['adonisjs-scheduler'])
    await app.ace('configure', 'adonisjs-scheduler')
    for (const [path, code] of Object.entries(await readRecipe(PAGE, 'adonisjs-scheduler'))) {
      await app.fresh.write(path, code)
    }
    await app.ace('migration:run')
    return () => app.remove()
  })

  /**
   * The recipe waits for the next hour
   */
  async function hurry() {
    await app.fresh.edit('start/scheduler.ts', (text) => text.replace('hourly', 'everySecond'))
  }

  test('the compiler is content', async ({ assert }) => {
    const files = await readRecipe(PAGE, 'adonisjs-scheduler')
    assert.deepEqual(Object.keys(files), ['start/scheduler.ts'])
    assert.equal(await app.fresh.typecheck(), '')
  })

  test('the cleanup is due when the next hour begins', async ({ assert }) => {
    assert.match(await app.ace('scheduler:list'), /0 0 \* \* \* \*.*guest:cleanup/)
    await hurry()
  })

  test('expired guests go, the others stay, and SIGTERM ends it', async ({ assert, cleanup }) => {
    cleanup(() => app.forget())
    const expired = await app.addGuests(3, 'long ago')
    const active = await app.addGuests(2, 'now')

    const scheduler = app.start('scheduler:run')
    cleanup(() => scheduler.kill())
    await scheduler.prints('Deleted 3 of 3 expired guests')

    assert.deepEqual(await app.users(), active)
    assert.deepEqual((await app.deleted()).userIds, expired)
    assert.deepEqual(await scheduler.stop(), { status: 0, signal: null }, scheduler.output)
  })

  test('two at once delete each guest once', async ({ assert, cleanup }) => {
    cleanup(() => app.forget())
    const expired = await app.addGuests(MANY, 'long ago')
    const active = await app.addGuests(1, 'now')
    await app.pause()

    const schedulers = [app.start('scheduler:run'), app.start('scheduler:run')]
    schedulers.forEach((scheduler) => cleanup(() => scheduler.kill()))
    await app.waitForCleaners(2)
    await app.resume()
    await app.waitForDeleted(expired.length)
    for (const scheduler of schedulers) {
      assert.deepEqual(await scheduler.stop(), { status: 0, signal: null }, scheduler.output)
    }

    const { userIds, processIds } = await app.deleted()
    assert.deepEqual(userIds, expired)
    assert.deepEqual(await app.users(), active)
    assert.deepEqual(processIds, schedulers.map(({ id }) => id).sort(byNumber))
  })

  test('SIGTERM in the middle ends it after the batch', async ({ assert, cleanup }) => {
    cleanup(() => app.forget())
    const expired = await app.addGuests(MANY, 'long ago')
    await app.pause()

    const scheduler = app.start('scheduler:run')
    cleanup(() => scheduler.kill())
    await app.waitForCleaners(1)
    const ended = scheduler.stop()
    await app.resume()

    assert.deepEqual(await ended, { status: 0, signal: null }, scheduler.output)
    assert.include(scheduler.output, 'Stopped early')
    const { userIds } = await app.deleted()
    assert.isBelow(userIds.length, expired.length)
    assert.deepEqual([...userIds, ...(await app.users())].sort(byNumber), expired)
    assert.deepEqual(await app.guests(), await app.users())
  })
  test('the built application does the same, with flags', async ({ assert, cleanup }) => {
    const rules = await app.fresh.read('start/scheduler.ts')
    cleanup(() => app.fresh.write('start/scheduler.ts', rules))
    cleanup(() => app.forget())
    const page = await readPage(PAGE, 'adonisjs-scheduler')
    const [withFlags] = /scheduler\.command\('guest:cleanup', .+?\)(?=`)/.exec(page)!
    await app.fresh.edit('start/scheduler.ts', (text) =>
      text
        .replace("scheduler.command('guest:cleanup')", withFlags)
        .replace('--limit=100000', '--limit=2')
    )
    await app.build()
    const expired = await app.addGuests(3, 'long ago')

    const scheduler = app.startBuilt('scheduler:run')
    cleanup(() => scheduler.kill())
    await scheduler.prints('Deleted 2 of 3 expired guests')
    await app.waitForDeleted(3)
    assert.deepEqual((await app.deleted()).userIds, expired)
    assert.deepEqual(await scheduler.stop(), { status: 0, signal: null }, scheduler.output)
  })
})
