import { test } from '@japa/runner'
import type { Assert } from '@japa/assert'
import type { Browser, BrowserContextOptions, Page } from 'playwright'

import { Visitor } from '../app/visitor.ts'
import { Playground } from './playground.ts'

let playground: Playground

/**
 * A person with a browser of their own. What the browser complains about is
 * collected. A headless Chromium says so in its User-Agent, and is taken for a
 * crawler then
 */
async function newVisitor(browser: Browser, options: BrowserContextOptions = {}) {
  const { userAgent } = Visitor
  const context = await browser.newContext({ baseURL: playground.url, userAgent, ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') {
      complaints.push(message.text())
    }
  })
  return { context, page, complaints }
}

function kindOf(page: Page) {
  return page.locator('.badge').getAttribute('data-visitor')
}

async function countRows(page: Page) {
  const count = async (table: string) => {
    return Number(await page.locator(`[data-count="${table}"]`).textContent())
  }
  return { users: await count('users'), guests: await count('guests') }
}

async function submit(page: Page, button = 'main button[type=submit]') {
  const loaded = page.waitForEvent('load')
  await page.click(button)
  await loaded
}

async function writeNote(page: Page, body: string) {
  await page.goto('/notes')
  await page.fill('#body', body)
  await submit(page)
}

async function signUp(page: Page, name: string) {
  await page.fill('#fullName', name)
  await page.fill('#email', `${name.toLowerCase()}@example.com`)
  await page.fill('#password', 'a long secret')
  await submit(page)
}

function pathOf(page: Page) {
  return new URL(page.url()).pathname
}

/**
 * From the first look to an account, the way a newcomer goes
 */
async function walkThrough(page: Page, assert: Assert) {
  await page.goto('/')
  assert.equal(await kindOf(page), 'anonymous')
  const before = await countRows(page)

  await page.goto('/notes')
  assert.equal(await kindOf(page), 'guest')
  assert.deepEqual(await countRows(page), { users: before.users + 1, guests: before.guests + 1 })

  await writeNote(page, 'Buy bread')
  assert.equal(await page.locator('.flash').textContent(), 'Noted.')
  assert.deepEqual(await page.locator('.notes .body').allTextContents(), ['Buy bread'])

  await page.goto('/why-register')
  assert.equal(pathOf(page), '/why-register')
  await page.goto('/settings?from=menu')
  assert.equal(pathOf(page), '/convert')
  assert.equal(await kindOf(page), 'guest')

  const name = `Ann${Math.random().toString(36).slice(2, 8)}`
  await page.fill('#passwordConfirmation', 'a long secret')
  await signUp(page, name)
  assert.equal(page.url(), `${playground.url}/settings?from=menu`)
  assert.equal(await kindOf(page), 'regular')
  assert.deepEqual(await countRows(page), { users: before.users + 1, guests: before.guests })

  await page.goto('/notes')
  assert.deepEqual(await page.locator('.notes .body').allTextContents(), ['Buy bread'])
  for (const path of ['/login', '/signup', '/why-register']) {
    await page.goto(path)
    assert.equal(pathOf(page), '/notes')
  }

  await submit(page, '.visitor button')
  assert.equal(await kindOf(page), 'anonymous')
  await page.goto('/settings')
  assert.equal(pathOf(page), '/login')

  await page.fill('#email', `${name.toLowerCase()}@example.com`)
  await page.fill('#password', 'a wrong guess')
  await submit(page)
  assert.match((await page.locator('.flash').textContent())!, /Invalid user credentials/)

  await page.fill('#email', `${name.toLowerCase()}@example.com`)
  await page.fill('#password', 'a long secret')
  await submit(page)
  assert.equal(pathOf(page), '/settings')
  assert.equal(await kindOf(page), 'regular')
}

test.group('Playground', (group) => {
  group.setup(async () => {
    playground = await Playground.open()
    return () => playground.close()
  })

  test('the whole way, {$self}')
    .with(['with JavaScript', 'without JavaScript'])
    .run(async ({ assert, browser, cleanup }, script) => {
      const { context, page, complaints } = await newVisitor(browser, {
        javaScriptEnabled: script === 'with JavaScript',
      })
      cleanup(() => context.close())

      await walkThrough(page, assert)
      assert.isEmpty(complaints)
    })

  test("a guest's notes survive to the next visit", async ({ assert, browser, cleanup }) => {
    const first = await newVisitor(browser)
    await writeNote(first.page, 'Still here tomorrow')
    const storageState = await first.context.storageState()
    await first.context.close()

    const next = await newVisitor(browser, { storageState })
    cleanup(() => next.context.close())
    await next.page.goto('/notes')
    assert.deepEqual(await next.page.locator('.notes .body').allTextContents(), [
      'Still here tomorrow',
    ])
    assert.equal(await kindOf(next.page), 'guest')
  })

  test('guests do not see what others wrote', async ({ assert, browser, cleanup }) => {
    const one = await newVisitor(browser)
    const other = await newVisitor(browser)
    cleanup(async () => {
      await one.context.close()
      await other.context.close()
    })

    await writeNote(one.page, 'Mine')
    await writeNote(other.page, 'Yours')
    assert.deepEqual(await other.page.locator('.notes .body').allTextContents(), ['Yours'])

    const action = await one.page.locator('.notes form').getAttribute('action')
    const token = await other.page.locator('.notes input[name=_csrf]').getAttribute('value')
    const response = await other.page.request.post(action!, { form: { _csrf: token! } })
    assert.equal(response.status(), 404)
    await one.page.reload()
    assert.lengthOf(await one.page.locator('.notes .body').all(), 1)
  })

  test('a headless browser that says so is a crawler, and no guest', async ({
    assert,
    browser,
    cleanup,
  }) => {
    const { context, page } = await newVisitor(browser, {
      userAgent: Visitor.userAgent.replace('Chrome/', 'HeadlessChrome/'),
    })
    cleanup(() => context.close())
    await page.goto('/notes')
    assert.equal(await kindOf(page), 'anonymous')
  })

  test('an anonymous visitor is sent to log in', async ({ assert, browser, cleanup }) => {
    const { context, page } = await newVisitor(browser)
    cleanup(() => context.close())

    for (const path of ['/settings', '/why-register']) {
      await page.goto(path)
      assert.equal(pathOf(page), '/login')
      assert.equal(await page.locator('.flash_error').count(), 1)
    }
    assert.equal(await kindOf(page), 'anonymous')
  })

  test('errors stand by the field, and are read with it', async ({ assert, browser, cleanup }) => {
    const { context, page } = await newVisitor(browser)
    cleanup(() => context.close())

    await writeNote(page, '   ')
    const field = page.locator('#body')
    assert.equal(await field.getAttribute('aria-invalid'), 'true')
    const description = await field.getAttribute('aria-describedby')
    assert.isNotEmpty(await page.locator(`#${description}`).textContent())
  })

  test('everything can be done by keyboard', async ({ assert, browser, cleanup }) => {
    const { context, page } = await newVisitor(browser)
    cleanup(() => context.close())

    const tabUntil = async (selector: string) => {
      for (let presses = 0; presses < 20; presses++) {
        await page.keyboard.press('Tab')
        if (await page.locator(`${selector}:focus`).count()) {
          return
        }
      }
      throw new Error(`${selector} cannot be reached`)
    }

    await page.goto('/')
    await tabUntil('#body')
    await page.keyboard.type('Without a mouse')
    await tabUntil('main button[type=submit]')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/notes')
    assert.deepEqual(await page.locator('.notes .body').allTextContents(), ['Without a mouse'])
  })

  test('pages have a strict policy, and keep to it on {width} pixels')
    .with([{ width: 320 }, { width: 390 }, { width: 1280 }])
    .run(async ({ assert, browser, cleanup }, { width }) => {
      const { context, page, complaints } = await newVisitor(browser, {
        viewport: { width, height: 800 },
      })
      cleanup(() => context.close())

      const paths = ['/', '/notes', '/why-register', '/login', '/signup', '/settings', '/convert']
      for (const path of paths) {
        const response = await page.goto(path)
        const policy = response!.headers()['content-security-policy']
        assert.match(policy, /default-src 'self'/)
        assert.notMatch(policy, /unsafe-inline/)

        const overflow = await page.evaluate(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth'
        )
        assert.equal(overflow, 0, path)
      }
      assert.isEmpty(complaints)
    })

  test('the server had nothing to complain about', ({ assert }) => {
    assert.isEmpty(playground.errors)
  })
})
