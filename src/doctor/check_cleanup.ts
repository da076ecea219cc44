import { Expiry } from '../guests/expiry.ts'
import { describeAge } from './check_session.ts'
import type { SubjectWithDatabase } from './subject.ts'
import { createFinding, type Finding } from './finding.ts'

const DAY = 24 * 60 * 60 * 1000

/**
 * Counting all of them would take long where a cleanup never ran
 */
const MOST_COUNTED = 1000

/**
 * Expired guests stay until the next cleanup, which may run as rarely as guests
 * expire: once a day at least, and once a week at most
 */
export async function checkCleanup({
  client,
  config,
  directory,
  guestModel,
}: SubjectWithDatabase): Promise<Finding[]> {
  const expiry = new Expiry(config)
  const overdue = expiry.maxAge + Math.min(Math.max(expiry.maxAge, DAY), 7 * DAY)
  const guests = await guestModel
    .query({ client })
    .select('userId', expiry.property)
    .where(expiry.property, '<', directory.formatted(expiry.cutoff(overdue), 'rather earlier'))
    .orderBy(expiry.property)
    .limit(MOST_COUNTED)
  if (guests.length === 0) {
    return []
  }

  const amount = guests.length === MOST_COUNTED ? `${MOST_COUNTED} or more` : guests.length
  const oldest = Date.now() - guests[0][expiry.property].toMillis()
  return [
    createFinding(
      'cleanup-not-running',
      `${amount} ${guests.length === 1 ? 'guest is' : 'guests are'} overdue in the table "${guestModel.table}": the oldest is ${describeAge(oldest)} old, and "maxAge" is ${describeAge(expiry.maxAge)}`,
      'Run "node ace guest:cleanup", which also tells whom it cannot delete, and put it on a schedule:\n0 * * * * cd /path/to/app/build && node ace guest:cleanup'
    ),
  ]
}
