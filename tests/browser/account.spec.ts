import { test } from '@japa/runner'

import { PASSWORD, Person } from './person.ts'
import { Playground } from './playground.ts'

test.group('Account', (group) => {
  let playground: Playground

  group.setup(async () => {
    playground = await Playground.open()
    return () => playground.close()
  })

  test('a mistake while signing up costs neither notes nor the way', async ({
    assert,
    browser,
    cleanup,
  }) => {
    const person = await Person.arrive(browser, playground)
    cleanup(() => person.leave())
    await person.writeNote('Written before')
    const { users, guests } = await person.rows()

    assert.equal(await person.open('/settings'), '/convert')
    await person.submit({ fullName: 'Dora', email: 'dora', password: 'short' })
    assert.equal(person.where, '/convert')
    assert.equal(await person.kind(), 'guest')
    assert.equal(await person.page.inputValue('#fullName'), 'Dora')
    assert.equal(await person.page.inputValue('#email'), 'dora')
    assert.equal(await person.page.inputValue('#password'), '')

    await person.submit({
      email: 'dora@example.com',
      password: PASSWORD,
      passwordConfirmation: PASSWORD,
    })
    assert.equal(person.where, '/settings')
    assert.equal(await person.kind(), 'regular')
    assert.deepEqual(await person.rows(), { users, guests: guests - 1 })
    await person.open('/notes')
    assert.deepEqual(await person.notes(), ['Written before'])
  })

  test('an address can be taken once', async ({ assert, browser, cleanup }) => {
    const owner = await Person.arrive(browser, playground)
    const other = await Person.arrive(browser, playground)
    cleanup(() => owner.leave())
    cleanup(() => other.leave())

    await owner.signUp('emma@example.com')
    await other.writeNote('Kept')
    await other.signUp('emma@example.com')
    assert.match((await other.page.textContent('#email_error'))!, /has an account already/)
    assert.equal(await other.kind(), 'guest')
    await other.open('/notes')
    assert.deepEqual(await other.notes(), ['Kept'])
  })

  test("a guest's address opens no account", async ({ assert, browser, cleanup }) => {
    const guest = await Person.arrive(browser, playground)
    const thief = await Person.arrive(browser, playground)
    cleanup(() => guest.leave())
    cleanup(() => thief.leave())

    await guest.open('/notes')
    const name = await guest.page.locator('.badge b').textContent()
    await thief.open('/login')
    await thief.submit({ email: `${name}@guest.invalid`, password: PASSWORD })
    assert.deepEqual(await thief.flash(), ['Invalid user credentials'])
    assert.equal(await thief.kind(), 'anonymous')
  })

  test('the notes wait for their owner in every browser', async ({ assert, browser, cleanup }) => {
    const home = await Person.arrive(browser, playground)
    const work = await Person.arrive(browser, playground)
    cleanup(() => home.leave())
    cleanup(() => work.leave())

    await home.writeNote('From home')
    await home.signUp('gail@example.com')
    await work.open('/login')
    await work.submit({ email: 'gail@example.com', password: PASSWORD })
    assert.equal(work.where, '/notes')
    assert.deepEqual(await work.notes(), ['From home'])
  })

  test('after logging out the next guest starts afresh', async ({ assert, browser, cleanup }) => {
    const person = await Person.arrive(browser, playground)
    cleanup(() => person.leave())
    await person.writeNote('Private')
    await person.signUp('hugo@example.com')
    await person.logOut()

    await person.open('/notes')
    assert.equal(await person.kind(), 'guest')
    assert.isEmpty(await person.notes())
  })

  test('the server had nothing to complain about', ({ assert }) => {
    assert.isEmpty(playground.errors)
  })
})
