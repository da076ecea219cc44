import { test } from '@japa/runner'
import { setTimeout as sleep } from 'node:timers/promises'

import { hasCustomDelete } from '../../src/cleanup/removal.ts'
import { dialect } from '../app/test_database.ts'
import { createTestApp, type TestApp } from '../app/test_app.ts'
import { FIRST_ID, insertGuests, longAgo } from '../app/guest_rows.ts'

async function createApp(guests: number) {
  const app = await createTestApp()
  await insertGuests(app, longAgo(guests))
  return app
}

/**
 * Instead of deleting the row, marks it
 */
async function softDelete({ User, db }: TestApp) {
  await db.connection().schema.alterTable('users', (table) => {
    table.string('deleted_at').nullable()
  })
  User.prototype.delete = async function (this: any) {
    await this.$trx.from('users').where('id', this.id).update({ deleted_at: 'now' })
  }
}

test.group('Cleanup, user models', () => {
  test('without a say of their own are deleted in one statement', async ({ assert, cleanup }) => {
    const app = await createApp(50)
    cleanup(() => app.close())
    assert.isFalse(hasCustomDelete(app.User))

    const statements = await app.queries.during(() => app.guestUsers.cleanup())
    assert.equal(await app.count('users'), 0)
    assert.lengthOf(
      statements.filter((sql) => /delete from .users./i.test(sql)),
      1
    )
  })

  test('a {$self} delete hook runs for each, in the transaction')
    .with(['before', 'after'] as const)
    .run(async ({ assert, cleanup }, moment) => {
      const app = await createApp(3)
      cleanup(() => app.close())
      const seen: unknown[] = []
      app.User[moment]('delete', async (user: any) => {
        assert.isTrue(user.$trx.isTransaction)
        seen.push(user.id)
      })

      const { deleted } = await app.guestUsers.cleanup()
      assert.equal(deleted, 3)
      assert.sameMembers(seen, [FIRST_ID, FIRST_ID + 1, FIRST_ID + 2])
      assert.equal(await app.count('guests'), 0)
    })

  test('that are slow to delete make the batches smaller', async ({ assert, cleanup }) => {
    const app = await createApp(160)
    cleanup(() => app.close())
    app.User.before('delete', () => sleep(2))
    const batches: number[] = []
    app.emitter.on('guest_user:deleted', ({ userIds }) => void batches.push(userIds.length))

    await app.guestUsers.cleanup()
    assert.deepEqual(batches.slice(0, 2), [100, 50])
    assert.equal(await app.count('users'), 0)
  })

  test('that are slow keep the batches that were asked for', async ({ assert, cleanup }) => {
    const app = await createApp(60)
    cleanup(() => app.close())
    app.User.before('delete', () => sleep(5))
    const batches: number[] = []
    app.emitter.on('guest_user:deleted', ({ userIds }) => void batches.push(userIds.length))

    await app.guestUsers.cleanup({ batchSize: 30 })
    assert.deepEqual(batches, [30, 30])
  })

  test('other hooks do not count', async ({ assert, cleanup }) => {
    const app = await createApp(0)
    cleanup(() => app.close())
    app.User.before('save', () => {})
    assert.isFalse(hasCustomDelete(app.User))
    app.User.$hooks.add('before:delete', () => {})
    assert.isTrue(hasCustomDelete(app.User))
  })

  test('a delete() that a parent class overrides is called', async ({ assert, cleanup }) => {
    const app = await createApp(2)
    cleanup(() => app.close())
    const parent = Object.getPrototypeOf(app.User.prototype)
    const { delete: original } = parent
    let calls = 0
    parent.delete = async function () {
      calls += 1
      await original.call(this)
    }

    const { deleted } = await app.guestUsers.cleanup()
    assert.equal(deleted, 2)
    assert.equal(calls, 2)
    assert.equal(await app.count('users'), 0)
  })

  test('guests whose rows are kept stay guests', async ({ assert, cleanup }) => {
    const app = await createApp(5)
    cleanup(() => app.close())
    await softDelete(app)
    const events: unknown[] = []
    app.emitter.on('guest_user:deleted', (event) => void events.push(event))

    const result = await app.guestUsers.cleanup({ batchSize: 2 })
    assert.equal(result.deleted, 0)
    assert.equal(result.left, 5)
    assert.equal(result.leftBy[0].reason, 'soft_deleted')
    assert.sameMembers(
      result.leftBy[0].userIds,
      [0, 1, 2, 3, 4].map((index) => FIRST_ID + index)
    )
    assert.deepEqual(events, [])
    assert.equal(await app.count('guests'), 5)
    const users = await app.db.from('users').whereNotNull('deleted_at')
    assert.lengthOf(users, 5)
    assert.isTrue(await app.guestUsers.isGuest(await app.User.findOrFail(FIRST_ID)))
  })

  test('only the rows that are gone count as deleted', async ({ assert, cleanup }) => {
    const app = await createApp(2)
    cleanup(() => app.close())
    const { delete: original } = app.User.prototype
    app.User.prototype.delete = async function (this: any) {
      if (this.id !== FIRST_ID) {
        await original.call(this)
      }
    }

    const { deleted, left } = await app.guestUsers.cleanup()
    assert.equal(deleted, 1)
    assert.equal(left, 1)
    assert.isTrue(await app.guestUsers.isGuest(await app.User.findOrFail(FIRST_ID)))
    assert.equal(await app.count('users'), 1)
  })
})

/**
 * MySQL's triggers cannot do that
 */
if (dialect !== 'mariadb') {
  test.group('Cleanup with a trigger that keeps users', () => {
    const trigger = (condition: string) => {
      return dialect === 'postgres'
        ? `create function keep_user() returns trigger language plpgsql as
             'begin if ${condition} then return null; end if; return old; end';
           create trigger keep before delete on users for each row execute function keep_user()`
        : `create trigger keep before delete on users when ${condition}
             begin select raise(ignore); end`
    }

    const ways = [
      { way: 'all at once', options: {} },
      { way: 'in small batches', options: { batchSize: 2 } },
      { way: 'some of them', options: { userIds: [0, 1, 2, 3, 4].map((add) => FIRST_ID + add) } },
    ]

    test('{way}: they stay guests, the others go')
      .with(ways)
      .run(async ({ assert, cleanup }, { options }) => {
        const app = await createApp(5)
        cleanup(() => app.close())
        await app.db.rawQuery(trigger(`old.id in (${FIRST_ID + 1}, ${FIRST_ID + 4})`))
        const told: number[] = []
        app.emitter.on('guest_user:deleted', ({ userIds }) => {
          told.push(...userIds.map(Number))
        })

        const { deleted, left, leftBy, blocked } = await app.guestUsers.cleanup(options)
        assert.deepInclude({ deleted, left, blocked }, { deleted: 3, left: 2, blocked: 0 })
        assert.equal(leftBy[0].reason, 'soft_deleted')
        assert.sameMembers(leftBy[0].userIds, [FIRST_ID + 1, FIRST_ID + 4])
        assert.sameMembers(told, [FIRST_ID, FIRST_ID + 2, FIRST_ID + 3])
        assert.isTrue(await app.guestUsers.isGuest(await app.User.findOrFail(FIRST_ID + 1)))
        assert.isTrue(await app.guestUsers.isGuest(await app.User.findOrFail(FIRST_ID + 4)))
        assert.equal(await app.count('users'), 2)
      })

    test('{way}: all of them')
      .with(ways)
      .run(async ({ assert, cleanup }, { options }) => {
        const app = await createApp(5)
        cleanup(() => app.close())
        await app.db.rawQuery(trigger('true'))
        const { deleted, left } = await app.guestUsers.cleanup(options)
        assert.deepInclude({ deleted, left }, { deleted: 0, left: 5 })
        assert.equal(await app.count('guests'), 5)
      })

    test('a table of guests without a foreign key', async ({ assert, cleanup }) => {
      const app = await createApp(5)
      cleanup(() => app.close())
      await app.db.rawQuery(trigger(`old.id = ${FIRST_ID + 1}`))
      if (dialect === 'postgres') {
        await app.db.rawQuery('alter table guests drop constraint guests_user_id_foreign')
      } else {
        await app.db.rawQuery('pragma foreign_keys = off')
      }
      const { deleted, left } = await app.guestUsers.cleanup()
      assert.deepInclude({ deleted, left }, { deleted: 4, left: 1 })
      assert.isTrue(await app.guestUsers.isGuest(await app.User.findOrFail(FIRST_ID + 1)))
      assert.equal(await app.count('guests'), 1)
    })
  })
}
