import { test } from '@japa/runner'
import type { Browser } from 'playwright'

import { Person, PHONE } from './person.ts'
import { Playground } from './playground.ts'

type Kind = 'anonymous' | 'guest' | 'regular'

/**
 * Where each of them ends up, on a phone. Nobody anonymous opens the notes here: that would
 * make them a guest
 */
const DESTINATIONS: { kind: Kind; destinations: Record<string, string> }[] = [
  {
    kind: 'anonymous',
    destinations: {
      '/': '/',
      '/why-register': '/login',
      '/settings': '/login',
      '/login': '/login',
      '/signup': '/signup',
    },
  },
  {
    kind: 'guest',
    destinations: {
      '/': '/',
      '/notes': '/notes',
      '/why-register': '/why-register',
      '/settings': '/convert',
      '/login': '/login',
      '/signup': '/signup',
    },
  },
  {
    kind: 'regular',
    destinations: {
      '/': '/',
      '/notes': '/notes',
      '/why-register': '/notes',
      '/settings': '/settings',
      '/login': '/notes',
      '/signup': '/notes',
    },
  },
]

test.group('Closed pages', (group) => {
  let playground: Playground

  group.setup(async () => {
    playground = await Playground.open()
    return () => playground.close()
  })

  async function arriveAs(kind: Kind, browser: Browser) {
    const person = await Person.arrive(browser, playground, { viewport: PHONE })
    if (kind === 'guest') {
      await person.open('/notes')
    } else if (kind === 'regular') {
      await person.signUp('ada@example.com')
    }
    return person
  }

  test('doors for {kind}')
    .with(DESTINATIONS)
    .run(async ({ assert, browser, cleanup }, { kind, destinations }) => {
      const person = await arriveAs(kind, browser)
      cleanup(() => person.leave())

      for (const [path, destination] of Object.entries(destinations)) {
        assert.equal(await person.open(path), destination, path)
        assert.equal(await person.kind(), kind, path)
        assert.equal(await person.overflow(), 0, path)
      }
      assert.isEmpty(person.complaints)
    })

  test('whoever is turned away is told why, once', async ({ assert, browser, cleanup }) => {
    const person = await arriveAs('guest', browser)
    cleanup(() => person.leave())

    await person.open('/settings')
    assert.lengthOf(await person.flash(), 1)
    await person.page.reload()
    assert.isEmpty(await person.flash())
  })

  test('a guest who asks to be logged out stays', async ({ assert, browser, cleanup }) => {
    const person = await arriveAs('guest', browser)
    cleanup(() => person.leave())
    await person.writeNote('Not lost')

    const token = await person.page.locator('[name=_csrf]').first().getAttribute('value')
    await person.page.request.post('/logout', { form: { _csrf: token! } })
    await person.open('/notes')
    assert.equal(await person.kind(), 'guest')
    assert.deepEqual(await person.notes(), ['Not lost'])
  })

  test('the server had nothing to complain about', ({ assert }) => {
    assert.isEmpty(playground.errors)
  })
})
