import { test } from '@japa/runner'

import { createExaminedApp } from '../app/examined_app.ts'

/**
 * An application whose users have no password: they get a link by mail
 */
function createApp(guestUser: Record<string, unknown> = {}) {
  return createExaminedApp({
    async prepare({ db }) {
      await db.connection().schema.alterTable('users', (table) => {
        table.dropColumn('password')
        table.string('backup_email').nullable()
      })
    },
    guestUser: { passwordColumn: null, ...guestUser },
  })
}

test.group('Doctor: addresses', () => {
  test('guests-with-own-address', async ({ assert, cleanup }) => {
    const app = await createApp()
    cleanup(() => app.close())
    for (const email of ['Ann@example.com', 'bob@company.net', 'carl@company.net']) {
      const guest = await app.guestUsers.create()
      await app.db.from('users').where('id', guest.$primaryKeyValue!).update({ email })
    }
    await app.guestUsers.create()

    const finding = await app.findOne()
    assert.equal(finding.code, 'guests-with-own-address')
    assert.equal(finding.severity, 'warning')
    assert.include(finding.message, 'The address in "users.email" of 3 guests does not end in')
    assert.include(finding.message, '"@guest.invalid"')
    assert.notInclude(finding.message, 'company')
    assert.include(finding.fix, 'guestUser.convert({ email })')

    for (const { id } of await app.db.from('users').where('email', 'like', '%company.net')) {
      await app.guestUsers.convert(id, {})
    }
    assert.include((await app.findOne()).message, 'of 1 guest does')
  })

  test('finds nothing when guests have {0}')
    .with(['0a1@Guest.INVALID', 'old@guests.site.local', 'old@guest.example', 'encrypted:c2Vj'])
    .run(async ({ assert, cleanup }, email) => {
      const app = await createApp()
      cleanup(() => app.close())
      const guest = await app.guestUsers.create()
      await app.db.from('users').where('id', guest.$primaryKeyValue!).update({ email })
      assert.deepEqual(await app.find(), [])
    })

  test('finds nothing when "attributes" makes {what}')
    .with([
      {
        what: 'a domain for each guest',
        attributes: ({ username }: any) => ({ email: `guest@${username}.invalid` }),
      },
      {
        what: 'no address',
        attributes: ({ username }: any) => ({ email: username }),
      },
      {
        what: 'the domain of the request',
        attributes: ({ username, ctx }: any) => ({ email: `${username}@${ctx.request.host()}` }),
      },
    ])
    .run(async ({ assert, cleanup }, { attributes }) => {
      const app = await createApp({ attributes })
      cleanup(() => app.close())
      await app.db.table('users').insert({ email: 'ann@company.net' })
      const ann = await app.db.from('users').firstOrFail()
      await app.db.table('guests').insert({ user_id: ann.id })
      assert.notInclude(await app.codes(), 'guests-with-own-address')
    })

  test('does not look where a password converts', async ({ assert, cleanup }) => {
    const app = await createExaminedApp()
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    await guest.merge({ email: 'ann@company.net' }).save()
    assert.deepEqual(await app.find(), [])
  })
})
