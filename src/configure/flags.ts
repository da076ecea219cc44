import { Unusable } from './unusable.ts'
import { KEY_TYPES } from './users_key.ts'
import { suggestOption } from '../config/suggestion.ts'

/**
 * What can be offered. Each is a flag, such as `--signup`, and may be refused:
 * `--no-signup`, or `--signup=no`
 */
export const OFFERS = [
  'login-routes',
  'signup',
  'convert-routes',
  'admin-routes',
  'api-routes',
  'migrate',
] as const

export type OfferName = (typeof OFFERS)[number]

const TEXTS = ['user-model', 'guard', 'key'] as const

const ANSWERS = new Map<unknown, boolean>([
  [true, true],
  ['true', true],
  ['yes', true],
  ['', true],
  [false, false],
  ['false', false],
  ['no', false],
])

export interface ConfigureFlags {
  userModel?: string
  guard?: string
  key?: string

  /**
   * Accept what no other flag refuses
   */
  yes: boolean

  offers: Partial<Record<OfferName, boolean>>

  /**
   * What looks like a flag of ours. Others may be meant for other packages:
   * `node ace add` hands all flags to each
   */
  warnings: string[]
}

/**
 * Reads the flags of `node ace configure`, which accepts any
 *
 * @param parsed such as `{ 'user-model': '#models/account', 'migrate': false }`
 * @param argv what was typed: `node ace add` does not hand on `--no-…`
 * @throws Unusable when a value cannot be understood
 */
export function readFlags(
  parsed: Record<string, unknown>,
  argv: string[] = process.argv
): ConfigureFlags {
  const flags: ConfigureFlags = { yes: false, offers: {}, warnings: [] }
  const names: string[] = ['yes', ...TEXTS, ...OFFERS]
  const given = Object.entries(parsed).map(([name, value]) => [toDashes(name), value] as const)

  for (const [name, value] of given) {
    if (TEXTS.includes(name as 'key')) {
      readText(flags, name as 'key', value)
    } else if (names.includes(name)) {
      readAnswer(flags, name as OfferName | 'yes', value)
    } else {
      const suggestion = suggestOption(name, names)
      if (suggestion) {
        flags.warnings.push(`"--${name}" is not a flag. Did you mean "--${suggestion}"?`)
      }
    }
  }
  for (const name of OFFERS.filter((offer) => argv.includes(`--no-${offer}`))) {
    flags.offers[name] = false
  }
  return flags
}

function readText(flags: ConfigureFlags, name: (typeof TEXTS)[number], value: unknown) {
  if (typeof value !== 'string' || value === '') {
    throw new Unusable(`"--${name}" needs one value, such as ${EXAMPLES[name]}`)
  }
  if (name === 'key' && !KEY_TYPES.includes(value)) {
    throw new Unusable(`Unknown key type "${value}". Use one of: ${KEY_TYPES.join(', ')}`)
  }
  flags[name === 'user-model' ? 'userModel' : name] = value
}

const EXAMPLES = {
  'user-model': '"--user-model=#models/account"',
  'guard': '"--guard=web"',
  'key': '"--key=uuid"',
}

function readAnswer(flags: ConfigureFlags, name: OfferName | 'yes', value: unknown) {
  const answer = ANSWERS.get(value)
  if (answer === undefined) {
    throw new Unusable(
      `"--${name}=${value}" is neither yes nor no. Write "--${name}" or "--${name}=no"`
    )
  }
  if (name === 'yes') {
    flags.yes = answer
  } else {
    flags.offers[name] = answer
  }
}

function toDashes(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
