import { test } from '@japa/runner'

import { Person } from './person.ts'
import { Playground } from './playground.ts'

test.group('One guest', (group) => {
  let playground: Playground

  group.setup(async () => {
    playground = await Playground.open()
    return () => playground.close()
  })

  /**
   * The first test, for the database to be empty
   */
  test('looking makes no guest, opening the notes makes one', async ({
    assert,
    browser,
    cleanup,
  }) => {
    const person = await Person.arrive(browser, playground)
    cleanup(() => person.leave())

    for (const path of ['/', '/', '/login', '/signup']) {
      await person.open(path)
      assert.equal(await person.kind(), 'anonymous')
      assert.deepEqual(await person.rows(), { users: 0, guests: 0 })
    }

    for (const path of ['/notes', '/notes', '/']) {
      await person.open(path)
      assert.equal(await person.kind(), 'guest')
      assert.deepEqual(await person.rows(), { users: 1, guests: 1 })
    }
  })

  test('a note written on the first page makes a guest too, {$self}')
    .with(['with JavaScript', 'without JavaScript'])
    .run(async ({ assert, browser, cleanup }, script) => {
      const person = await Person.arrive(browser, playground, {
        javaScriptEnabled: script === 'with JavaScript',
      })
      cleanup(() => person.leave())

      await person.open('/')
      const before = await person.rows()
      await person.submit({ body: 'Water the fig' })
      assert.equal(person.where, '/notes')
      assert.equal(await person.kind(), 'guest')
      assert.deepEqual(await person.notes(), ['Water the fig'])
      assert.deepEqual(await person.rows(), {
        users: before.users + 1,
        guests: before.guests + 1,
      })
    })

  test('a new tab is the same guest', async ({ assert, browser, cleanup }) => {
    const person = await Person.arrive(browser, playground)
    cleanup(() => person.leave())
    await person.writeNote('In the other tab')
    const name = await person.page.locator('.badge b').textContent()

    const tab = await person.context.newPage()
    await tab.goto('/notes')
    assert.equal(await tab.locator('.badge b').textContent(), name)
    assert.deepEqual(await tab.locator('.notes .body').allTextContents(), ['In the other tab'])
  })

  test('tabs that open at once are one guest', async ({ assert, browser, cleanup }) => {
    const person = await Person.arrive(browser, playground)
    cleanup(() => person.leave())
    await person.open('/')
    const before = await person.rows()

    const tabs = await Promise.all([1, 2, 3].map(() => person.context.newPage()))
    await Promise.all(tabs.map((tab) => tab.goto('/notes')))
    const names = await Promise.all(tabs.map((tab) => tab.locator('.badge b').textContent()))
    assert.lengthOf(new Set(names), 1)

    await person.open('/')
    assert.deepEqual(await person.rows(), { users: before.users + 1, guests: before.guests + 1 })
  })

  test('the server had nothing to complain about', ({ assert }) => {
    assert.isEmpty(playground.errors)
  })
})
