import { test } from '@japa/runner'
import type { BrowserContextOptions } from 'playwright'

import { Person, PHONE } from './person.ts'
import { FilledPlayground } from './filled_playground.ts'

const LIST = '/admin/guests'
const GUESTS = 4000
const EVIL = `<img src=x onerror="document.title='owned'">"'><script>document.title='owned'</script>`

const WAYS: { way: string; options: BrowserContextOptions }[] = [
  { way: 'with JavaScript', options: {} },
  { way: 'without JavaScript', options: { javaScriptEnabled: false } },
]

const names = (person: Person) => person.page.locator('.guest-user-list tbody th').allTextContents()
const heading = (person: Person) => person.page.locator('h1').textContent()
const messages = (person: Person) =>
  person.page.locator('.guest-user-notice, .guest-user-alert').allTextContents()

/**
 * How things look that a layout of the application may spoil
 */
const look = (person: Person) =>
  person.page.evaluate(`['.guest-user-tool button', '.guest-user-tool label', 'h1', 'h2']
    .map((selector) => document.querySelector(selector))
    .map((element) => [getComputedStyle(element).color, element.offsetHeight, element.tagName])`)

/**
 * Puts the page into a layout that knows no dark colours and styles elements, as
 * those of the starter kits do
 */
const ADOPT = `
  const content = document.querySelector('.guest-user-content')
  const wrapper = document.createElement('div')
  wrapper.className = document.body.className
  wrapper.append(content)
  document.body.className = ''
  document.body.replaceChildren(wrapper)
  document.querySelector('[name=color-scheme]').remove()
  const sheet = document.createElement('style')
  sheet.textContent = 'button, input { width: 100%; height: 80px } label { margin: 9px; padding: 9px } ' +
    'h1, h2 { color: red } header { margin: auto; padding: 30px }'
  document.head.prepend(sheet)`

test.group('Admin pages', (group) => {
  let filled: FilledPlayground

  group.setup(async () => {
    filled = await FilledPlayground.open(GUESTS)
    return () => filled.close()
  })

  test('are closed to anonymous visitors, guests and other users', async ({
    assert,
    browser,
    cleanup,
  }) => {
    const person = await Person.arrive(browser, filled.playground)
    cleanup(() => person.leave())
    const status = async () => (await person.page.goto(LIST))!.status()

    assert.equal(await status(), 403)
    await person.writeNote('A note')
    assert.equal(await status(), 403)
    await person.signUp('somebody@example.com')
    assert.equal(await person.kind(), 'regular')
    assert.equal(await status(), 403)
  })

  test('the operator finds somebody, {way}')
    .with(WAYS)
    .run(async ({ assert, browser, cleanup }, { options }) => {
      const operator = await filled.arrive(browser, options)
      cleanup(() => operator.leave())
      await operator.click(`.visitor [href="${LIST}"]`)
      assert.equal(await heading(operator), 'Guests')
      const newest = await names(operator)
      assert.lengthOf(newest, 50)

      await operator.click('.guest-user-pager [rel=next]')
      const second = await names(operator)
      await operator.click('.guest-user-pager [rel=next]')
      await operator.click('.guest-user-pager [rel=prev]')
      assert.deepEqual(await names(operator), second)
      await operator.click('.guest-user-pager [rel=prev]')
      assert.deepEqual(await names(operator), newest)

      await operator.click('[aria-sort=descending] a')
      assert.equal(await operator.page.locator('[aria-sort=ascending]').count(), 1)
      const oldest = await names(operator)
      assert.notDeepEqual(oldest, newest)

      await operator.click('.guest-user-tab-expired')
      assert.equal(
        await operator.page.locator('.guest-user-list .guest-user-badge').count(),
        await operator.page.locator('.guest-user-list tbody tr').count()
      )

      await operator.fill({ search: 'Quiet-Otter' })
      await operator.click('[role=search] button')
      const found = await names(operator)
      assert.isNotEmpty(found)
      assert.isTrue(found.every((name) => name === 'quiet-otter'))

      await operator.click('.guest-user-tab-all')
      await operator.fill({ age: 'a while' })
      await operator.click('form:has(#age) button')
      assert.include((await messages(operator)).join(), '“a while” is no age')
      await operator.fill({ age: '40 days' })
      await operator.click('form:has(#age) button')
      assert.include(operator.where, 'show=older')
      assert.isEmpty(operator.complaints)
    })

  test('selected guests go after a confirmation, {way}')
    .with(WAYS)
    .run(async ({ assert, browser, cleanup }, { options }) => {
      const operator = await filled.arrive(browser, options)
      cleanup(() => operator.leave())
      await operator.open(`${LIST}?show=expired&sort=seen`)
      const before = { users: filled.count('users'), guests: filled.count('guests') }
      const notes = filled.count('notes')

      const boxes = operator.page.locator('tbody [name=guests]')
      await boxes.nth(0).check()
      await boxes.nth(2).check()
      await operator.click('.guest-user-bulk button')
      assert.equal(await heading(operator), 'Delete 2 guests?')
      const rows = Number(await operator.page.locator('td.guest-user-figure').textContent())
      await operator.click('text=Cancel')
      assert.include(operator.where, 'show=expired')
      assert.equal(filled.count('guests'), before.guests)

      await boxes.nth(0).check()
      await boxes.nth(2).check()
      await operator.click('.guest-user-bulk button')
      await operator.click('.guest-user-button-danger')
      assert.deepEqual(await messages(operator), ['2 guests were deleted.'])
      assert.equal(filled.count('users'), before.users - 2)
      assert.equal(filled.count('guests'), before.guests - 2)
      assert.equal(filled.count('notes'), notes - rows)
      assert.isEmpty(operator.complaints)
    })

  test('the box that selects a page is there with JavaScript only', async ({
    assert,
    browser,
    cleanup,
  }) => {
    const plain = await filled.arrive(browser, { javaScriptEnabled: false })
    cleanup(() => plain.leave())
    await plain.open(LIST)
    assert.isFalse(await plain.page.locator('[data-select-page]').isVisible())

    const operator = await filled.arrive(browser)
    cleanup(() => operator.leave())
    await operator.open(LIST)
    const all = operator.page.locator('[data-select-page] input')
    const isPartly = () => all.evaluate((box: any) => box.indeterminate as boolean)
    await operator.page.locator('tbody [name=guests]').first().check()
    assert.isTrue(await isPartly())
    await all.check()
    assert.isFalse(await isPartly())
    assert.equal(await operator.page.locator('tbody :checked').count(), 50)
    await all.uncheck()
    assert.equal(await operator.page.locator('tbody :checked').count(), 0)
  })

  test('one guest: support staff convert them, {way}')
    .with(WAYS)
    .run(async ({ assert, browser, cleanup }, { way, options }) => {
      const operator = await filled.arrive(browser, options)
      cleanup(() => operator.leave())
      await operator.open(LIST)
      await operator.click('.guest-user-list tbody th a')
      const id = Number(new URL(operator.page.url()).pathname.split('/').at(-1))
      const convert = async (email: string) => {
        await operator.fill({ email })
        await operator.click('form[action$="/convert"] button')
      }

      await convert('operator@example.com')
      assert.equal(await operator.page.inputValue('#email'), 'operator@example.com')
      assert.equal(
        await operator.page.locator('#email_error').textContent(),
        'Another account has this address.'
      )
      const email = `${way.replaceAll(' ', '-')}@example.com`
      await convert(email)
      assert.include((await messages(operator)).join(), `The mail to ${email} is on its way.`)
      const user = filled.db.prepare('select email from users where id = ?').get(id)
      assert.deepEqual(user, { email })
      assert.isUndefined(filled.db.prepare('select 1 from guests where user_id = ?').get(id))
      assert.isEmpty(operator.complaints)
    })

  test('names full of HTML are text', async ({ assert, browser, cleanup }) => {
    const { lastInsertRowid } = filled.db
      .prepare(
        `insert into users (full_name, email, password, created_at)
         values (?, 'evil@guest.invalid', '-', '2020-01-01 00:00:00')`
      )
      .run(EVIL)
    filled.db
      .prepare(`insert into guests values (?, '2020-01-01 00:00:00', '2020-01-01 00:00:00', null)`)
      .run(lastInsertRowid)
    const operator = await filled.arrive(browser)
    cleanup(() => operator.leave())

    await operator.open(`${LIST}?search=evil`)
    assert.deepEqual(await names(operator), [EVIL])
    await operator.click('.guest-user-list tbody th a')
    assert.equal(await heading(operator), EVIL)
    assert.equal(await operator.page.title(), EVIL)
    await operator.open(`${LIST}?search=${encodeURIComponent(EVIL)}`)
    assert.equal(await operator.page.inputValue('#search'), EVIL)
    assert.equal(await operator.page.title(), 'Guests')
    assert.isEmpty(operator.complaints)
  })

  test('fit into {width} pixels, with the longest names')
    .with([{ width: 320 }, { width: PHONE.width }, { width: 768 }, { width: 1280 }])
    .run(async ({ assert, browser, cleanup }, { width }) => {
      filled.db.prepare('update users set full_name = ? where id = 2').run('x'.repeat(200))
      const operator = await filled.arrive(browser, { viewport: { width, height: 800 } })
      cleanup(() => operator.leave())
      const paths = [`${LIST}?search=xxx`, LIST, `${LIST}/2`, `${LIST}/delete?all=1&older_than=1d`]
      for (const path of paths) {
        await operator.open(path)
        assert.equal(await operator.overflow(), 0, path)
      }
    })

  test('keep their look in a layout of the application', async ({ assert, browser, cleanup }) => {
    const operator = await filled.arrive(browser, { bypassCSP: true })
    cleanup(() => operator.leave())
    await operator.open(LIST)
    const expected = await look(operator)
    await operator.page.emulateMedia({ colorScheme: 'dark' })
    assert.notDeepEqual(await look(operator), expected)
    await operator.page.evaluate(ADOPT)
    assert.deepEqual(await look(operator), expected)
  })

  test('work by keyboard', async ({ assert, browser, cleanup }) => {
    const operator = await filled.arrive(browser)
    cleanup(() => operator.leave())
    await operator.open(LIST)
    await operator.page.keyboard.press('Tab')
    assert.isTrue(await operator.page.locator('.guest-user-skip:focus').isVisible())
    for (const selector of [
      '.guest-user-tab-expired',
      'summary',
      '#search',
      '#age',
      '[data-select-page] input',
      '[aria-sort=descending] a',
      'tbody tr:first-child [name=guests]',
      '.guest-user-list tbody tr:first-child th a',
    ]) {
      await operator.tabTo(selector)
    }
    await operator.press('Enter')
    await operator.tabTo('#email')
    await operator.tabTo('.guest-user-button-danger')
    await operator.press('Enter')
    assert.equal(await heading(operator), 'Delete 1 guest?')
  })
})
