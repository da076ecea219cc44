import { E_INVALID_GUEST_USER_CONFIG } from '../errors.ts'
import { suggestOption } from './suggestion.ts'

/**
 * What an option must be, in words, and whether a value is that
 */
interface Kind {
  expected: string
  accepts(value: unknown): boolean
}

/**
 * The options, and those of options that are objects. A new option needs a line
 * here
 */
interface Options {
  [name: string]: Kind | Options
}

const isFunction = (value: unknown) => typeof value === 'function'
const aFunction = (example: string): Kind => ({
  expected: `a function, such as ${example}`,
  accepts: isFunction,
})
const oneOf = (...values: unknown[]): Kind => ({
  expected: `one of ${values.map((value) => `"${value}"`).join(', ')}`,
  accepts: (value) => values.includes(value),
})
const SWITCH: Kind = {
  expected: 'true or false',
  accepts: (value) => typeof value === 'boolean',
}
const GUARD: Kind = {
  expected: 'the name of a guard of "config/auth.ts"',
  accepts: (value) => typeof value === 'string',
}
const TARGET: Kind = {
  expected: `a path such as '/login', or a function that returns one`,
  accepts: (value) => isFunction(value) || /^(\/|https?:\/\/)/.test(String(value)),
}
const COLUMNS: Kind = {
  expected: `a list of columns of the user model, such as ['email']`,
  accepts: (value) => Array.isArray(value) && value.every((name) => typeof name === 'string'),
}

const OPTIONS: Options = {
  enabled: SWITCH,
  guard: GUARD,
  userModel: aFunction(`() => import('#models/user')`),
  guestModel: aFunction(`() => import('#models/guest')`),
  username: aFunction('usernames.uuid()'),
  attributes: aFunction('({ username }) => ({ email: … })'),
  passwordColumn: {
    expected: 'the name of a property of the user model, or null',
    accepts: (value) => value === null || typeof value === 'string',
  },
  maxAge: {
    expected: `a duration with a unit, such as '30 days'`,
    accepts: (value) => typeof value === 'string',
  },
  expireBy: oneOf('lastSeenAt', 'createdAt'),
  allow: aFunction('(ctx) => true'),
  crawlers: {
    expected: 'false, a list of patterns, or a function',
    accepts: (value) => value === false || Array.isArray(value) || isFunction(value),
  },
  redirects: {
    login: TARGET,
    convert: TARGET,
    anonymous: TARGET,
    registered: TARGET,
  },
  convert: {
    inertia: SWITCH,
    validator: {
      expected:
        'a validator, such as vine.create({ email: vine.string().email() }), or a function that returns one',
      accepts: (value) => isFunction(value) || isFunction((value as any)?.validate),
    },
    prefill: {
      expected: 'true, false, or a function such as (guest, ctx) => ({ fullName: guest.fullName })',
      accepts: (value) => typeof value === 'boolean' || isFunction(value),
    },
    redirectTo: TARGET,
  },
  mergeMode: oneOf('automatic', 'ask', 'off', 'strict'),
  transfer: {
    expected: `a list of relations and models, such as [{ relation: 'cart', onConflict: 'keepGuest' }]`,
    accepts: Array.isArray,
  },
  merge: aFunction('async ({ guest, account, trx }) => { … }'),
  cleanup: {
    keep: aFunction(`(query) => query.has('orders')`),
  },
  admin: {
    authorize: aFunction('({ auth }) => Boolean(auth.user?.isAdmin)'),
    guard: GUARD,
    label: aFunction('(user) => user.fullName'),
    search: COLUMNS,
    sendPasswordReset: aFunction('(user) => mail.send(…)'),
  },
}

const REQUIRED = ['userModel', 'attributes']

/**
 * Checks the names and the types of the options
 *
 * @throws E_INVALID_GUEST_USER_CONFIG about the first that is wrong
 */
export function assertOptions(config: Record<string, unknown>) {
  assertGroup('', config, OPTIONS)
}

function assertGroup(group: string, values: Record<string, unknown>, options: Options) {
  for (const name of Object.keys(values)) {
    if (!Object.hasOwn(options, name)) {
      throw describeUnknown(`${group}${name}`, options, group)
    }
  }
  const required = group === '' ? REQUIRED : []
  for (const [name, option] of Object.entries(options)) {
    const value = values[name]
    if (value !== undefined || required.includes(name)) {
      assertValue(`${group}${name}`, value, option)
    }
  }
}

function assertValue(path: string, value: unknown, option: Kind | Options) {
  if (isKind(option)) {
    if (!option.accepts(value)) {
      throw new E_INVALID_GUEST_USER_CONFIG([`"${path}" must be ${option.expected}${shown(value)}`])
    }
    return
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const names = Object.keys(option).join(', ')
    throw new E_INVALID_GUEST_USER_CONFIG([
      `"${path}" must be an object with some of the options ${names}${shown(value)}`,
    ])
  }
  assertGroup(`${path}.`, value as Record<string, unknown>, option)
}

function describeUnknown(path: string, options: Options, group: string) {
  const suggestion = suggestOption(path, listPaths(OPTIONS))
  const names = Object.keys(options).join(', ')
  const help = suggestion
    ? `Did you mean "${suggestion}"?`
    : `The options${group && ` of "${group.slice(0, -1)}"`} are ${names}`
  return new E_INVALID_GUEST_USER_CONFIG([`"${path}" is not an option. ${help}`])
}

function listPaths(options: Options, group = ''): string[] {
  return Object.entries(options).flatMap(([name, option]) => {
    const path = `${group}${name}`
    return isKind(option) ? [path] : [path, ...listPaths(option, `${path}.`)]
  })
}

function isKind(option: Kind | Options): option is Kind {
  return typeof option.accepts === 'function'
}

/**
 * Nothing long, and nothing that may be secret
 */
function shown(value: unknown): string {
  const isShort = ['string', 'number', 'boolean'].includes(typeof value)
  return isShort ? `, not ${JSON.stringify(value)}` : ''
}
