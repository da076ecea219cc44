import { join } from 'node:path'
import { test } from '@japa/runner'
import { DatabaseSync } from 'node:sqlite'

import { FreshApp } from './fresh_app.ts'
import { Visitor } from '../app/visitor.ts'
import { readRecipe } from './documentation.ts'
import { GithubServer } from '../services/github_server.ts'

const PAGE = 'docs/social_login.md'
const PASSWORD = 'correct horse'

/**
 * The level that the exception handler logs a 500 with
 */
const SERVER_ERROR = /"level":50/

/**
 * What the application has besides the recipe
 */
const ROUTES = `
router
  .get('/cart', async ({ auth, guestUser }) => ({
    ...auth.user?.serialize({ fields: ['id', 'email', 'fullName'] }),
    kind: await guestUser.kind(),
  }))
  .use(middleware.allowGuestUser())
router.get('/settings', () => 'settings').use(middleware.regularUserRequired())
router.on('/login').render('login').use(middleware.unregisteredOnly())
router.post('/signup', async ({ guestUser, request }) => {
  const { fullName, email, password } = request.all()
  await guestUser.register({ fullName, email, password })
  return 'signed up'
})
`

const LOGIN = `
@flashMessage('error')
  <p>{{ $message }}</p>
@end
<form action="/login" method="post">{{ csrfField() }}</form>
`

test.group('The recipe for social login', (group) => {
  let app: FreshApp
  let github: GithubServer
  let people = 0

  /**
   * Somebody with an account at GitHub
   */
  function arrive() {
    const id = ++people
    const person = {
      id,
      login: `cat${id}`,
      name: `Cat ${id}`,
      email: `cat${id}@example.com`,
      isVerified: true,
    }
    return { person, browser: new Visitor(app.url) }
  }

  /**
   * From the button to the page where they end up
   */
  async function continueWithGithub(browser: Visitor, person: GithubServer['person']) {
    github.person = person
    const { location } = await browser.get('/oauth/github')
    const answer = await fetch(location!, { redirect: 'manual' })
    return browser.get(answer.headers.get('location')!)
  }

  async function cart(browser: Visitor) {
    return (await browser.get('/cart')).json()
  }

  async function submit(browser: Visitor, path: string, fields: Record<string, string>) {
    const { text } = await browser.get('/login')
    const token = /name='_csrf' value='([^']+)'/.exec(text)![1]
    return browser.post(path, { _csrf: token, ...fields })
  }

  function query(sql: string, ...values: string[]) {
    const database = new DatabaseSync(join(app.folder, 'db.sqlite3'), { timeout: 5000 })
    try {
      return database.prepare(sql).all(...values)
    } finally {
      database.close()
    }
  }

  group.setup(async () => {
    github = await GithubServer.start()
    app = await FreshApp.createConfigured(['@adonisjs/ally'])
    await app.edit('.env', (text) => `${text}APP_URL=${app.url}\n`)
    await app.ace('configure', '@adonisjs/ally', '--providers=github')
    await app.edit('config/ally.ts', (text) =>
      text.replace(
        'clientId:',
        `authorizeUrl: '${github.url}/authorize',
        accessTokenUrl: '${github.url}/token',
        userInfoUrl: '${github.url}/user',
        userEmailUrl: '${github.url}/user/emails',
        clientId:`
      )
    )

    const { 'start/routes.ts': routes, ...files } = await readRecipe(PAGE)
    for (const [path, code] of Object.entries(files)) {
      await app.write(path, code)
    }
    await app.edit('start/routes.ts', (text) => {
      const added = routes.split('\n').filter((line) => !text.includes(line) || line === '')
      return [text.replace('guest()', 'unregisteredOnly()'), ...added, ROUTES].join('\n')
    })
    await app.write('resources/views/login.edge', LOGIN)

    const { exitCode, output } = await app.ace('migration:run')
    if (exitCode !== 0) {
      throw new Error(output)
    }
    const stop = await app.serve()
    return async () => {
      await stop()
      await app.remove()
      await github.stop()
    }
  })

  group.each.setup(({ context }) => {
    const before = app.log.length
    return () => context.assert.notMatch(app.log.slice(before), SERVER_ERROR)
  })

  test('the compiler is content', async ({ assert }) => {
    assert.lengthOf(Object.keys(await readRecipe(PAGE)), 4)
    assert.equal(await app.typecheck(), '')
  })

  test('a guest becomes a regular user, and goes on where they wanted to', async ({ assert }) => {
    const { person, browser } = arrive()
    const { id } = await cart(browser)
    assert.equal((await browser.get('/settings')).location, '/signup')

    assert.equal((await continueWithGithub(browser, person)).location, '/settings')
    const { email, name } = person
    assert.deepEqual(await cart(browser), { id, email, fullName: name, kind: 'regular' })
    assert.deepEqual(
      { ...query('select * from social_identities where user_id = ?', id)[0] },
      {
        id: 1,
        user_id: id,
        provider: 'github',
        provider_id: String(person.id),
      }
    )
  })

  test('a guest is merged into the account they had', async ({ assert }) => {
    const { person, browser } = arrive()
    assert.equal((await continueWithGithub(browser, person)).location, '/')
    const { id } = await cart(browser)

    const other = new Visitor(app.url)
    const guest = await cart(other)
    assert.equal((await continueWithGithub(other, person)).location, '/')
    assert.containsSubset(await cart(other), { id, kind: 'regular' })
    assert.deepEqual(query('select * from users where id = ?', guest.id), [])
  })

  test('an account with a password is logged in to once, then has the identity', async ({
    assert,
  }) => {
    const { person, browser } = arrive()
    const { email } = person
    await submit(browser, '/signup', { fullName: 'Cat', email, password: PASSWORD })
    const { id } = await cart(browser)

    const other = new Visitor(app.url)
    const guest = await cart(other)
    assert.equal((await continueWithGithub(other, person)).location, '/login')
    assert.include(
      (await other.get('/login')).text,
      'An account with this email address exists. Log in to it first'
    )
    assert.deepEqual(await cart(other), guest)

    assert.equal((await submit(other, '/login', { email, password: PASSWORD })).location, '/')
    assert.equal((await continueWithGithub(other, person)).location, '/')
    const third = new Visitor(app.url)
    await continueWithGithub(third, person)
    assert.containsSubset(await cart(third), { id, kind: 'regular' })
  })

  test('who says no at GitHub stays a guest', async ({ assert }) => {
    const { browser } = arrive()
    const guest = await cart(browser)
    assert.equal((await continueWithGithub(browser, null)).location, '/login')
    assert.include((await browser.get('/login')).text, 'Signing in with GitHub did not work')
    assert.deepEqual(await cart(browser), guest)
  })

  test("somebody else's callback leads nowhere", async ({ assert }) => {
    const { person, browser } = arrive()
    const guest = await cart(browser)
    github.person = person
    const { location } = await new Visitor(app.url).get('/oauth/github')
    const answer = await fetch(location!, { redirect: 'manual' })
    assert.equal((await browser.get(answer.headers.get('location')!)).location, '/login')
    assert.deepEqual(await cart(browser), guest)
  })

  test('a double click does what a single one does', async ({ assert }) => {
    const { person, browser } = arrive()
    const { id } = await cart(browser)
    github.person = person
    const tabs = [browser.clone(), browser.clone(), browser.clone()]
    const callbacks: string[] = []
    for (const tab of tabs) {
      const { location } = await tab.get('/oauth/github')
      const answer = await fetch(location!, { redirect: 'manual' })
      callbacks.push(answer.headers.get('location')!)
    }
    const answers = await Promise.all(tabs.map((tab, index) => tab.get(callbacks[index])))
    assert.deepEqual(
      answers.map(({ location }) => location),
      ['/', '/', '/']
    )
    for (const tab of tabs) {
      assert.containsSubset(await cart(tab), { id, kind: 'regular' })
    }
  })
})
