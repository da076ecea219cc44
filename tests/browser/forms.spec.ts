import { test } from '@japa/runner'

import { PASSWORD, Person } from './person.ts'
import { Playground } from './playground.ts'

/**
 * A mistake for every field that can be wrong
 */
const MISTAKES = [
  { path: '/', field: 'body', value: '', message: 'Write a word or two first.' },
  { path: '/notes', field: 'body', value: '', message: 'Write a word or two first.' },
  {
    path: '/notes',
    field: 'body',
    value: 'x'.repeat(1001),
    message: 'A note has room for 1000 characters.',
  },
  { path: '/login', field: 'password', value: '', message: 'This cannot be empty.' },
  { path: '/signup', field: 'fullName', value: '', message: 'This cannot be empty.' },
  {
    path: '/signup',
    field: 'email',
    value: 'nobody',
    message: 'This does not look like an email address.',
  },
  { path: '/signup', field: 'password', value: 'short', message: 'Use 8 characters or more.' },
]

test.group('Forms', (group) => {
  let playground: Playground

  group.setup(async () => {
    playground = await Playground.open()
    return () => playground.close()
  })

  test('a mistake is explained at its field', async ({ assert, browser, cleanup }) => {
    const person = await Person.arrive(browser, playground)
    cleanup(() => person.leave())

    for (const { path, field, value, message } of MISTAKES) {
      await person.open(path)
      const input = person.page.locator(`#${field}`)
      assert.isNull(await input.getAttribute('aria-describedby'))

      await person.submit({ [field]: value })
      assert.equal(person.where, path)
      assert.equal(await input.getAttribute('aria-invalid'), 'true')
      const described = await input.getAttribute('aria-describedby')
      assert.equal(await person.page.textContent(`.error[id="${described}"]`), message)
    }

    await person.open('/notes')
    assert.isEmpty(await person.notes())
  })

  test('a note that is too long is not lost', async ({ assert, browser, cleanup }) => {
    const person = await Person.arrive(browser, playground)
    cleanup(() => person.leave())

    await person.writeNote('x'.repeat(1001))
    assert.lengthOf(await person.page.inputValue('#body'), 1001)
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

    await person.tabTo('.visitor [href="/signup"]')
    await person.press('Enter')
    await person.tabTo('#fullName')
    await keyboard.type('Ida')
    await keyboard.press('Tab')
    await keyboard.type('ida@example.com')
    await keyboard.press('Tab')
    await keyboard.type(PASSWORD)
    await person.press('Enter')
    assert.equal(person.where, '/notes')
    assert.equal(await person.kind(), 'regular')
    assert.deepEqual(await person.notes(), ['Without a mouse'])
  })

  test('the server had nothing to complain about', ({ assert }) => {
    assert.isEmpty(playground.errors)
  })
})
