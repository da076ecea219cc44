import type { Subject } from './check_configuration.ts'
import { createFinding, type Finding } from './finding.ts'
import { listOtherSessionGuards } from '../guests/guards.ts'

/**
 * Guards that sign in the same users, without the guests taking part
 */
export async function checkGuards({ app, config, userModel }: Subject): Promise<Finding[]> {
  const others = await listOtherSessionGuards(app, config.guard, userModel)
  return others.map((name) =>
    createFinding(
      'guard-without-guests',
      `The guard "${name}" of "config/auth.ts" has the same users as "${config.guard}", but guests belong to "${config.guard}" alone: a guest who signs in through "${name}" is not merged, and is still the guest for "${config.guard}"`,
      `Nothing, if "${name}" is for an area of its own. To take the guest along, write before its "login":\nif (await guestUser.check()) await guestUser.mergeInto(user)`
    )
  )
}
