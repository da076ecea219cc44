import { createRequire } from 'node:module'
import { test } from '@japa/runner'
import type { Page } from 'playwright'

import { PASSWORD, Person, PHONE } from './person.ts'
import { Playground } from './playground.ts'
import { FilledPlayground } from './filled_playground.ts'
import { Visitor } from '../app/visitor.ts'
import { createTestApp } from '../app/test_app.ts'

const AXE = createRequire(import.meta.url).resolve('axe-core')

interface Violation {
  id: string
  nodes: { html: string }[]
}

/**
 * What axe-core complains about
 */
async function inspect(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: AXE })
  const violations: Violation[] = await page.evaluate('axe.run().then((it) => it.violations)')
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

test.group('Accessibility', (group) => {
  let playground: Playground
  let filled: FilledPlayground

  group.setup(async () => {
    playground = await Playground.open()
    filled = await FilledPlayground.open(200)
    return async () => {
      await playground.close()
      await filled.close()
    }
  })

  test('axe-core finds nothing, {colorScheme}')
    .with([{ colorScheme: 'light' as const }, { colorScheme: 'dark' as const }])
    .run(async ({ assert, browser, cleanup }, { colorScheme }) => {
      // The pages forbid scripts, and axe-core is one
      const options = { bypassCSP: true, colorScheme, viewport: PHONE }
      const person = await Person.arrive(browser, playground, options)
      cleanup(() => person.leave())

      for (const path of ['/', '/login', '/signup']) {
        await person.open(path)
        assert.isEmpty(await inspect(person.page), path)
      }
      await person.writeNote('A note')
      for (const path of ['/notes', '/why-register', '/login', '/convert']) {
        await person.open(path)
        assert.isEmpty(await inspect(person.page), path)
      }

      await person.submit({ email: 'nobody' })
      assert.isEmpty(await inspect(person.page), 'the form with errors')
      await person.submit({
        fullName: 'Ada',
        email: `${colorScheme}@example.com`,
        password: PASSWORD,
        passwordConfirmation: PASSWORD,
      })
      assert.equal(person.where, '/convert/success')
      assert.isEmpty(await inspect(person.page), 'the page that says it worked')
    })

  test("nor in the package's own layout, {colorScheme}")
    .with([{ colorScheme: 'light' as const }, { colorScheme: 'dark' as const }])
    .run(async ({ assert, browser, cleanup }, { colorScheme }) => {
      const app = await createTestApp({
        shield: true,
        routes(router, middleware, guestUsers) {
          guestUsers.registerConvertRoutes('/convert')
          router.get('/cart', () => 'a cart').use(middleware.allowGuestUser())
        },
      })
      cleanup(() => app.close())
      const context = await browser.newContext({
        baseURL: app.url,
        userAgent: Visitor.userAgent,
        viewport: PHONE,
        colorScheme,
      })
      cleanup(() => context.close())
      const page = await context.newPage()

      await page.goto('/cart')
      await page.goto('/convert')
      assert.isEmpty(await inspect(page))
      await page.fill('#email', 'nobody')
      await page.click('button[type=submit]')
      assert.isEmpty(await inspect(page), 'the form with errors')

      await page.fill('#email', 'ada@example.com')
      await page.fill('#password', PASSWORD)
      await page.fill('#passwordConfirmation', PASSWORD)
      await page.click('button[type=submit]')
      await page.waitForURL('**/convert/success')
      assert.isEmpty(await inspect(page), 'the page that says it worked')
    })

  test('nor on the admin pages, {colorScheme}, {width} pixels wide')
    .with([
      { colorScheme: 'light' as const, width: PHONE.width },
      { colorScheme: 'light' as const, width: 1280 },
      { colorScheme: 'dark' as const, width: PHONE.width },
      { colorScheme: 'dark' as const, width: 1280 },
    ])
    .run(async ({ assert, browser, cleanup }, { colorScheme, width }) => {
      const viewport = { width, height: 900 }
      const operator = await filled.arrive(browser, { bypassCSP: true, colorScheme, viewport })
      cleanup(() => operator.leave())

      const list = '/admin/guests'
      for (const path of [
        list,
        `${list}?show=older&age=a+while`,
        `${list}?show=expired&sort=seen&search=quiet`,
        `${list}?search=nobody`,
        `${list}/2`,
        `${list}/delete?guests=2&guests=201&older_than=10+days`,
        `${list}/delete?guests=1&older_than=10+days`,
      ]) {
        await operator.open(path)
        assert.isEmpty(await inspect(operator.page), path)
      }
      await operator.open(`${list}/2`)
      await operator.submit({ email: 'nobody' })
      assert.isEmpty(await inspect(operator.page), 'the form with errors')
      await operator.open(list)
      await operator.click('.guest-user-pager [rel=next]')
      assert.isEmpty(await inspect(operator.page), 'the second page')
    })
})
