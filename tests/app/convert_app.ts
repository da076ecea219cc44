import { Visitor } from './visitor.ts'
import { whoAmI } from './who_am_i.ts'
import { createTestApp, type TestApp, type TestAppOptions } from './test_app.ts'

/**
 * What somebody types into the form
 */
export const ANN = {
  fullName: 'Ann',
  email: 'ann@example.com',
  password: 'secret12',
  passwordConfirmation: 'secret12',
}

/**
 * An application with the conversion page
 */
export function createConvertApp({
  pattern = '/convert',
  ...options
}: TestAppOptions & { pattern?: string } = {}) {
  return createTestApp({
    shield: true,
    ...options,
    routes(router, middleware, guestUsers) {
      guestUsers.registerConvertRoutes(pattern)
      router.get('/cart', whoAmI).use(middleware.allowGuestUser())
      router.get('/about', whoAmI)
      router.get('/settings', () => 'settings').use(middleware.regularUserRequired())
      router.get('*', () => 'anything').use(middleware.regularUserRequired())
      options.routes?.(router, middleware, guestUsers)
    },
  })
}

export async function becomeGuest(app: TestApp) {
  const visitor = new Visitor(app.url)
  const { id, name } = (await visitor.get('/cart')).json()
  return { visitor, id, name }
}

/**
 * Fills the form in like a browser: what is in the page, and what was typed
 */
export async function submitForm(visitor: Visitor, fields: Record<string, string> = ANN) {
  const { text } = await visitor.get('/convert')
  const token = /name='_csrf' value='([^']+)'/.exec(text)?.[1] ?? ''
  return visitor.post('/convert', { ...fields, _csrf: token })
}

/**
 * The table of the session store `database`
 */
export async function createSessionsTable({ db }: TestApp) {
  await db.connection().schema.createTable('sessions', (table) => {
    table.string('id').primary()
    table.text('data').notNullable()
    table.string('user_id').nullable()
    table.timestamp('expires_at').notNullable()
  })
}
