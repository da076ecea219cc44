import type { Walker } from '../walker.ts'

/**
 * The command of the built application
 *
 * @param createGuest the way of this kit
 */
export async function cleanUp(walker: Walker, createGuest: () => Promise<number>) {
  const { app, database } = walker
  const expired = await createGuest()
  const recent = await createGuest()
  database.expire(expired)

  await app.ace('guest:cleanup')
  walker.check('the expired guest after the cleanup', database.emailOf(expired), undefined)
  walker.check('whether a recent guest is still there', database.isGuest(recent), true)
}
