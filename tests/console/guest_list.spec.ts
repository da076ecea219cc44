import { test } from '@japa/runner'
import { DateTime } from 'luxon'

import GuestList from '../../commands/guest_list.ts'
import { GuestFactory } from '../../factories/main.ts'
import { createTestApp, type TestApp, type TestAppOptions } from '../app/test_app.ts'

async function createApp(
  cleanup: (callback: () => Promise<void>) => void,
  options: TestAppOptions = {}
) {
  const app = await createTestApp(options)
  cleanup(() => app.close())
  const factory = new GuestFactory(app.app)
  const now = DateTime.now().startOf('second')
  await factory.seen(now.minus({ days: 3 }), now.minus({ hours: 1 })).create()
  await factory.seen(now.minus({ days: 2 })).create()
  await app.User.create({ email: 'ann@example.com', password: 'secret12' })
  await factory.seen(now).create()
  return { app, now }
}

async function runCommand({ app }: TestApp, flags: string[] = []) {
  const ace = await app.container.make('ace')
  ace.ui.switchMode('raw')
  const command = await ace.create(GuestList, flags)
  await command.exec()
  const output = command.ui.logger.getLogs().map(({ message }) => message)
  command.ui.logger.flushLogs()
  return { exitCode: command.exitCode ?? 0, output }
}

async function list(app: TestApp, flags: string[] = []) {
  const { output } = await runCommand(app, ['--json', ...flags])
  const { guests, isMore } = JSON.parse(output[0])
  return { guests, isMore, ids: guests.map(({ userId }: { userId: unknown }) => userId) }
}

test.group('guest:list', () => {
  test('lists guests as JSON, the last seen first', async ({ assert, cleanup }) => {
    const { app, now } = await createApp(cleanup)
    const { guests, ids, isMore } = await list(app)
    assert.deepEqual(ids.map(Number), [4, 1, 2])
    assert.isFalse(isMore)
    assert.match(guests[0].name, /^[0-9a-f-]{36}$/)
    assert.equal(DateTime.fromISO(guests[1].lastSeenAt).toMillis(), +now.minus({ hours: 1 }))
    assert.equal(DateTime.fromISO(guests[1].createdAt).toMillis(), +now.minus({ days: 3 }))
    assert.equal(DateTime.fromISO(guests[1].expiresAt).toMillis(), +now.plus({ hours: 1 }))
    assert.deepEqual(
      guests.map(({ isExpired }: { isExpired: boolean }) => isExpired),
      [false, false, true]
    )
  })

  test('takes ages, users and limits', async ({ assert, cleanup }) => {
    const { app } = await createApp(cleanup)
    assert.deepEqual((await list(app, ['--older-than=30m'])).ids.map(Number), [1, 2])
    assert.deepEqual((await list(app, ['--older-than=1 day'])).ids.map(Number), [2])
    assert.deepEqual(
      (await list(app, ['--user=1', '--user=4', '--user=3'])).ids.map(Number),
      [4, 1]
    )
    assert.deepEqual((await list(app, ['--user=nobody'])).ids, [])
    const { ids, isMore } = await list(app, ['--limit=2'])
    assert.deepEqual(ids.map(Number), [4, 1])
    assert.isTrue(isMore)
  })

  test("counts ages from the creation with expireBy: 'createdAt'", async ({ assert, cleanup }) => {
    const { app } = await createApp(cleanup, { guestUser: { expireBy: 'createdAt' } })
    assert.deepEqual((await list(app)).ids.map(Number), [4, 2, 1])
    assert.deepEqual((await list(app, ['--older-than=60h'])).ids.map(Number), [1])
  })

  test('reads more than a page', async ({ assert, cleanup }) => {
    const { app } = await createApp(cleanup)
    await app.db.from('guests').delete()
    for (let index = 0; index < 1203; index += 1) {
      await app.db
        .table('users')
        .insert({ full_name: `g${index}`, email: `g${index}`, password: '' })
    }
    const users = await app.db.from('users').where('password', '').select('id')
    const moment = '2026-01-01 00:00:00'
    for (let start = 0; start < users.length; start += 200) {
      const rows = users
        .slice(start, start + 200)
        .map(({ id }) => ({ user_id: id, created_at: moment, last_seen_at: moment }))
      await app.db.table('guests').multiInsert(rows)
    }
    const { ids, isMore } = await list(app, ['--limit=1202'])
    assert.equal(new Set(ids).size, 1202)
    assert.isTrue(isMore)
  })

  test('prints a table', async ({ assert, cleanup }) => {
    const { app } = await createApp(cleanup, {
      guestUser: { admin: { label: (user: any) => `guest no. ${user.id}` } },
    })
    const { output } = await runCommand(app, ['--limit=2'])
    const [head, ...rows] = output
    assert.match(head, /^User\|Name\|Created\|Last seen\|Expires$/)
    assert.match(rows[0], /^4\|guest no\. 4\|\d{4}-\d\d-\d\d \d\d:\d\d\|/)
    assert.match(output.at(-1)!, /There are more than 2/)

    await app.db.from('guests').delete()
    assert.match((await runCommand(app)).output.at(-1)!, /No guests/)
  })

  test('refuses {$self}')
    .with(['--older-than=30', '--older-than=soon', '--limit=0', '--limit=1.5'])
    .run(async ({ assert, cleanup }, flag) => {
      const { app } = await createApp(cleanup)
      const { exitCode, output } = await runCommand(app, [flag])
      assert.equal(exitCode, 1)
      assert.match(output[0], /must be/)
    })
})
