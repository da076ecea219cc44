import { test } from '@japa/runner'

import { PASSWORD, Person, PHONE } from './person.ts'
import { Playground } from './playground.ts'

/**
 * Mistakes by form: what is typed, and what the field says then
 */
const MISTAKES: { path: string; values: Record<string, string>; errors: Record<string, string> }[] =
  [
    {
      path: '/',
      values: { body: '' },
      errors: { body: 'Write a word or two first.' },
    },
    {
      path: '/notes',
      values: { body: 'x'.repeat(1001) },
      errors: { body: 'A note has room for 1000 characters.' },
    },
    {
      path: '/login',
      values: { email: 'ada@example.com' },
      errors: { password: 'This cannot be empty.' },
    },
    {
      path: '/signup',
      values: { email: 'nobody', password: 'short' },
      errors: {
        fullName: 'This cannot be empty.',
        email: 'This does not look like an email address.',
        password: 'Use 8 characters or more.',
      },
    },
  ]

test.group('Forms', (group) => {
  let playground: Playground

  group.setup(async () => {
    playground = await Playground.open()
    return () => playground.close()
  })

  test('a mistake on {path} is explained at its field')
    .with(MISTAKES)
    .run(async ({ assert, browser, cleanup }, { path, values, errors }) => {
      const person = await Person.arrive(browser, playground, { viewport: PHONE })
      cleanup(() => person.leave())
      await person.open(path)
      assert.equal(await person.page.locator('[aria-invalid], [aria-describedby]').count(), 0)

      await person.submit(values)
      assert.equal(person.where, path)
      for (const [field, message] of Object.entries(errors)) {
        const input = person.page.locator(`#${field}`)
        assert.equal(await input.getAttribute('aria-invalid'), 'true')
        const described = await input.getAttribute('aria-describedby')
        assert.isNotNull(described, field)
        assert.equal(await person.page.textContent(`.error[id="${described}"]`), message)
      }
      assert.equal(await person.page.locator('.error').count(), Object.keys(errors).length)
      assert.equal(await person.overflow(), 0)
      assert.isEmpty(person.complaints)
    })

  test('a note that is refused can be shortened', async ({ assert, browser, cleanup }) => {
    const person = await Person.arrive(browser, playground)
    cleanup(() => person.leave())

    const body = 'x'.repeat(1001)
    await person.writeNote(body)
    assert.equal(await person.page.inputValue('#body'), body)
    assert.isEmpty(await person.notes())
    await person.submit({ body: body.slice(1) })
    assert.deepEqual(await person.notes(), [body.slice(1)])
  })

  test('what was typed comes back as text, not as markup', async ({ assert, browser, cleanup }) => {
    for (const path of ['/signup', '/convert']) {
      const person = await Person.arrive(browser, playground)
      cleanup(() => person.leave())
      await person.open('/notes')
      await person.open(path)
      const fullName = '"><h6>Bobby</h6>'
      await person.submit({ fullName, email: 'nobody' })
      assert.equal(await person.page.inputValue('#fullName'), fullName)
      assert.equal(await person.page.locator('h6').count(), 0)
    }
  })

  test('a note is deleted by its button, without JavaScript too', async ({
    assert,
    browser,
    cleanup,
  }) => {
    const person = await Person.arrive(browser, playground, { javaScriptEnabled: false })
    cleanup(() => person.leave())

    await person.writeNote('One')
    await person.writeNote('Two')
    await person.click('.notes li:has-text("One") button')
    assert.deepEqual(await person.notes(), ['Two'])
  })

  test('reloading does not write a note again', async ({ assert, browser, cleanup }) => {
    const person = await Person.arrive(browser, playground)
    cleanup(() => person.leave())

    await person.writeNote('Once')
    await person.page.reload()
    assert.deepEqual(await person.notes(), ['Once'])
  })

  test('from the first page to an account by keyboard', async ({ assert, browser, cleanup }) => {
    const person = await Person.arrive(browser, playground)
    cleanup(() => person.leave())
    const { keyboard } = person.page

    await person.open('/')
    await person.tabTo('.skip')
    await person.tabTo('#body')
    await keyboard.type('Without a mouse')
    await person.tabTo('.note_form button')
    await person.press('Enter')
    assert.deepEqual(await person.notes(), ['Without a mouse'])

    await person.tabTo('.visitor [href="/convert"]')
    await person.press('Enter')
    await person.tabTo('#fullName')
    await keyboard.type('Ida')
    await keyboard.press('Tab')
    await keyboard.type('ida@example.com')
    await keyboard.press('Tab')
    await keyboard.type(PASSWORD)
    await keyboard.press('Tab')
    await keyboard.type(PASSWORD)
    await person.press('Enter')
    assert.equal(person.where, '/convert/success')
    assert.equal(await person.kind(), 'regular')
    await person.tabTo('.guest-user-button')
    await person.press('Enter')
    await person.open('/notes')
    assert.deepEqual(await person.notes(), ['Without a mouse'])
  })

  test('the server had nothing to complain about', ({ assert }) => {
    assert.isEmpty(playground.errors)
  })
})
