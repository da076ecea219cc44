import { E_INVALID_GUEST_USER_CONFIG } from '../errors.ts'
import { suggestOption } from './suggestion.ts'

const POLICIES: unknown[] = ['keepAccount', 'keepGuest']

/**
 * The keys of an entry of `transfer` that names a relation or a model, and what they
 * hold
 */
const KEYS: Record<string, { expected: string; accepts(value: unknown): boolean }> = {
  relation: {
    expected: 'the name of a relation of the user model',
    accepts: (value) => typeof value === 'string',
  },
  model: {
    expected: `a function, such as () => import('#models/note')`,
    accepts: (value) => typeof value === 'function',
  },
  foreignKey: {
    expected: 'the property of the model that holds the id of the user',
    accepts: (value) => typeof value === 'string',
  },
  onConflict: {
    expected: `"keepAccount", "keepGuest", or a function, such as async ({ guestRow, accountRow }) => { … }`,
    accepts: (value) => POLICIES.includes(value) || typeof value === 'function',
  },
  discard: {
    expected: 'true or false',
    accepts: (value) => typeof value === 'boolean',
  },
}

/**
 * Checks the shape of the entries: a misspelt `onConflict` or `discard` would move rows
 * that should not. Whether relations and columns exist is known once the models are
 * loaded
 *
 * @throws E_INVALID_GUEST_USER_CONFIG about the first that is wrong
 */
export function assertTransferEntries(entries: unknown[] = []) {
  entries.forEach((entry, index) => {
    if (typeof entry !== 'string') {
      assertEntry(`transfer[${index}]`, entry)
    }
  })
}

function assertEntry(path: string, entry: unknown) {
  const given = Object.entries(entry ?? {}).filter(([, value]) => value !== undefined)
  for (const [key, value] of given) {
    const kind = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined
    if (!kind) {
      throw describeUnknown(path, key)
    }
    if (!kind.accepts(value)) {
      throw new E_INVALID_GUEST_USER_CONFIG([`"${path}.${key}" must be ${kind.expected}`])
    }
  }

  const has = (key: string) => given.some(([name]) => name === key)
  if (has('relation') ? has('model') || has('foreignKey') : !has('model') || !has('foreignKey')) {
    throw new E_INVALID_GUEST_USER_CONFIG([
      `"${path}" must name either a "relation" of the user model, or a "model" and its "foreignKey"`,
    ])
  }
}

function describeUnknown(path: string, key: string) {
  const keys = Object.keys(KEYS)
  const suggestion = suggestOption(key, keys)
  const help = suggestion ? `Did you mean "${suggestion}"?` : `The options are ${keys.join(', ')}`
  return new E_INVALID_GUEST_USER_CONFIG([`"${path}.${key}" is not an option. ${help}`])
}
