import type { BrowserContextOptions } from 'playwright'

import { PASSWORD, type Person, type Walker } from '../walker.ts'
import { cleanUp } from './cleanup.ts'
import { BrowserVisitor } from '../browser_visitor.ts'

/**
 * Whom the configuration lets see the admin pages
 */
const OPERATOR: Person = {
  fullName: 'Olga Operator',
  email: 'admin@example.com',
  password: PASSWORD,
}

/**
 * The header of a kit for guests and for whoever is not here, once it tells them
 * from regular users
 */
const UNREGISTERED_HEADER = 'Signup Login'

function signupForm({ fullName, email, password }: Person) {
  return { fullName, email, password, passwordConfirmation: password }
}

function initialsOf({ fullName }: Pick<Person, 'fullName'>) {
  const [first, last] = fullName.split(' ')
  return (first[0] + last[0]).toUpperCase()
}

/**
 * Somebody opens the page with the one line
 */
async function arriveAsGuest(walker: Walker) {
  const visitor = await BrowserVisitor.arrive(walker)
  const id = await walker.guestOf(() => visitor.open('/'))
  return { visitor, id }
}

/**
 * An account that was there before
 */
async function createAccount(walker: Walker, person: Person): Promise<number> {
  const visitor = await BrowserVisitor.arrive(walker)
  await visitor.open('/signup')
  await visitor.submit(signupForm(person))
  await visitor.leave()
  const id = walker.database.idOf(person.email) as number
  walker.check(
    'whether an account made without a guest is a guest',
    walker.database.isGuest(id),
    false
  )
  return id
}

/**
 * The page tells it to somebody who is regular now
 */
async function checkRegular(walker: Walker, visitor: BrowserVisitor, person: Person) {
  await visitor.open('/')
  walker.check('header of a regular user', await visitor.header(), `${initialsOf(person)} Logout`)
  walker.check('errors of the page', visitor.complaints, [])
  await visitor.leave()
}

export async function signUp(walker: Walker) {
  const { database } = walker
  const person = walker.person()
  const { visitor, id } = await arriveAsGuest(walker)
  walker.check('header of a guest', await visitor.header(), UNREGISTERED_HEADER)
  await visitor.open('/')
  walker.check(
    'guests after a second visit',
    database.guests().filter((guest) => guest >= id),
    [id]
  )

  const users = database.countUsers()
  await visitor.follow('Signup', '/signup')
  await visitor.submit(signupForm(person))
  walker.check('id after the signup', database.idOf(person.email), id)
  walker.check('whether a guest who signed up is a guest', database.isGuest(id), false)
  walker.check('number of users', database.countUsers(), users)
  await checkRegular(walker, visitor, person)
}

export async function logIn(walker: Walker) {
  const { database } = walker
  const person = walker.person()
  const account = await createAccount(walker, person)
  const { visitor, id } = await arriveAsGuest(walker)
  const note = database.writeNote(id, 'written as a guest')

  await visitor.follow('Login', '/login')
  await visitor.submit({ email: person.email, password: person.password })
  walker.check('owner of what the guest wrote', database.ownerOfNote(note), account)
  walker.check('the guest after the login', database.emailOf(id), undefined)
  walker.check('whether the guest is left behind', database.isGuest(id), false)
  await checkRegular(walker, visitor, person)
}

export async function convert(walker: Walker) {
  const { database } = walker
  const person = walker.person()
  const { visitor, id } = await arriveAsGuest(walker)

  walker.check('status of the conversion page', await visitor.open('/convert'), 200)
  await visitor.submit(signupForm(person))
  walker.check('page after the conversion', visitor.path, '/convert/success')
  walker.check('id after the conversion', database.idOf(person.email), id)
  walker.check('whether a guest who converted is a guest', database.isGuest(id), false)
  await checkRegular(walker, visitor, person)
}

export async function administer(walker: Walker) {
  const { database } = walker
  const person = walker.person()
  await createAccount(walker, person)
  const { visitor: guest, id } = await arriveAsGuest(walker)
  walker.check('status of the admin page for a guest', await guest.open('/admin/guests'), 403)
  await guest.leave()

  const stranger = await BrowserVisitor.arrive(walker)
  await logInTo(stranger, person)
  walker.check('status of the admin page for a user', await stranger.open('/admin/guests'), 403)
  await stranger.leave()

  const operator = await arriveAsOperator(walker)
  walker.check('status of the admin page', await operator.open('/admin/guests'), 200)
  const newest = await operator.page.locator('.guest-user-list tbody th').first().innerText()
  walker.check('the first guest of the list', newest, database.nameOf(id))
  await operator.open(`/admin/guests/${id}`)
  const text = await operator.page.locator('main').innerText()
  walker.check(
    'whether the page of a guest names them',
    text.includes(database.nameOf(id) as string),
    true
  )
  walker.check('errors of the admin pages', operator.complaints, [])
  await operator.leave()
}

async function logInTo(visitor: BrowserVisitor, { email, password }: Person) {
  await visitor.open('/login')
  await visitor.submit({ email, password })
}

/**
 * The operator, with an account after the first time
 */
export async function arriveAsOperator(walker: Walker, options: BrowserContextOptions = {}) {
  if (walker.database.idOf(OPERATOR.email) === undefined) {
    await createAccount(walker, OPERATOR)
  }
  const operator = await BrowserVisitor.arrive(walker, options)
  await logInTo(operator, OPERATOR)
  return operator
}

export async function cleanUpPages(walker: Walker) {
  await cleanUp(walker, async () => {
    const { visitor, id } = await arriveAsGuest(walker)
    await visitor.leave()
    return id
  })
}
