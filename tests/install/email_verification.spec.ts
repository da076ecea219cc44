import { join } from 'node:path'
import { test } from '@japa/runner'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'

import { Inbox } from './inbox.ts'
import { FreshApp } from './fresh_app.ts'
import { Visitor } from '../app/visitor.ts'
import { readRecipe } from './documentation.ts'

const PAGE = 'docs/email_verification.md'
const PASSWORD = 'correct horse'

/**
 * The level that the exception handler logs a 500 with
 */
const SERVER_ERROR = /"level":50/

/**
 * What the application has besides the recipe: the pages of a starter kit, a
 * cart for guests, settings for users, and another way to sign up
 */
const ROUTES = `
router.on('/signup').render('signup').use(middleware.unregisteredOnly())
router.on('/login').render('login').use(middleware.unregisteredOnly())
router
  .get('/cart', async ({ auth, guestUser }) => ({
    ...auth.user?.serialize({ fields: ['id', 'email', 'fullName'] }),
    kind: await guestUser.kind(),
  }))
  .use(middleware.allowGuestUser())
router.get('/settings', () => 'settings').use(middleware.regularUserRequired())
router.post('/other-way', async ({ guestUser, request }) => {
  const { fullName, email, password } = request.all()
  await guestUser.register({ fullName, email, password })
  return 'signed up'
})
`

const SIGNUP = `
<form action="/signup" method="post">{{ csrfField() }}</form>
`

const LOGIN = `
<form action="/login" method="post">{{ csrfField() }}</form>
@flashMessage('error')
  <p>{{ $message }}</p>
@end
`

const GOOGLEBOT = { 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1)' }

/**
 * A person with a browser
 */
class Person extends Visitor {
  readonly inbox: Inbox

  constructor(
    readonly app: FreshApp,
    readonly email: string
  ) {
    super(app.url)
    this.inbox = new Inbox(app, email)
  }

  async cart() {
    return (await this.get('/cart')).json()
  }

  /**
   * Opens a page with a form and sends it
   */
  async submit(page: string, fields: Record<string, string>, headers?: Record<string, string>) {
    return this.post(page, { _csrf: await this.openForm(page), ...fields }, headers)
  }

  async openForm(page: string): Promise<string> {
    const { text } = await this.get(page)
    return /name='_csrf' value='([^']+)'/.exec(text)![1]
  }

  signUp(fields: Record<string, string> = {}, headers?: Record<string, string>) {
    const { email } = this
    const form = { fullName: 'Ann', email, password: PASSWORD, ...fields }
    return this.submit('/signup', form, headers)
  }

  async logIn(email = this.email, password = PASSWORD) {
    return this.submit('/login', { email, password })
  }
}

test.group('The recipe for email verification', (group) => {
  let app: FreshApp
  let people = 0

  function arrive(email = `person${++people}@example.com`) {
    return new Person(app, email)
  }

  /**
   * A look into the database of the application, or a hand in it
   */
  function query(sql: string, ...values: SQLInputValue[]) {
    const database = new DatabaseSync(join(app.folder, 'db.sqlite3'), { timeout: 5000 })
    try {
      return database.prepare(sql).all(...values)
    } finally {
      database.close()
    }
  }

  group.setup(async () => {
    app = await FreshApp.createConfigured()
    await app.edit('.env', (text) => `${text}APP_URL=${app.url}\n`)
    await app.edit('config/guest_user.ts', (text) => text.replace('// maxAge:', 'maxAge:'))

    const { 'start/routes.ts': routes, ...files } = await readRecipe(PAGE)
    for (const [path, code] of Object.entries(files)) {
      await app.write(path, code)
    }
    await app.edit('start/routes.ts', (text) => {
      const added = routes.split('\n').filter((line) => !text.includes(line) || line === '')
      return [text.replace('guest()', 'unregisteredOnly()'), ...added, ROUTES].join('\n')
    })
    await app.write('resources/views/signup.edge', SIGNUP)
    await app.write('resources/views/login.edge', LOGIN)

    const { exitCode, output } = await app.ace('migration:run')
    if (exitCode !== 0) {
      throw new Error(output)
    }
    const stop = await app.serve()
    return async () => {
      await stop()
      await app.remove()
    }
  })

  group.each.setup(({ context }) => {
    const before = app.log.length
    return () => context.assert.notMatch(app.log.slice(before), SERVER_ERROR)
  })

  test('the compiler is content', async ({ assert }) => {
    const files = Object.keys(await readRecipe(PAGE))
    assert.lengthOf(files, 9)
    assert.equal(await app.typecheck(), '')
  })

  test('the guest stays a guest until the link is confirmed, and stays signed in', async ({
    assert,
  }) => {
    const ann = arrive()
    const guest = await ann.cart()
    assert.equal((await ann.get('/settings')).location, '/signup')

    const answer = await ann.signUp()
    assert.equal(answer.location, '/check-your-mail')
    assert.include((await ann.get('/check-your-mail')).text, 'Check your mail')
    assert.deepEqual(await ann.cart(), guest)
    assert.equal(guest.kind, 'guest')

    const link = await ann.inbox.nextLink()
    assert.include((await ann.get(link)).text, ann.email)
    assert.deepEqual(await ann.cart(), guest)

    const cookies = [...ann.cookies.keys()]
    const csrf = await ann.openForm(link)
    const confirmed = await ann.post(link, { _csrf: csrf, password: PASSWORD })
    assert.equal(confirmed.location, '/settings')
    assert.equal((await ann.get('/settings')).text, 'settings')
    const { id } = guest
    const account = { id, email: ann.email, fullName: 'Ann', kind: 'regular' }
    assert.deepEqual(await ann.cart(), account)

    // The cookie store names a cookie after the session id
    assert.notDeepEqual([...ann.cookies.keys()].sort(), cookies.sort())
    assert.deepEqual(query('select * from pending_registrations where user_id = ?', id), [])

    const elsewhere = arrive()
    assert.equal((await elsewhere.logIn(ann.email)).location, '/')
    assert.deepEqual(await elsewhere.cart(), account)
  })

  test('in another browser the same guest is confirmed', async ({ assert }) => {
    const ann = arrive()
    const guest = await ann.cart()
    await ann.signUp()
    const link = await ann.inbox.nextLink()

    const phone = arrive()
    assert.equal((await phone.submit(link, { password: PASSWORD })).location, '/')
    assert.equal((await phone.get('/settings')).text, 'settings')

    const { id } = guest
    const account = { id, email: ann.email, fullName: 'Ann' }
    assert.deepEqual(await phone.cart(), { ...account, kind: 'regular' })
    assert.deepEqual(query('select * from guests where user_id = ?', id), [])

    // The session of the guest has ended: the first browser is somebody new
    assert.notEqual((await ann.cart()).id, id)
  })

  test('another browser may have a guest of its own', async ({ assert }) => {
    const ann = arrive()
    const { id } = await ann.cart()
    await ann.signUp()

    const phone = arrive()
    assert.notEqual((await phone.cart()).id, id)
    const link = await ann.inbox.nextLink()
    assert.equal((await phone.submit(link, { password: PASSWORD })).location, '/')
    assert.containsSubset(await phone.cart(), { id, email: ann.email, kind: 'regular' })
  })

  test('a stranger who gets the mail confirms nothing', async ({ assert }) => {
    const mallory = arrive()
    const guest = await mallory.cart()
    const stranger = arrive()
    await mallory.signUp({ email: stranger.email })
    const link = await stranger.inbox.nextLink()

    for (const password of ['a guess of mine', '', guest.email]) {
      const answer = await stranger.submit(link, { password })
      assert.equal(answer.status, 302)
    }
    assert.equal((await stranger.submit(link, { password: 'a guess of mine' })).location, link)
    assert.include((await stranger.get(link)).text, 'not the password')
    assert.equal((await stranger.cart()).kind, 'guest')
    assert.deepEqual(await mallory.cart(), guest)
    assert.deepEqual(query('select * from users where email = ?', stranger.email), [])
  })

  test('somebody whom nobody has made a guest can sign up', async ({ assert }) => {
    const first = arrive()
    await first.signUp()
    assert.equal((await first.cart()).kind, 'guest')
    await first.submit(await first.inbox.nextLink(), { password: PASSWORD })
    assert.containsSubset(await first.cart(), { email: first.email, kind: 'regular' })

    const crawler = arrive()
    assert.equal((await crawler.signUp({}, GOOGLEBOT)).location, '/check-your-mail')
    const link = await crawler.inbox.nextLink()
    await crawler.submit(link, { password: PASSWORD })
    assert.containsSubset(await crawler.cart(), { email: crawler.email, kind: 'regular' })
  })

  test('nobody learns from the form who has an account, the mail tells', async ({ assert }) => {
    const owner = arrive()
    await owner.signUp()
    await owner.submit(await owner.inbox.nextLink(), { password: PASSWORD })
    const account = await owner.cart()

    const curious = arrive()
    const guest = await curious.cart()
    const free = await curious.signUp()
    const taken = await curious.signUp({ email: owner.email, password: 'something else' })
    assert.deepEqual({ ...taken, json: null }, { ...free, json: null })
    assert.equal(
      query('select email from pending_registrations where user_id = ?', guest.id)[0].email,
      owner.email
    )

    const mail = await owner.inbox.next()
    assert.match(mail.subject, /account already/)
    assert.include(mail.text, `${app.url}/login`)
    assert.notInclude(mail.text, 'verify-email')
    assert.deepEqual(await curious.cart(), guest)
    assert.deepEqual(await owner.cart(), account)
    assert.equal((await arrive().logIn(owner.email)).location, '/')
  })

  test('two wait for one address: the first to confirm has it, the other keeps everything', async ({
    assert,
  }) => {
    const ann = arrive()
    const other = arrive()
    const guest = await other.cart()
    await ann.signUp()
    const link = await ann.inbox.nextLink()
    await other.signUp({ email: ann.email, password: 'my own password' })
    const otherLink = await ann.inbox.nextLink()

    assert.equal((await ann.submit(link, { password: PASSWORD })).location, '/')
    const answer = await other.submit(otherLink, { password: 'my own password' })
    assert.equal(answer.location, '/login')
    assert.include((await other.get('/login')).text, 'has an account already')
    assert.deepEqual(await other.cart(), guest)

    const phone = arrive()
    const fromPhone = await phone.submit(otherLink, { password: 'my own password' })
    assert.equal(fromPhone.location, '/login')
    assert.equal((await phone.get('/settings')).location, '/login')
    assert.equal((await arrive().logIn(ann.email)).location, '/')
  })

  test('a link that was used, replaced, made up, or is too old says so', async ({ assert }) => {
    const ann = arrive()
    const guest = await ann.cart()
    await ann.signUp({ email: 'mistyped@example.com' })
    const replaced = await new Inbox(app, 'mistyped@example.com').nextLink()
    await ann.signUp()
    const link = await ann.inbox.nextLink()
    const csrf = await ann.openForm(link)

    const isGone = async (path: string) => {
      const answers = [
        await ann.get(path),
        await ann.post(path, { _csrf: csrf, password: PASSWORD }),
      ]
      for (const { status, text } of answers) {
        assert.equal(status, 410)
        assert.include(text, 'does not work any more')
      }
    }
    await isGone(replaced)
    await isGone(`/verify-email/${'x'.repeat(43)}`)

    query(
      'update pending_registrations set expires_at = ? where user_id = ?',
      '2020-01-01',
      guest.id
    )
    await isGone(link)
    assert.deepEqual(await ann.cart(), guest)

    await ann.signUp()
    const last = await ann.inbox.nextLink()
    assert.equal((await ann.post(last, { _csrf: csrf, password: PASSWORD })).location, '/')
    await isGone(last)
    assert.containsSubset(await ann.cart(), { id: guest.id, kind: 'regular' })
  })

  test('a guest who was cleaned up takes the link along', async ({ assert }) => {
    const ann = arrive()
    const { id } = await ann.cart()
    await ann.signUp()
    const link = await ann.inbox.nextLink()
    const csrf = await ann.openForm(link)

    query('update guests set last_seen_at = ? where user_id = ?', '2020-01-01 00:00:00', id)
    const { exitCode, output } = await app.ace('guest:cleanup')
    assert.equal(exitCode, 0, output)
    assert.deepEqual(query('select * from pending_registrations where user_id = ?', id), [])

    assert.equal((await ann.get(link)).status, 410)
    assert.equal((await ann.post(link, { _csrf: csrf, password: PASSWORD })).status, 410)
    assert.equal((await ann.signUp()).location, '/check-your-mail')
    await ann.submit(await ann.inbox.nextLink(), { password: PASSWORD })
    assert.containsSubset(await ann.cart(), { email: ann.email, kind: 'regular' })
  })

  test('who signed up in another way keeps that account as it is', async ({ assert }) => {
    const ann = arrive()
    const { id } = await ann.cart()
    await ann.signUp()
    const link = await ann.inbox.nextLink()
    const csrf = await ann.openForm(link)

    const email = 'other.way@example.com'
    const form = { _csrf: csrf, fullName: 'Ann', email, password: 'another password' }
    assert.equal((await ann.post('/other-way', form)).text, 'signed up')

    assert.deepEqual(query('select * from pending_registrations where user_id = ?', id), [])
    assert.equal((await ann.post(link, { _csrf: csrf, password: PASSWORD })).status, 410)
    assert.equal((await arrive().get(link)).status, 410)
    assert.containsSubset(await ann.cart(), { id, email, kind: 'regular' })
    assert.equal((await arrive().logIn(email, 'another password')).location, '/')
  })

  test('who has an account already signs in to it, as often as they like', async ({ assert }) => {
    const owner = arrive()
    await owner.signUp()
    await owner.submit(await owner.inbox.nextLink(), { password: PASSWORD })
    const account = await owner.cart()

    for (const browser of [arrive(owner.email), arrive(owner.email)]) {
      await browser.cart()
      await browser.signUp({ password: 'forgot that I had one' })
      assert.equal((await browser.logIn()).location, '/')
      assert.deepEqual(await browser.cart(), account)
    }
  })

  test('double clicks do what single ones do', async ({ assert }) => {
    const ann = arrive()
    const { id } = await ann.cart()
    const csrf = await ann.openForm('/signup')
    const form = { _csrf: csrf, fullName: 'Ann', email: ann.email, password: PASSWORD }
    const tabs = [ann.clone(), ann.clone(), ann.clone()]
    const answers = await Promise.all(tabs.map((tab) => tab.post('/signup', form)))
    assert.deepEqual(
      new Set(answers.map(({ location }) => location)),
      new Set(['/check-your-mail'])
    )

    const links = [
      await ann.inbox.nextLink(),
      await ann.inbox.nextLink(),
      await ann.inbox.nextLink(),
    ]
    const statuses = await Promise.all(links.map(async (link) => (await ann.get(link)).status))
    assert.deepEqual([...statuses].sort(), [200, 410, 410])

    const link = links[statuses.indexOf(200)]
    const confirmations = await Promise.all(
      [ann, ...tabs].map((tab) => tab.post(link, { _csrf: csrf, password: PASSWORD }))
    )
    assert.deepEqual(confirmations.map(({ status }) => status).sort(), [302, 410, 410, 410])
    assert.containsSubset((await arrive().logIn()).location, '/')
    const [user] = query('select id from users where email = ?', ann.email)
    assert.equal(user.id, id)
  })
})
