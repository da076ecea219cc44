import { test } from '@japa/runner'

import { QueueApp } from './queue_app.ts'
import { byNumber, type ScheduledApp } from './scheduled_app.ts'

/**
 * More batches than jobs that begin while the test waits
 */
const MANY = 12_000

for (const driver of ['redis', 'database'] as const) {
  test.group(`The schedule with @adonisjs/queue, driver ${driver}`, (group) => {
    let queue: QueueApp
    let app: ScheduledApp

    if (driver === 'redis') {
      group.tap((one) => one.tags(['@redis']))
    }
    group.setup(async () => {
      queue = await QueueApp.create(driver)
      app = queue.scheduled
      return () => queue.remove()
    })

    /**
     * In Redis, the worker before may have taken the next run along, see below
     */
    async function startWorker() {
      if (driver === 'redis') {
        await queue.startServer()
      }
      return app.start('queue:work')
    }

    test('the compiler is content', async ({ assert }) => {
      const files = Object.keys(await QueueApp.recipe())
      assert.deepEqual(files, ['app/jobs/clean_up_guests.ts', 'start/scheduler.ts'])
      assert.equal(await app.fresh.typecheck(), '')
    })

    test('the server writes the schedule down, once', async ({ assert }) => {
      assert.deepEqual(await queue.schedules(), [])
      await queue.startServer()
      const [schedule] = await queue.schedules()
      assert.match(schedule, / 17 \* \* \* \* .* active .*:17:00\.000Z/)

      await queue.hurry()
      await queue.startServer()
      const schedules = await queue.schedules()
      assert.lengthOf(schedules, 1)
      assert.match(schedules[0], / \* \* \* \* \* \* /)
    })

    test('expired guests go, the others stay, and SIGTERM ends it', async ({ assert, cleanup }) => {
      cleanup(() => app.forget())
      const expired = await app.addGuests(3, 'long ago')
      const active = await app.addGuests(2, 'now')

      const worker = await startWorker()
      cleanup(() => worker.kill())
      await worker.prints('"deleted":3,')

      assert.deepEqual(await app.users(), active)
      assert.deepEqual((await app.deleted()).userIds, expired)
      assert.deepEqual(await worker.stop(), { status: 0, signal: null }, worker.output)
    })

    test('two at once delete each guest once', async ({ assert, cleanup }) => {
      cleanup(() => app.forget())
      const expired = await app.addGuests(MANY, 'long ago')
      const active = await app.addGuests(1, 'now')
      await app.pause()

      const workers = [await startWorker(), app.start('queue:work')]
      workers.forEach((worker) => cleanup(() => worker.kill()))
      await app.waitForCleaners(2)
      await app.resume()
      await app.waitForDeleted(expired.length)

      for (const worker of workers) {
        assert.deepEqual(await worker.stop(), { status: 0, signal: null }, worker.output)
        assert.notInclude(worker.output, 'could not clean up guests')
      }
      const { userIds, processIds } = await app.deleted()
      assert.deepEqual(userIds, expired)
      assert.deepEqual(await app.users(), active)
      assert.deepEqual(processIds, workers.map(({ id }) => id).sort(byNumber))
    })

    test('SIGTERM in the middle ends it after the batch, and another goes on', async ({
      assert,
      cleanup,
    }) => {
      cleanup(() => app.forget())
      const expired = await app.addGuests(MANY, 'long ago')
      await app.pause()

      const worker = await startWorker()
      cleanup(() => worker.kill())
      await app.waitForCleaners(1)
      const ended = worker.stop()
      await app.resume()

      assert.deepEqual(await ended, { status: 0, signal: null }, worker.output)
      const { userIds } = await app.deleted()
      assert.isBelow(userIds.length, expired.length)
      assert.deepEqual([...userIds, ...(await app.users())].sort(byNumber), expired)
      assert.deepEqual(await app.guests(), await app.users())

      const other = await startWorker()
      cleanup(() => other.kill())
      await app.waitForDeleted(expired.length)
      assert.deepEqual((await app.deleted()).userIds, expired)
    })

    test('the timeout of the job ends it after the batch', async ({ assert, cleanup }) => {
      const job = await app.fresh.read('app/jobs/clean_up_guests.ts')
      cleanup(() => app.fresh.write('app/jobs/clean_up_guests.ts', job))
      cleanup(() => app.forget())
      await app.fresh.write('app/jobs/clean_up_guests.ts', job.replace("'50m'", "'1s'"))
      await app.addGuests(MANY, 'long ago')
      await app.pause()

      const worker = await startWorker()
      cleanup(() => worker.kill())
      await worker.prints('has exceeded the timeout of 1000ms')
      await app.resume()
      await worker.prints('"aborted":true')
      assert.notInclude(worker.output, `"deleted":${MANY}`)
    })

    test('the built application does the same', async ({ assert, cleanup }) => {
      cleanup(() => app.forget())
      await queue.startServer()
      await app.build()
      const expired = await app.addGuests(3, 'long ago')

      const worker = app.startBuilt('queue:work')
      cleanup(() => worker.kill())
      await worker.prints('"deleted":3,')
      assert.deepEqual((await app.deleted()).userIds, expired)
      assert.deepEqual(await worker.stop(), { status: 0, signal: null }, worker.output)
    })

    if (driver === 'redis') {
      test('a schedule that has lost its next run gets one when the server starts', async ({
        assert,
      }) => {
        await queue.loseNextRun()
        const [lost] = await queue.schedules()
        assert.match(lost, /N\/A/)

        await queue.startServer()
        const [schedule] = await queue.schedules()
        assert.notMatch(schedule, /N\/A/)
      })
    }
  })
}
