import { randomBytes } from 'node:crypto'

import { Redis } from 'ioredis'
import { test } from '@japa/runner'

import { redis } from '../services/redis.ts'
import { readRecipe } from './documentation.ts'
import { byNumber, ScheduledApp } from './scheduled_app.ts'

const PAGE = 'docs/schedules.md'
const SECTION = '@adonisjs/queue'

/**
 * More batches than jobs that begin while the test waits
 */
const MANY = 20_000

const DRIVERS = ['redis', 'database'] as const

for (const driver of DRIVERS) {
  test.group(`The schedule with @adonisjs/queue, driver ${driver}`, (group) => {
    let app: ScheduledApp

    group.tap((one) => driver === 'redis' && one.tags(['@redis']))
    group.setup(async () => {
      app = await createApp(driver)
      return () => app.remove()
    })

    test('the compiler is content', async ({ assert }) => {
      const files = await readRecipe(PAGE, SECTION)
      assert.deepEqual(Object.keys(files), ['app/jobs/clean_up_guests.ts', 'start/scheduler.ts'])
      assert.equal(await app.fresh.typecheck(), '')
    })

    test('the schedule is there once the server has started', async ({ assert }) => {
      assert.include(await app.ace('queue:scheduler:list'), 'No schedules found')
      const stop = await app.fresh.serve()
      await stop()
      const list = await app.ace('queue:scheduler:list')
      assert.match(list, /CleanUpGuests.*17 \* \* \* \*/)

      // The recipe waits for the next hour
      await app.fresh.edit('start/scheduler.ts', (text) =>
        text.replace('17 * * * *', '* * * * * *')
      )
      await (
        await app.fresh.serve()
      )()
      assert.lengthOf((await app.ace('queue:scheduler:list')).match(/active/g)!, 1)
    })

    test('expired guests go, the others stay, and SIGTERM ends it', async ({ assert, cleanup }) => {
      cleanup(() => app.forget())
      const expired = await app.addGuests(3, 'long ago')
      const active = await app.addGuests(2, 'now')

      const worker = app.start('queue:work')
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

      const workers = [app.start('queue:work'), app.start('queue:work')]
      workers.forEach((worker) => cleanup(() => worker.kill()))
      await app.waitForCleaners(workers)
      await app.resume()
      await app.waitForUsers(active)

      for (const worker of workers) {
        assert.deepEqual(await worker.stop(), { status: 0, signal: null }, worker.output)
        assert.notInclude(worker.output, 'could not clean up guests')
      }
      const { userIds, processIds } = await app.deleted()
      assert.deepEqual(userIds, expired)
      assert.deepEqual(processIds, workers.map(({ id }) => id).sort(byNumber))
    })

    test('SIGTERM in the middle ends it after the batch, and another goes on', async ({
      assert,
      cleanup,
    }) => {
      cleanup(() => app.forget())
      const expired = await app.addGuests(MANY, 'long ago')
      await app.pause()

      const worker = app.start('queue:work')
      cleanup(() => worker.kill())
      await app.waitForCleaners([worker])
      const ended = worker.stop()
      await app.resume()

      assert.deepEqual(await ended, { status: 0, signal: null }, worker.output)
      const { userIds } = await app.deleted()
      assert.isBelow(userIds.length, expired.length)
      assert.deepEqual([...userIds, ...(await app.users())].sort(byNumber), expired)
      assert.deepEqual(await app.guests(), await app.users())

      const other = app.start('queue:work')
      cleanup(() => other.kill())
      await app.waitForUsers([])
      assert.deepEqual((await app.deleted()).userIds, expired)
    })
  })
}

async function createApp(driver: (typeof DRIVERS)[number]): Promise<ScheduledApp> {
  const app = await ScheduledApp.create(['@adonisjs/queue', '@adonisjs/redis'])
  if (driver === 'redis') {
    await app.ace('configure', '@adonisjs/redis')
    await app.fresh.edit('.env', (text) => text.replace(/(REDIS_HOST)=.*/, `$1=${redis.host}`))
    await app.fresh.edit('.env', (text) => text.replace(/(REDIS_PORT)=.*/, `$1=${redis.port}`))
    const prefix = `guest_user_${randomBytes(6).toString('hex')}:`
    await app.fresh.edit('config/redis.ts', (text) =>
      text.replace("keyPrefix: ''", `keyPrefix: '${prefix}'`)
    )
  }
  const [enter, down] = ['\r', '\u001b[B']
  await app.answer(driver === 'redis' ? enter : down + enter, 'configure', '@adonisjs/queue')
  await app.fresh.edit('package.json', (text) =>
    text.replace('"imports": {', '"imports": { "#jobs/*": "./app/jobs/*.js",')
  )
  for (const [path, code] of Object.entries(await readRecipe(PAGE, SECTION))) {
    await app.fresh.write(path, code)
  }
  if (driver === 'database') {
    await app.fresh.edit('config/queue.ts', (text) =>
      text.replace("connectionName: 'primary',", '')
    )
  }
  await app.ace('migration:run')
  return app
}
