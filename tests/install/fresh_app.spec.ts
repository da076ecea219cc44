import { test } from '@japa/runner'

import { FreshApp } from './fresh_app.ts'
import {
  ASSUMED_FILES,
  ASSUMED_IMPORTS,
  ASSUMED_RELATIONS,
  readPage,
  readRecipe,
  readTypescriptBlocks,
} from './documentation.ts'
import { Visitor } from '../app/visitor.ts'

const ROUTES = `
router
  .get('/cart', async ({ auth, guestUser }) => {
    const user = await guestUser.allow()
    return { initials: user?.initials, sure: auth.getUserOrFail().id, isGuest: await guestUser.check() }
  })
  .use(middleware.allowGuestUser())
router.get('/settings', () => 'settings').use(middleware.regularUserRequired({ convertUrl: '/join' }))
router.get('/why', () => 'why').use(middleware.guestUserRequired())
router.get('/join', () => 'join').use(middleware.unregisteredOnly())
router.get('/service', async () => {
  const guest = await guestUsers.create({ username: 'made-by-the-service' })
  return { email: guest.email, isGuest: await guestUsers.isGuest(guest) }
})
`

const HOME = `
@isGuestUser()
  <b>guest {{ auth.user.initials }}</b>
@else
  <b>somebody else</b>
@end
`

const EVENTS = `
import emitter from '@adonisjs/core/services/emitter'
import guestUsers from 'adonisjs-guest-user/services/main'

emitter.on('guest_user:created', async ({ user, guest }) => {
  const campaigns: (string | null)[] = [guest.campaign, (await guestUsers.find(1))!.campaign]
  return [user.initials, ...campaigns]
})
`

async function readToken(visitor: Visitor): Promise<string> {
  const { text } = await visitor.get('/convert')
  return /name='_csrf' value='([^']+)'/.exec(text)![1]
}

test.group('The packed package in a fresh application', (group) => {
  let app: FreshApp

  group.setup(async () => {
    app = await FreshApp.create()
    return () => app.remove()
  })

  test('without a terminal, configure edits nothing, and says what to do', async ({ assert }) => {
    const before = await app.snapshot()
    const { exitCode, output } = await app.ace('configure', 'adonisjs-guest-user')
    assert.equal(exitCode, 0, output)
    assert.match(output, /\+ router\.post\('\/login', .*\.use\(middleware\.unregisteredOnly\(\)\)/)
    assert.include(output, 'error missing-guests-table')
    assert.match(output, /1\. .*--login-routes --signup --convert-routes --admin-routes/)
    assert.match(output, /2\. Create the table: node ace migration:run/)
    assert.match(output, /3\. Open a route .*middleware\.allowGuestUser\(\)/)

    const after = await app.snapshot()
    const changed = Object.keys(before).filter((file) => after[file] !== before[file])
    assert.deepEqual(changed, ['adonisrc.ts', 'start/kernel.ts'])
    const [, documented] = /```ts\n(.*?)```/s.exec(await readPage('docs/configuration.md'))!
    for (const line of documented.trim().split('\n')) {
      assert.include(after['config/guest_user.ts'], line)
    }
  })

  test('with --yes, it makes the edits that it shows, in the form of the application', async ({
    assert,
  }) => {
    await app.commit()
    const args = ['adonisjs-guest-user', '--yes', '--no-migrate']
    const { exitCode, output } = await app.ace('configure', ...args)
    assert.equal(exitCode, 0, output)
    assert.include(
      output,
      'undo them with "git checkout start/routes.ts app/controllers/new_account_controller.ts"'
    )

    const files = await app.snapshot()
    assert.include(files['start/routes.ts'], '.use(middleware.unregisteredOnly())')
    assert.include(files['start/routes.ts'], "guestUsers.registerConvertRoutes('/convert')")
    assert.include(files['start/routes.ts'], "guestUsers.registerAdminRoutes('/admin/guests')")
    const controller = files['app/controllers/new_account_controller.ts']
    assert.include(controller, 'await guestUser.register(payload)')
    assert.notMatch(controller, /\bUser\b|auth/)
    assert.deepEqual(await app.listUnformatted(), [])
    const migration = Object.keys(files).find((file) => /_create_guests_table\.ts$/.test(file))!
    assert.match(files[migration], /\.integer\('user_id'\)\s+\.unsigned\(\)\s+\.primary\(\)/)
    assert.match(files['config/guest_user.ts'], /userModel: \(\) => import\('#models\/user'\)/)
    assert.match(files['adonisrc.ts'], /adonisjs-guest-user\/guest_user_provider/)
    assert.match(files['adonisrc.ts'], /adonisjs-guest-user\/commands/)

    const kernel = files['start/kernel.ts']
    assert.isAbove(
      kernel.indexOf('adonisjs-guest-user/initialize_guest_user_middleware'),
      kernel.indexOf('@adonisjs/auth/initialize_auth_middleware')
    )
    for (const name of [
      'allowGuestUser',
      'guestUserRequired',
      'regularUserRequired',
      'unregisteredOnly',
    ]) {
      assert.include(kernel, `${name}: () => import('adonisjs-guest-user/`)
    }
  })

  test('configuring again changes nothing more', async ({ assert }) => {
    const before = await app.snapshot()
    const args = ['adonisjs-guest-user', '--yes', '--no-migrate']
    const { exitCode, output } = await app.ace('configure', ...args)
    assert.equal(exitCode, 0, output)
    assert.deepEqual(await app.snapshot(), before)
  })

  test('the commands are listed, with help', async ({ assert }) => {
    const { output } = await app.ace('list')
    assert.include(output, 'guest:cleanup')
    const help = await app.ace('guest:cleanup', '--help')
    assert.include(help.output, 'maxAge')
  })

  test('types infer, and the compiler is content', async ({ assert }) => {
    await app.edit('start/routes.ts', (routes) => routes + ROUTES)
    await app.edit('resources/views/home.edge', (view) => view + HOME)
    assert.equal(await app.typecheck(), '')
  })

  test('the TypeScript of README and docs compiles', async ({ assert, cleanup }) => {
    const user = await app.read('app/models/user.ts')
    const config = await app.read('config/guest_user.ts')
    cleanup(async () => {
      await app.write('app/models/user.ts', user)
      await app.write('config/guest_user.ts', config)
      const validator = 'app/validators/guest_user.ts'
      for (const path of ['documentation', validator, ...Object.keys(ASSUMED_FILES)]) {
        await app.removeFile(path)
      }
    })

    await app.write(
      'app/models/user.ts',
      ASSUMED_IMPORTS + user.replace(/\n}\s*$/, `\n${ASSUMED_RELATIONS}}\n`)
    )
    for (const [path, contents] of Object.entries(ASSUMED_FILES)) {
      await app.write(path, contents)
    }
    const { exitCode, output } = await app.ace('guest:eject', 'validator')
    assert.equal(exitCode, 0, output)
    const blocks = await readTypescriptBlocks()
    assert.isAbove(Object.keys(blocks).length, 12)
    for (const [name, code] of Object.entries(blocks)) {
      await app.write(`documentation/${name}`, code)
    }
    assert.equal(await app.typecheck('--noUnusedLocals', 'false'), '')
  })

  test('{wrong} is a type error')
    .with([
      { right: 'fullName: username', wrong: 'fullName: 42' },
      { right: 'fullName: username', wrong: 'fulName: username' },
      { right: 'enabled: true', wrong: "passwordColumn: 'pasword'" },
    ])
    .run(async ({ assert, cleanup }, { right, wrong }) => {
      const config = await app.read('config/guest_user.ts')
      cleanup(() => app.write('config/guest_user.ts', config))
      assert.include(config, right)
      await app.write('config/guest_user.ts', config.replace(right, wrong))
      assert.match(await app.typecheck(), /config\/guest_user\.ts.*error/)
    })

  test('a guest model of your own is inferred', async ({ assert, cleanup }) => {
    const config = await app.read('config/guest_user.ts')
    cleanup(async () => {
      await app.write('config/guest_user.ts', config)
      await app.removeFile('app/models/guest.ts')
      await app.removeFile('start/events.ts')
    })
    const recipe = await readRecipe('docs/configuration.md', 'A guest model of your own')
    await app.write('app/models/guest.ts', recipe['app/models/guest.ts'])
    await app.write('start/events.ts', EVENTS)
    assert.match(await app.typecheck(), /'campaign' does not exist on type 'Guest'/)

    await app.write(
      'config/guest_user.ts',
      config.replace('enabled: true,', "guestModel: () => import('#models/guest'),")
    )
    assert.equal(await app.typecheck(), '')
  })

  test('without the migration, one error says what to do', async ({ assert }) => {
    const { exitCode, output } = await app.ace('guest:cleanup')
    assert.equal(exitCode, 1)
    assert.match(output, /The "guests" table does not exist\. Run "node ace migration:run"/)
  })

  test('the journey works', async ({ assert, cleanup }) => {
    const { exitCode, output } = await app.ace('migration:run')
    assert.equal(exitCode, 0, output)
    cleanup(await app.serve())

    const visitor = new Visitor(app.url)
    assert.include((await visitor.get('/')).text, '<b>somebody else</b>')
    assert.equal((await visitor.get('/settings')).location, '/login')

    const first = (await visitor.get('/cart')).json()
    assert.isTrue(first.isGuest)
    assert.isNumber(first.sure)
    assert.deepEqual((await visitor.get('/cart')).json(), first)
    assert.include((await visitor.get('/')).text, `<b>guest ${first.initials}</b>`)
    assert.equal((await visitor.get('/settings')).location, '/join')
    assert.equal((await visitor.get('/why')).text, 'why')
    assert.equal((await visitor.get('/join')).text, 'join')

    const { text } = await visitor.get('/convert')
    assert.include(text, 'Create your account')
    const stylesheet = /<link rel="stylesheet" href="([^"]+)"/.exec(text)![1]
    assert.include((await visitor.get(stylesheet)).text, '.guest-user-card')
    const form = {
      fullName: 'Ann',
      email: 'ann@example.com',
      password: 'secret12',
      passwordConfirmation: 'secret12',
      _csrf: /name='_csrf' value='([^']+)'/.exec(text)![1],
    }
    assert.equal((await visitor.post('/convert', form)).location, '/settings')
    assert.equal((await visitor.get('/settings')).text, 'settings')

    const late = new Visitor(app.url)
    await late.get('/cart')
    const login = { email: 'ann@example.com', password: 'secret12', _csrf: await readToken(late) }
    assert.equal((await late.post('/login', login)).status, 302)
    assert.equal((await late.get('/cart')).json().sure, first.sure)

    const service = (await new Visitor(app.url).get('/service')).json()
    assert.deepEqual(service, { email: 'made-by-the-service@guest.invalid', isGuest: true })
  })

  test("a guest's email with any password gets the ordinary answer", async ({
    assert,
    cleanup,
  }) => {
    cleanup(await app.serve())

    const json = { accept: 'application/json' }
    const answers = []
    for (const email of ['made-by-the-service@guest.invalid', 'nobody@example.com']) {
      const response = await new Visitor(app.url).post('/login', { email, password: 'guess' }, json)
      assert.equal(response.status, 400)
      answers.push(response.text)
    }
    assert.equal(answers[0], answers[1])
    assert.include(answers[0], 'Invalid user credentials')
  })

  test('the admin pages are closed, until the configuration says who may see them', async ({
    assert,
  }) => {
    const openFor = async (change: () => Promise<void>) => {
      await change()
      const stop = await app.serve()
      try {
        const ann = new Visitor(app.url)
        const login = { email: 'ann@example.com', password: 'secret12' }
        await ann.get('/cart')
        await ann.post('/login', { ...login, _csrf: await readToken(ann) })
        return await ann.get('/admin/guests')
      } finally {
        await stop()
      }
    }

    assert.equal((await openFor(async () => {})).status, 403)
    const { output } = await app.ace('guest:doctor')
    assert.include(output, 'admin-closed')

    const { status, text } = await openFor(() =>
      app.edit('config/guest_user.ts', (config) =>
        config.replace(
          /\/\/ admin: .*/,
          "admin: { authorize: ({ auth }) => auth.user?.email === 'ann@example.com', search: ['email'] },"
        )
      )
    )
    assert.equal(status, 200, text)
    assert.include(text, 'made-by-the-service')
    assert.notInclude(text, 'ann@example.com')
    assert.equal(await app.typecheck(), '')
  })

  test('the doctor finds nothing wrong', async ({ assert }) => {
    const { exitCode, output } = await app.ace('guest:doctor')
    assert.equal(exitCode, 0, output)
    assert.notMatch(output, /error|warning/, output)
  })

  test('cleanup runs', async ({ assert }) => {
    const { exitCode, output } = await app.ace('guest:cleanup')
    assert.equal(exitCode, 0, output)
    assert.include(output, 'No guest has expired')
  })

  test('a wrong guard keeps the server from starting, in one clear line', async ({
    assert,
    cleanup,
  }) => {
    const config = await app.read('config/guest_user.ts')
    cleanup(() => app.edit('config/guest_user.ts', () => config))
    await app.edit('config/guest_user.ts', (text) =>
      text.replace('enabled: true,', "enabled: true, guard: 'admin' as never,")
    )
    const { exitCode, output } = await app.ace('guest:cleanup')
    assert.equal(exitCode, 1)
    assert.match(output, /"guard" is "admin", but "config\/auth\.ts" has only: web/)
  })
})
