import { test } from '@japa/runner'

import { Guest } from '../../src/models/guest.ts'
import { examine } from '../../src/doctor/doctor.ts'
import type { TestAppOptions } from '../app/test_app.ts'
import { createTestDatabase, dialect } from '../app/test_database.ts'
import { becomeGuest, createConvertApp, submitForm } from '../app/convert_app.ts'

type Variant = 'by the models' | 'by the search path'

class AuthGuest extends Guest {
  static table = 'auth.guests'
}

/**
 * Users and guests in a schema of their own, which the models name or the search
 * path leads to; notes in another one
 */
async function createApp(named: Variant, more = 'select 1') {
  const isQualified = named === 'by the models'
  const database = await createTestDatabase()
  const searchPath = isQualified ? ['public'] : ['auth', 'public']
  const options: TestAppOptions = {
    secondGuard: false,
    database: { ...database, connection: { ...database.connection, searchPath } },
    guestUser: isQualified ? { guestModel: async () => AuthGuest } : {},
    async prepare({ db, User }) {
      await db.rawQuery('create schema auth')
      for (const table of ['users', 'guests']) {
        await db.rawQuery(`alter table ${table} set schema auth`)
      }
      User.table = isQualified ? 'auth.users' : 'users'
      await db.rawQuery(more)
    },
  }
  const app = await createConvertApp(options)
  return {
    ...app,
    async close() {
      await app.close()
      await database.drop()
    },
  }
}

if (dialect === 'postgres') {
  const variants: Variant[] = ['by the models', 'by the search path']

  test.group('Tables in a schema of PostgreSQL', () => {
    test('named {$self}: the doctor finds nothing')
      .with(variants)
      .run(async ({ assert, cleanup }, variant) => {
        const app = await createApp(variant)
        cleanup(() => app.close())
        assert.deepEqual(await examine(app.app), [])
      })

    test('named {$self}: the form asks only for what the table requires')
      .with(variants)
      .run(async ({ assert, cleanup }, variant) => {
        const app = await createApp(variant)
        cleanup(() => app.close())
        const { visitor, id } = await becomeGuest(app)
        const { text } = await visitor.get('/convert')
        assert.match(text, /name="email"[^>]*required/)
        assert.notMatch(text, /name="fullName"[^>]*required/)

        const taken = { email: 'ann@example.com', password: 'secret12' }
        await app.User.create(taken)
        const fields = { fullName: '', ...taken, passwordConfirmation: 'secret12' }
        assert.equal((await submitForm(visitor, fields)).location, '/convert')
        const { location } = await submitForm(visitor, { ...fields, email: 'bob@example.com' })
        assert.equal(location, '/convert/success')
        assert.isFalse(await app.guestUsers.isGuest(await app.User.findOrFail(id)))
      })

    test('named {$self}: merging and cleaning up')
      .with(variants)
      .run(async ({ assert, cleanup }, variant) => {
        const app = await createApp(variant)
        cleanup(() => app.close())
        const account: any = await app.User.create({ email: 'a@example.com', password: 'secret12' })
        const guest = await app.guestUsers.create()
        await app.db.table('notes').insert({ user_id: guest.$primaryKeyValue, body: 'hello' })
        await app.guestUsers.merge(guest, account)
        const [note] = await app.db.from('notes')
        assert.equal(note.user_id, account.id)

        await app.guestUsers.create()
        await app.db.from('auth.guests').update({ last_seen_at: '2020-01-01 00:00:00' })
        assert.deepInclude(await app.guestUsers.cleanup(), { deleted: 1, blocked: 0 })
      })

    test('named {$self}: another table called guests is one like any other')
      .with(variants)
      .run(async ({ assert, cleanup }, variant) => {
        const app = await createApp(
          variant,
          `create schema hotel;
           create table hotel.guests (id serial primary key, user_id int references auth.users (id))`
        )
        cleanup(() => app.close())
        const findings = await examine(app.app)
        assert.sameMembers(
          findings.map(({ code }) => code),
          ['blocking-foreign-key', 'unindexed-foreign-key']
        )
        assert.isTrue(findings.every(({ message }) => message.includes('hotel.guests.user_id')))

        const account: any = await app.User.create({ email: 'a@example.com', password: 'secret12' })
        const guest = await app.guestUsers.create()
        await app.db.table('hotel.guests').insert({ user_id: guest.$primaryKeyValue })
        await app.guestUsers.merge(guest, account)
        const [booking] = await app.db.from('hotel.guests')
        assert.equal(booking.user_id, account.id)
      })
  })
}
