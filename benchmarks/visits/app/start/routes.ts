import { randomBytes, randomUUID } from 'node:crypto'
import { DateTime } from 'luxon'
import db from '@adonisjs/lucid/services/db'
import router from '@adonisjs/core/services/router'
import type { HttpContext } from '@adonisjs/core/http'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import User from '#models/user'
import { middleware } from '#start/kernel'
import { contender, usesPackage } from '#start/contender'

type Handler = (ctx: HttpContext) => Promise<unknown>

const page: Handler = async ({ view }) => view.render('home')

/**
 * What a careful developer writes: no hashing, and both rows or none
 */
async function insertByHand(): Promise<User> {
  const now = DateTime.now()
  return db.transaction(async (trx) => {
    const user = await insertUser(trx, now)
    await trx
      .insertQuery()
      .table('guests')
      .insert({
        user_id: user.id,
        created_at: now.toSQL({ includeOffset: false }),
        last_seen_at: now.toSQL({ includeOffset: false }),
      })
    return user
  })
}

async function insertUser(client: QueryClientContract, now: DateTime): Promise<User> {
  const name = randomUUID()
  const [row] = await client
    .insertQuery<{ id: number }>()
    .table('users')
    .returning('id')
    .insert({
      full_name: name,
      email: `${name}@guest.invalid`,
      password: randomBytes(32).toString('hex'),
      created_at: now.toSQL({ includeOffset: false }),
    })
  const id = typeof row === 'object' ? row.id : row
  return new User().merge({ id, fullName: name, email: `${name}@guest.invalid` })
}

/**
 * What people write first
 */
async function insertWithPassword(): Promise<User> {
  const name = randomUUID()
  return User.create({
    fullName: name,
    email: `${name}@guest.invalid`,
    password: randomBytes(32).toString('hex'),
  })
}

function signIn(create: () => Promise<User>): Handler {
  return async (ctx) => {
    if (!ctx.auth.user) {
      await ctx.auth.use('web').login(await create())
    }
    return page(ctx)
  }
}

const betterAuth: Handler = async (ctx) => {
  const { auth } = await import('#start/better_auth')
  const answer = await auth.api.signInAnonymous({
    headers: new Headers({ 'user-agent': ctx.request.header('user-agent', '')! }),
    asResponse: true,
  })
  answer.headers.getSetCookie().forEach((cookie) => ctx.response.append('set-cookie', cookie))
  return page(ctx)
}

const HANDLERS: Record<string, Handler> = {
  page,
  'package': page,
  'by-hand': signIn(insertByHand),
  'with-password': signIn(insertWithPassword),
  'better-auth': betterAuth,
}

const visit = router.get('/', HANDLERS[contender])
if (usesPackage) {
  visit.use(middleware.allowGuestUser())
}

/**
 * For the visits of regular users
 */
router.get(
  '/register',
  signIn(() => insertUser(db.connection(), DateTime.now()))
)
