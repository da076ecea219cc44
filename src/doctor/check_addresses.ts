import { createFinding, type Finding } from './finding.ts'
import type { SubjectWithDatabase } from './check_database.ts'
import { resolveGuestTables } from '../database/guest_tables.ts'

/**
 * How many guests are looked at: those who were here last, whatever the size of
 * the table
 */
const SAMPLE = 1000

const DOMAIN = /@([^\s@]+)$/

/**
 * Domains that belong to nobody (RFC 2606, RFC 6762), which `attributes` may have
 * used in the past
 */
const RESERVED = ['invalid', 'test', 'example', 'localhost', 'local']

/**
 * A guest with an address that `attributes` does not make is probably a person who
 * signed up. A password would have converted them, but a model without passwords
 * has no such mark
 */
export async function checkAddresses(subject: SubjectWithDatabase): Promise<Finding[]> {
  if (subject.passwordColumn !== null) {
    return []
  }
  const address = await findAddress(subject)
  if (!address) {
    return []
  }
  const total = await countOthers(subject, address)
  if (total === 0) {
    return []
  }
  const { table } = subject.userModel
  return [
    createFinding(
      'guests-with-own-address',
      `The address in "${table}.${address.column}" of ${total === 1 ? '1 guest' : `${total} guests`} does not end in "@${address.domain}", as "attributes" in "config/guest_user.ts" makes it. If they have signed up, the next cleanups delete their accounts`,
      'Convert the guest where your application saves their address:\nawait guestUser.convert({ email })'
    ),
  ]
}

interface Address {
  column: string
  domain: string
}

/**
 * The column in which `attributes` puts an address of one domain
 */
async function findAddress({
  config,
  userModel,
}: SubjectWithDatabase): Promise<Address | undefined> {
  // What throws here is a finding of `checkAttributes`
  const values = await Promise.all(
    ['one', 'two'].map(async (username) => config.attributes({ username }))
  ).catch(() => [])
  for (const [property, { columnName }] of userModel.$columnsDefinitions) {
    const [one, two] = values.map(
      (attributes: any) => DOMAIN.exec(String(attributes?.[property]))?.[1]
    )
    if (one !== undefined && one === two) {
      return { column: columnName, domain: one.toLowerCase() }
    }
  }
}

/**
 * Never shows an address. Values without an "@" are none, or are encrypted
 */
async function countOthers(
  { client, config, guestModel, userModel }: SubjectWithDatabase,
  { column, domain }: Address
): Promise<number> {
  const { users, id, guests, userId, moment } = resolveGuestTables(
    userModel,
    guestModel,
    config.expireBy
  )
  const recent = client.from(guests).select(userId).orderBy(moment, 'desc').limit(SAMPLE).as('g')
  const query = client
    .from(recent)
    .join(`${users} as u`, `u.${id}`, `g.${userId}`)
    .where(`u.${column}`, 'like', '%@%')
    .count('* as total')
  for (const ending of [`@${domain}`, ...RESERVED.map((name) => `.${name}`)]) {
    query.whereRaw('lower(??) not like ?', [`u.${column}`, `%${ending}`])
  }
  const [row] = await query
  return Number(row.total)
}
