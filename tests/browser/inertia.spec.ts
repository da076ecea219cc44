import { rmSync } from 'node:fs'
import { test } from '@japa/runner'
import type { Browser, Page } from 'playwright'

import { Visitor } from '../app/visitor.ts'
import type { TestApp } from '../app/test_app.ts'
import { buildClient } from '../inertia/server/build_client.ts'
import { createInertiaApp } from '../inertia/server/inertia_app.ts'

let client: Promise<string> | undefined

/**
 * Built once for both groups
 */
function provideClient(): Promise<string> {
  client ??= buildClient().then((folder) => {
    process.once('exit', () => rmSync(folder, { recursive: true }))
    return folder
  })
  return client
}

/**
 * Somebody on the first page. What is missing fails the test soon
 */
async function arrive(browser: Browser, app: TestApp): Promise<Page> {
  const context = await browser.newContext({
    baseURL: app.url,
    userAgent: Visitor.userAgent,
  })
  context.setDefaultTimeout(10_000)
  const page = await context.newPage()
  await page.goto('/')
  return page
}

/**
 * Marks the document: a page that Inertia shows keeps it, a page that the browser
 * loads does not
 */
async function follow(page: Page, link: string, heading: string) {
  await page.evaluate('document.isMarked = true')
  await page.click(`header >> text="${link}"`)
  await page.waitForSelector(`h1:text-is("${heading}")`)
  const isShownByInertia = await page.evaluate('document.isMarked === true')
  return isShownByInertia ? 'shown' : 'loaded'
}

async function describe(page: Page) {
  return {
    path: new URL(page.url()).pathname,
    visitor: await page.getAttribute('header', 'data-visitor'),
    alerts: await page.locator('[role=alert]').allTextContents(),
    dialogs: await page.locator('iframe, dialog').count(),
  }
}

async function convert(page: Page, email: string) {
  await page.fill('#email', email)
  await page.fill('#password', 'a long secret')
  await page.fill('#passwordConfirmation', 'a long secret')
  await page.click('form button')
}

async function becomeGuest(page: Page) {
  await follow(page, 'Cart', 'Cart')
  return page.textContent('#owner')
}

test.group('A shop with Inertia and React', (group) => {
  let app: TestApp

  group.setup(async () => {
    app = await createInertiaApp(await provideClient())
    return () => app.close()
  })

  test('a prefetch makes no guest, and the click does', async ({ assert, browser, cleanup }) => {
    const page = await arrive(browser, app)
    cleanup(() => page.context().close())
    const before = await app.count('guests')

    const prefetch = page.waitForResponse((response) => response.url().endsWith('/cart'))
    await page.hover('header >> text="Cart"')
    assert.equal((await prefetch).status(), 409)
    assert.equal(await app.count('guests'), before)
    assert.equal(page.url(), `${app.url}/`)

    assert.equal(await follow(page, 'Cart', 'Cart'), 'loaded')
    assert.deepInclude(await describe(page), { path: '/cart', visitor: 'guest', dialogs: 0 })
    assert.notEqual(await page.textContent('#owner'), '')
    assert.equal(await app.count('guests'), before + 1)

    await follow(page, 'Home', 'Welcome')
    assert.equal(await follow(page, 'Cart', 'Cart'), 'shown')
    await Promise.all([
      page.waitForResponse((response) => response.request().method() === 'POST'),
      page.click('text="Add"'),
    ])
    assert.equal(await app.count('guests'), before + 1)
  })

  test('a guest is shown the way to an account', async ({ assert, browser, cleanup }) => {
    const page = await arrive(browser, app)
    cleanup(() => page.context().close())
    assert.equal((await describe(page)).visitor, 'anonymous')

    await becomeGuest(page)
    assert.equal(await follow(page, 'Log in', 'Log in'), 'shown')
    assert.equal((await describe(page)).visitor, 'guest')
    assert.equal(await page.locator('header >> text="Your account"').count(), 0)
  })

  test('pages that are not of Inertia are loaded', async ({ assert, browser, cleanup }) => {
    const page = await arrive(browser, app)
    cleanup(() => page.context().close())
    await becomeGuest(page)

    assert.equal(await follow(page, 'Keep my cart', 'Create your account'), 'loaded')
    await page.goto('/')
    const [refused] = await Promise.all([
      page.waitForResponse((response) => response.request().isNavigationRequest()),
      page.click('header >> text="Guests"'),
    ])
    assert.equal(refused.status(), 403)
    assert.equal(await page.textContent('body'), 'You are not allowed to see this page')
  })

  test('a closed page leads to the conversion page, and back', async ({
    assert,
    browser,
    cleanup,
  }) => {
    const page = await arrive(browser, app)
    cleanup(() => page.context().close())
    const owner = await becomeGuest(page)

    assert.equal(await follow(page, 'Orders', 'Create your account'), 'loaded')
    assert.equal(await page.textContent('[role=alert]'), 'Sign up or log in to see this page')
    await convert(page, 'ann@example.com')
    await page.waitForSelector('h1:text-is("Your orders")')
    assert.deepInclude(await describe(page), { visitor: 'regular', alerts: [] })

    await follow(page, 'Cart', 'Cart')
    assert.equal(await page.textContent('#owner'), owner)
  })

  test('a closed page leads to a page of Inertia, with its message, and back', async ({
    assert,
    browser,
    cleanup,
  }) => {
    const page = await arrive(browser, app)
    cleanup(() => page.context().close())

    assert.equal(await follow(page, 'New order', 'Log in'), 'shown')
    assert.deepInclude(await describe(page), {
      path: '/login',
      visitor: 'anonymous',
      alerts: ['Sign up or log in to see this page'],
      dialogs: 0,
    })

    await follow(page, 'Sign up', 'Sign up')
    await page.fill('[name=email]', 'bob@example.com')
    await page.fill('[name=password]', 'a long secret')
    await page.click('main button')
    await page.waitForSelector('h1:text-is("New order")')
    assert.equal((await describe(page)).visitor, 'regular')
  })
})

test.group('Its conversion page, as guest:eject writes it', (group) => {
  let app: TestApp

  group.setup(async () => {
    app = await createInertiaApp(await provideClient(), {
      guestUser: { convert: { inertia: true } },
    })
    return () => app.close()
  })

  async function errors(page: Page): Promise<string[]> {
    await page.waitForSelector('[aria-invalid]')
    return page.locator('[id$=_error]').allTextContents()
  }

  test('a guest signs up with the keyboard, and keeps what is theirs', async ({
    assert,
    browser,
    cleanup,
  }) => {
    const page = await arrive(browser, app)
    cleanup(() => page.context().close())
    const owner = await becomeGuest(page)
    await app.User.create({ email: 'taken@example.com', password: 'secret12' })

    assert.equal(await follow(page, 'Keep my cart', 'Create your account'), 'shown')
    await page.waitForFunction("document.title === 'Create your account'")
    await page.focus('#fullName')
    await page.keyboard.type('Ann')
    await page.keyboard.press('Enter')
    assert.deepEqual(await errors(page), ['This cannot be empty', 'This cannot be empty'])
    assert.equal(await page.inputValue('#fullName'), 'Ann')
    await page.waitForFunction("document.activeElement.id === 'email'")
    assert.equal(
      await page.getAttribute('#password', 'aria-describedby'),
      'password_hint password_error'
    )

    await page.keyboard.type('taken@example.com')
    await page.keyboard.press('Tab')
    await page.keyboard.type('a long secret')
    await page.keyboard.press('Tab')
    await page.keyboard.type('a long secret')
    await page.keyboard.press('Enter')
    await page.waitForSelector('text="This belongs to an account already. Log in instead?"')
    assert.lengthOf(await errors(page), 1)
    await page.waitForFunction("document.activeElement.id === 'email'")
    assert.equal(await page.inputValue('#password'), 'a long secret')

    await page.keyboard.press('ControlOrMeta+A')
    await page.keyboard.type('carol@example.com')
    await page.keyboard.press('Enter')
    await page.waitForSelector('h1:text-is("Your account is ready")')
    assert.deepInclude(await describe(page), {
      path: '/convert/success',
      visitor: 'regular',
      dialogs: 0,
    })
    await page.click('main >> text="Continue"')
    await page.waitForSelector('h1:text-is("Welcome")')
    await follow(page, 'Cart', 'Cart')
    assert.equal(await page.textContent('#owner'), owner)
  })

  test('a closed page leads to it, with its message, and back', async ({
    assert,
    browser,
    cleanup,
  }) => {
    const page = await arrive(browser, app)
    cleanup(() => page.context().close())
    await becomeGuest(page)

    assert.equal(await follow(page, 'New order', 'Create your account'), 'shown')
    assert.deepEqual((await describe(page)).alerts, ['Sign up or log in to see this page'])
    await convert(page, 'dora@example.com')
    await page.waitForSelector('h1:text-is("New order")')
    assert.deepInclude(await describe(page), { visitor: 'regular', alerts: [] })
  })
})
