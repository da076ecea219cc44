import type { Walker } from '../walker.ts'
import { cleanUp } from './cleanup.ts'

const PROFILE = '/api/v1/account/profile'

/**
 * A mobile application, which speaks JSON and keeps a token
 */
class Client {
  token?: string

  constructor(private readonly walker: Walker) {}

  async send(method: string, path: string, body?: object) {
    const response = await fetch(new URL(path, this.walker.app.url), {
      method,
      body: body && JSON.stringify(body),
      headers: {
        'content-type': 'application/json',
        ...(this.token && { authorization: `Bearer ${this.token}` }),
      },
    })
    const text = await response.text()
    return { status: response.status, body: text ? JSON.parse(text) : undefined }
  }

  /**
   * Whom the kit's own route takes the client for
   */
  async profile() {
    const { status, body } = await this.send('GET', PROFILE)
    return status === 200 ? body.data.id : status
  }
}

function accountForm(walker: Walker) {
  const person = walker.person()
  return { ...person, passwordConfirmation: person.password }
}

async function arriveAsGuest(walker: Walker) {
  const client = new Client(walker)
  const id = await walker.guestOf(async () => {
    const { status, body } = await client.send('POST', '/guest')
    walker.check('status of POST /guest', status, 201)
    client.token = body.token
  })
  walker.check('whom the profile of a guest is about', await client.profile(), id)
  return { client, id }
}

export async function signUpWithToken(walker: Walker) {
  const { database } = walker
  const form = accountForm(walker)
  const { client, id } = await arriveAsGuest(walker)

  const { status, body } = await client.send('POST', '/api/v1/auth/signup', form)
  walker.check('status of the signup', status, 200)
  walker.check('id after the signup', body.data.user.id, id)
  walker.check('whether a guest who signed up is a guest', database.isGuest(id), false)
  client.token = body.data.token
  walker.check('whom the new token belongs to', await client.profile(), id)
}

export async function convertWithToken(walker: Walker) {
  const { database } = walker
  const form = accountForm(walker)
  const { client, id } = await arriveAsGuest(walker)

  const invalid = await client.send('POST', '/guest/convert', { email: form.email })
  walker.check('status of an invalid conversion', invalid.status, 422)
  const { status, body } = await client.send('POST', '/guest/convert', form)
  walker.check('status of the conversion', status, 200)
  walker.check('id after the conversion', body.user.id, id)
  walker.check('email after the conversion', database.emailOf(id), form.email)
  walker.check('whether a guest who converted is a guest', database.isGuest(id), false)
  walker.check('whom the token belongs to', await client.profile(), id)
}

export async function logInWithToken(walker: Walker) {
  const { database } = walker
  const form = accountForm(walker)
  const made = await new Client(walker).send('POST', '/api/v1/auth/signup', form)
  const account = made.body.data.user.id
  walker.check(
    'whether an account made without a guest is a guest',
    database.isGuest(account),
    false
  )
  const { client, id } = await arriveAsGuest(walker)
  const note = database.writeNote(id, 'written as a guest')

  const { email, password } = form
  const { status, body } = await client.send('POST', '/api/v1/auth/login', { email, password })
  walker.check('status of the login', status, 200)
  walker.check('owner of what the guest wrote', database.ownerOfNote(note), account)
  walker.check('the guest after the login', database.emailOf(id), undefined)
  walker.check('answer to the token of the guest', await client.profile(), 401)
  client.token = body.data.token
  walker.check('whom the new token belongs to', await client.profile(), account)
}

export async function giveUpWithToken(walker: Walker) {
  const { client, id } = await arriveAsGuest(walker)
  const { status } = await client.send('DELETE', '/guest')
  walker.check('status of DELETE /guest', status, 204)
  walker.check('the guest after that', walker.database.emailOf(id), undefined)
  walker.check('answer to the token of nobody', await client.profile(), 401)
}

export async function cleanUpTokens(walker: Walker) {
  await cleanUp(walker, async () => {
    const { id } = await arriveAsGuest(walker)
    return id
  })
}
