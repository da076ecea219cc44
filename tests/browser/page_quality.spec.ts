import { test } from '@japa/runner'

import { Person, PHONE } from './person.ts'
import { Playground } from './playground.ts'

const LONG_WORD = 'Rindfleischetikettierung'.repeat(3)

test.group('Page quality', (group) => {
  let playground: Playground

  group.setup(async () => {
    playground = await Playground.open()
    return () => playground.close()
  })

  test('long words fit a phone', async ({ assert, browser, cleanup }) => {
    const person = await Person.arrive(browser, playground, { viewport: PHONE })
    cleanup(() => person.leave())

    await person.writeNote(LONG_WORD)
    assert.equal(await person.overflow(), 0, 'notes of a guest')
    await person.signUp(`${'long'.repeat(15)}@example.com`, LONG_WORD)
    for (const path of ['/', '/notes', '/settings']) {
      assert.equal(await person.open(path), path)
      assert.equal(await person.overflow(), 0, path)
    }
    assert.isEmpty(person.complaints)
  })

  test('a page that does not exist is a page of the site', async ({ assert, browser, cleanup }) => {
    const person = await Person.arrive(browser, playground, { viewport: PHONE })
    cleanup(() => person.leave())
    await person.open('/notes')

    const response = await person.page.goto('/nowhere')
    assert.equal(response!.status(), 404)
    assert.match(response!.headers()['content-security-policy'], /default-src 'self'/)
    assert.equal(await person.kind(), 'guest')
    assert.equal(await person.overflow(), 0)
  })

  test('notes are text, whatever they contain', async ({ assert, browser, cleanup }) => {
    const person = await Person.arrive(browser, playground)
    cleanup(() => person.leave())

    const body = `<img src="/nowhere.png" onerror="document.title = 'taken'"> & "more"`
    await person.writeNote(body)
    assert.deepEqual(await person.notes(), [body])
    assert.equal(await person.page.title(), 'Notes – Margin')
    assert.isEmpty(person.complaints)
  })

  /**
   * Also shows that the tests of the policy would hear of a violation
   */
  test('the policy stops a script', async ({ assert, browser, cleanup }) => {
    const person = await Person.arrive(browser, playground)
    cleanup(() => person.leave())
    await person.open('/')
    assert.isEmpty(person.complaints)

    await person.page.evaluate(`
      const script = document.createElement('script')
      script.textContent = 'document.title = "taken"'
      document.body.append(script)
    `)
    assert.notEqual(await person.page.title(), 'taken')
    assert.match(person.complaints.join(), /Content Security Policy/)
  })

  test('the server had nothing to complain about', ({ assert }) => {
    assert.isEmpty(playground.errors)
  })
})
