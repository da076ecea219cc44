import { test, timeTravel } from '@japa/runner'

import { collectLog } from '../app/log_lines.ts'
import type { TestApp } from '../app/test_app.ts'
import { createTestDatabase, dialect } from '../app/test_database.ts'
import { createReturningGuest, SHORT_LIVED } from '../app/returning_guest.ts'

/**
 * Ways in which a database refuses to write while it still reads. Each returns how
 * to end it
 */
const WAYS = {
  async 'a trigger raises an error'({ db }: TestApp) {
    const [start, end] = {
      sqlite: [
        `create trigger refuse before update on guests begin select raise(abort, 'no'); end`,
        'drop trigger refuse',
      ],
      postgres: [
        `create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
         create trigger refuse before update on guests for each row execute function refuse()`,
        'drop trigger refuse on guests',
      ],
      mariadb: [
        `create trigger refuse before update on guests for each row signal sqlstate '45000' set message_text = 'no'`,
        'drop trigger refuse',
      ],
    }[dialect]
    await db.rawQuery(start)
    return () => db.rawQuery(end)
  },

  async 'the database is read-only'({ db }: TestApp) {
    const [start, end] = {
      sqlite: ['pragma query_only = on', 'pragma query_only = off'],
      postgres: [
        'set session characteristics as transaction read only',
        'set session characteristics as transaction read write',
      ],
      mariadb: ['set session transaction read only', 'set session transaction read write'],
    }[dialect]
    await db.rawQuery(start)
    return () => db.rawQuery(end)
  },

  async 'another transaction has the row locked'({ db }: TestApp) {
    const impatience = {
      sqlite: 'pragma busy_timeout = 1',
      postgres: `set lock_timeout = '50ms'`,
      mariadb: 'set session innodb_lock_wait_timeout = 1',
    }[dialect]
    await db.rawQuery(impatience)
    db.manager.add('other', db.manager.get('main')!.config)
    const trx = await db.connection('other').transaction()
    await trx.from('guests').update({ visit_key: 'locked' })
    return () => trx.rollback()
  },
}

async function createFailingApp(way: keyof typeof WAYS) {
  const { log, lines } = collectLog()
  const database = await createTestDatabase()
  const guest = await createReturningGuest({
    ...SHORT_LIVED,
    log,
    // The settings of a session are for all queries
    database: {
      ...database,
      connection: { ...database.connection, pool: { min: 1, max: 1 } },
    },
  })
  // Neither what the session remembers is fresh, nor what `last_seen_at` says
  timeTravel(62_000)
  const end = await WAYS[way](guest.app)
  return { ...guest, lines, end, drop: database.drop }
}

for (const way of Object.keys(WAYS) as (keyof typeof WAYS)[]) {
  test.group(`A visit that cannot be written down: ${way}`, () => {
    test('costs {$self} a line in the log')
      .with(['/cart', '/plain', '/why', '/settings'])
      .run(async ({ assert, cleanup }, path) => {
        const { app, visitor, lines, end, drop } = await createFailingApp(way)
        cleanup(drop)
        cleanup(() => app.close())
        cleanup(end)

        const { status } = await visitor.get(path, { accept: 'application/json' })
        assert.equal(status, { '/cart': 200, '/settings': 403 }[path] ?? 204)
        assert.lengthOf(lines, 1)
        assert.equal(lines[0].msg, 'cannot record the visit of a guest')
        assert.isString(lines[0].reason)
        assert.notMatch(JSON.stringify(lines), /update|last_seen|user_id/i, 'no values')
      })

    test('is tried again after a minute only, and then written', async ({ assert, cleanup }) => {
      const { app, visitor, lines, end, drop, find } = await createFailingApp(way)
      cleanup(drop)
      cleanup(() => app.close())

      await visitor.get('/why')
      for (const path of ['/why', '/plain', '/cart']) {
        assert.lengthOf(await app.queries.during(() => visitor.get(path)), 1, path)
      }
      assert.lengthOf(lines, 1)

      await end()
      timeTravel(125_000)
      assert.equal((await visitor.get('/why')).status, 204)
      const guest = await find()
      assert.isTrue(guest!.lastSeenAt > guest!.createdAt)
      assert.lengthOf(lines, 1)
    })
  })
}

test.group('A visit that cannot be written down', () => {
  test('of a guest who is none any more tells so', async ({ assert, cleanup }) => {
    const { app, visitor, end, drop, find } = await createFailingApp('the database is read-only')
    cleanup(drop)
    cleanup(() => app.close())

    await end()
    await (await find())!.delete()
    await WAYS['the database is read-only'](app)
    const { status } = await visitor.get('/why', { accept: 'application/json' })
    assert.equal(status, 401, 'the session of a guest has ended')
  })
})
