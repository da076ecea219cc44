import { test } from '@japa/runner'
import type { BrowserContextOptions } from 'playwright'

import { PASSWORD, Person } from './person.ts'
import { Playground } from './playground.ts'

const WAYS: { way: string; options: BrowserContextOptions }[] = [
  { way: 'with JavaScript', options: {} },
  { way: 'without JavaScript', options: { javaScriptEnabled: false } },
]

const account = (email: string) => ({
  fullName: 'Ada',
  email,
  password: PASSWORD,
  passwordConfirmation: PASSWORD,
})

test.group('Journeys', (group) => {
  let playground: Playground

  group.setup(async () => {
    playground = await Playground.open()
    return () => playground.close()
  })

  test('a guest converts on the way to a page, {way}')
    .with(WAYS)
    .run(async ({ assert, browser, cleanup }, { way, options }) => {
      const person = await Person.arrive(browser, playground, options)
      cleanup(() => person.leave())
      await person.writeNote('Before')
      const before = await person.rows()

      assert.equal(await person.open('/settings?from=menu'), '/convert')
      await person.submit(account(`${way.replaceAll(' ', '-')}@example.com`))
      assert.equal(person.where, '/settings?from=menu')
      assert.equal(await person.kind(), 'regular')
      assert.deepEqual(await person.rows(), { ...before, guests: before.guests - 1 })

      await person.open('/notes')
      assert.deepEqual(await person.notes(), ['Before'])
      assert.isEmpty(person.complaints)
    })

  test('a guest converts and goes on, {way}')
    .with(WAYS)
    .run(async ({ assert, browser, cleanup }, { way, options }) => {
      const person = await Person.arrive(browser, playground, options)
      cleanup(() => person.leave())
      await person.writeNote('Before')
      await person.click('.visitor [href="/convert"]')
      await person.submit(account(`on-${way.replaceAll(' ', '-')}@example.com`))
      assert.equal(person.where, '/convert/success')
      await person.page.reload()
      assert.equal(await person.page.textContent('h1'), 'Your account is ready')

      await person.click('.guest-user-button')
      assert.equal(person.where, '/notes')
      assert.deepEqual(await person.notes(), ['Before'])
      assert.isEmpty(person.complaints)
    })

  test('a guest logs in to an account, and the notes come along, {way}')
    .with(WAYS)
    .run(async ({ assert, browser, cleanup }, { way, options }) => {
      const email = `merge-${way.replaceAll(' ', '-')}@example.com`
      const home = await Person.arrive(browser, playground)
      const person = await Person.arrive(browser, playground, options)
      cleanup(() => home.leave())
      cleanup(() => person.leave())
      await home.writeNote('From home')
      await home.signUp(email)

      await person.writeNote('As a guest')
      const before = await person.rows()
      await person.open('/login')
      assert.include(await person.page.textContent('main'), 'comes with you')

      await person.submit({ email, password: 'a wrong guess' })
      assert.equal(await person.kind(), 'guest')

      await person.submit({ email, password: PASSWORD })
      assert.equal(person.where, '/notes')
      assert.equal(await person.kind(), 'regular')
      assert.deepEqual(await person.flash(), [
        'Welcome back. What you wrote as a guest came with you.',
      ])
      assert.sameMembers(await person.notes(), ['From home', 'As a guest'])
      assert.deepEqual(await person.rows(), {
        users: before.users - 1,
        guests: before.guests - 1,
      })
      assert.isEmpty(person.complaints)
    })

  test('two tabs: the second finds the account that the first made', async ({
    assert,
    browser,
    cleanup,
  }) => {
    const person = await Person.arrive(browser, playground)
    cleanup(() => person.leave())
    await person.writeNote('Before')
    await person.open('/convert')
    const tab = await person.context.newPage()
    await tab.goto('/convert')

    await person.submit(account('tabs@example.com'))
    for (const [field, value] of Object.entries(account('other@example.com'))) {
      await tab.fill(`#${field}`, value)
    }
    await tab.click('main button[type=submit]')
    await tab.waitForURL('**/notes')
    assert.deepEqual(await tab.locator('.notes .body').allTextContents(), ['Before'])
    assert.deepEqual(await tab.locator('.flash').allTextContents(), ['You already have an account'])
  })

  test('Back after converting does not show the form again', async ({
    assert,
    browser,
    cleanup,
  }) => {
    const person = await Person.arrive(browser, playground)
    cleanup(() => person.leave())
    await person.open('/notes')
    await person.open('/convert')
    await person.submit(account('back@example.com'))
    assert.equal(person.where, '/convert/success')

    await person.page.goBack()
    assert.equal(person.where, '/notes')
    await person.page.reload()
    assert.equal(await person.kind(), 'regular')
  })

  test('two clicks make one account', async ({ assert, browser, cleanup }) => {
    const person = await Person.arrive(browser, playground)
    cleanup(() => person.leave())
    await person.open('/notes')
    const before = await person.rows()
    await person.open('/convert')
    await person.fill(account('twice@example.com'))
    await person.page.dblclick('main button[type=submit]')
    await person.page.waitForURL('**/convert/success')

    assert.equal(await person.kind(), 'regular')
    assert.deepEqual(await person.rows(), { users: before.users, guests: before.guests - 1 })
  })

  test('mistakes are announced, and the first of them has the focus', async ({
    assert,
    browser,
    cleanup,
  }) => {
    const person = await Person.arrive(browser, playground)
    cleanup(() => person.leave())
    await person.open('/notes')
    await person.open('/convert')
    await person.submit({ fullName: 'Ada', email: 'ada', password: PASSWORD })

    assert.equal(await person.page.title(), 'Error: Create your account – Margin')
    assert.equal(await person.page.locator('[role=alert]').count(), 1)
    await person.page.locator('#email:focus').waitFor()
    assert.equal(await person.page.inputValue('#fullName'), 'Ada')
    assert.equal(await person.page.inputValue('#password'), '')
    const described = await person.page.getAttribute('#email', 'aria-describedby')
    assert.match((await person.page.textContent(`#${described}`))!, /an email address/)
  })

  test('no URL in the address leads away: {next}')
    .with([
      { name: 'slashes', next: '//evil.example' },
      { name: 'script', next: 'javascript:alert(1)' },
      { name: 'backslash', next: '/\\evil.example' },
    ])
    .run(async ({ assert, browser, cleanup }, { name, next }) => {
      const person = await Person.arrive(browser, playground)
      cleanup(() => person.leave())
      await person.open('/notes')
      await person.open(`/convert?next=${encodeURIComponent(next)}`)
      await person.submit(account(`${name}@example.com`))
      assert.equal(new URL(person.page.url()).origin, playground.url)
      assert.equal(person.where, '/convert/success')
    })

  test('the server had nothing to complain about', ({ assert }) => {
    assert.isEmpty(playground.errors)
  })
})
