import { join } from 'node:path'
import { userInfo } from 'node:os'

import { test } from '@japa/runner'

import { readPage } from './documentation.ts'
import { RunningProcess } from './running_process.ts'
import { ScheduledApp } from './scheduled_app.ts'

const CODE_BLOCK = /^```\n([\s\S]*?)^```/m
const VARIABLE = /^([A-Z]+)=(.*)$/gm
const RULE = /^17 \* \* \* \* (.+)$/m

/**
 * More guests than fit into one batch on any database
 */
const MANY = 5000

async function readCrontab() {
  const [, crontab] = CODE_BLOCK.exec(await readPage('docs/schedules.md', 'cron'))!
  return {
    command: RULE.exec(crontab)![1],
    variables: Object.fromEntries(
      [...crontab.matchAll(VARIABLE)].map(([, name, value]) => [name, value])
    ),
  }
}

test.group('The crontab', (group) => {
  let app: ScheduledApp
  let buildFolder: string

  group.setup(async () => {
    app = await ScheduledApp.create()
    await app.ace('migration:run')
    buildFolder = await app.build()
    return () => app.remove()
  })

  group.each.teardown(() => app.forget())

  /**
   * Does what cron does at that minute, with the little environment that cron
   * gives
   */
  async function startCron() {
    const { command, variables } = await readCrontab()
    const { folder } = app.fresh
    const { username, homedir } = userInfo()
    const PATH = [join(process.execPath, '..'), variables.PATH].join(':')
    const env = { LOGNAME: username, HOME: homedir, SHELL: '/bin/sh', ...variables, PATH }
    const here = command
      .replace('/srv/app/build', buildFolder)
      .replace('/var/log/guest_cleanup.log', join(folder, 'guest_cleanup.log'))
    return new RunningProcess('/bin/sh', ['-c', here], { cwd: homedir, env })
  }

  async function dropOrders() {
    await app.database.schema.dropTable('orders')
  }

  function readLog() {
    return app.fresh.read('guest_cleanup.log')
  }

  test('expired guests go, the others stay, and no mail is sent', async ({ assert }) => {
    const expired = await app.addGuests(3, 'long ago')
    const active = await app.addGuests(2, 'now')

    const cron = await startCron()
    assert.deepEqual(await cron.ended, { status: 0, signal: null }, cron.output)
    assert.equal(cron.output, '')
    assert.include(await readLog(), 'Deleted 3 of 3 expired guests')
    assert.deepEqual(await app.users(), active)
    assert.deepEqual((await app.deleted()).userIds, expired)
  })

  test('the next run may come before the last one has ended', async ({ assert, cleanup }) => {
    const expired = await app.addGuests(MANY, 'long ago')
    const active = await app.addGuests(1, 'now')
    await app.pause()

    const crons = [await startCron(), await startCron()]
    crons.forEach((cron) => cleanup(() => cron.kill()))
    await app.waitForCleaners(2)
    await app.resume()
    for (const cron of crons) {
      assert.deepEqual(await cron.ended, { status: 0, signal: null }, cron.output)
      assert.equal(cron.output, '')
    }

    const { userIds, processIds } = await app.deleted()
    assert.deepEqual(userIds, expired)
    assert.lengthOf(processIds, 2)
    assert.deepEqual(await app.users(), active)
  })

  test('guests that cannot be deleted are told by mail, with the status', async ({
    assert,
    cleanup,
  }) => {
    await app.database.schema.createTable('orders', (table) => {
      table.integer('user_id').unsigned().notNullable().references('id').inTable('users')
    })
    cleanup(() => dropOrders())
    const [held, free] = await app.addGuests(2, 'long ago')
    await app.database.table('orders').insert({ user_id: held })

    const cron = await startCron()
    await cron.ended
    assert.equal(cron.output, 'guest:cleanup ended with status 2\n')
    assert.include(await readLog(), 'orders')
    assert.deepEqual(await app.users(), [held])
    assert.deepEqual((await app.deleted()).userIds, [free])
  })
})
