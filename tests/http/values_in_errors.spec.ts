import { inspect } from 'node:util'
import { Writable } from 'node:stream'
import { test } from '@japa/runner'

import { Visitor } from '../app/visitor.ts'
import { whoAmI } from '../app/who_am_i.ts'
import { dialect } from '../app/test_database.ts'
import { hidePackage } from '../app/without_package.ts'
import { createTestApp, type TestAppOptions } from '../app/test_app.ts'

const VALUES = { fullName: 'Zoe', email: 'ann@example.com', password: 'secret12' }
const JSON_CLIENT = { accept: 'application/json' }

/**
 * The address, and the beginning of each hash
 */
const VALUE = /ann@example\.com|Zoe|\$scrypt/

class Log extends Writable {
  text = ''

  override _write(chunk: Buffer, _: string, done: () => void) {
    this.text += chunk
    done()
  }
}

async function createApp(options: TestAppOptions = {}) {
  const log = new Log()
  const thrown: unknown[] = []
  const app = await createTestApp({
    ...options,
    log,
    routes(router, middleware) {
      router.get('/cart', whoAmI).use(middleware.allowGuestUser())
      router.get('/about', whoAmI)
      router.post('/signup', async (ctx) => {
        const values = ctx.request.only(['fullName', 'email', 'password'])
        await ctx.guestUser.register(values as never).catch((error) => {
          thrown.push(error)
          throw error
        })
        return whoAmI(ctx)
      })
    },
  })
  return { app, log, thrown }
}

test.group('Values of a row in errors', () => {
  test('a taken address without VineJS: {$self}')
    .with(['guest', 'nobody'])
    .run(async ({ assert, cleanup }, who) => {
      const { app, log, thrown } = await createApp()
      cleanup(() => app.close())
      await app.User.create({ ...VALUES, fullName: 'Ann' })
      const visitor = new Visitor(app.url)
      if (who === 'guest') {
        await visitor.get('/cart')
      }

      cleanup(hidePackage('@vinejs/vine'))
      await assert.rejects(() => import('@vinejs/vine'))
      const answer = await visitor.post('/signup', VALUES, JSON_CLIENT)
      assert.equal(answer.status, 422)
      assert.deepEqual(answer.json(), {
        errors: [
          {
            field: 'email',
            rule: 'database.unique',
            message: 'The email has already been taken',
          },
        ],
      })
      const page = await visitor.post('/signup', VALUES, { referer: `${app.url}/about` })
      assert.equal(page.status, 302)
      assert.equal(page.location, `${app.url}/about`)
      assert.notMatch(log.text + inspect(thrown, { depth: null, showHidden: true }), VALUE)
      const kind = who === 'guest' ? 'guest' : 'anonymous'
      assert.equal((await visitor.get('/about')).json().kind, kind)
    })

  test('whatever else the database refuses: {$self}')
    .with(['guest', 'nobody'])
    .run(async ({ assert, cleanup }, who) => {
      const { app, log, thrown } = await createApp({
        async prepare({ db }) {
          await db.connection().schema.alterTable('users', (table) => {
            table.string('country').notNullable().defaultTo('de')
          })
          const check = "check (full_name is null or full_name <> 'Zoe')"
          if (dialect === 'sqlite') {
            await db.rawQuery(
              `create trigger no_zoe before insert on users when new.full_name = 'Zoe'
                begin select raise(abort, 'no Zoe'); end`
            )
            await db.rawQuery(
              `create trigger no_more_zoe before update on users when new.full_name = 'Zoe'
                begin select raise(abort, 'no zoe'); end`
            )
          } else {
            await db.rawQuery(`alter table users add constraint no_zoe ${check}`)
          }
        },
      })
      cleanup(() => app.close())
      const visitor = new Visitor(app.url)
      if (who === 'guest') {
        await visitor.get('/cart')
      }

      const answer = await visitor.post('/signup', VALUES, JSON_CLIENT)
      assert.equal(answer.status, 500)
      assert.match(log.text, /The database refused a statement \(/)
      const all = log.text + answer.text + inspect(thrown, { depth: null, showHidden: true })
      assert.notMatch(all, /ann@example\.com|\$scrypt/)
    })

  test('a guest who lacks a value', async ({ assert, cleanup }) => {
    const { app, log } = await createApp({
      guestUser: { attributes: () => ({ fullName: 'Zoe' }) },
    })
    cleanup(() => app.close())
    const answer = await new Visitor(app.url).get('/cart', JSON_CLIENT)
    assert.equal(answer.status, 500)
    assert.include(log.text, 'E_INCOMPLETE_GUEST_ATTRIBUTES')
    assert.notMatch(log.text + answer.text, VALUE)
  })

  test('a guest whom the database refuses', async ({ assert, cleanup }) => {
    const { app, log } = await createApp({
      guestUser: {
        attributes: ({ username }) => ({ fullName: 'Zoe', email: `${username}@guest.invalid` }),
      },
      async prepare({ db }) {
        await db.connection().schema.alterTable('users', (table) => {
          table.dropColumn('full_name')
        })
      },
    })
    cleanup(() => app.close())
    const answer = await new Visitor(app.url).get('/cart', JSON_CLIENT)
    assert.equal(answer.status, 500)
    assert.match(log.text, /The database refused a statement \(/)
    assert.notMatch(log.text + answer.text, VALUE)
  })
})
