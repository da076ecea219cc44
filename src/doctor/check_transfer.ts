import type { SubjectWithDatabase } from './subject.ts'
import { describeLeftOut } from '../merge/left_out.ts'
import { resolveTransfers } from '../merge/find_transfers.ts'
import { createFinding, messageOf, type Finding } from './finding.ts'

/**
 * `transfer` must name what there is, and should forget nothing
 */
export async function checkTransfer({
  client,
  config,
  userModel,
  guestModel,
}: SubjectWithDatabase): Promise<Finding[]> {
  if (!config.transfer) {
    return []
  }

  try {
    const transfers = await resolveTransfers(config.transfer, userModel)
    const leftOut = await describeLeftOut(transfers, client, userModel, guestModel.table)
    return leftOut.map((sentence) =>
      createFinding(
        'incomplete-transfer',
        sentence,
        'Leave "transfer" out of "config/guest_user.ts", and everything moves, or name this, too'
      )
    )
  } catch (error) {
    return [
      createFinding(
        'invalid-transfer',
        messageOf(error),
        'Correct the entry in "transfer" of "config/guest_user.ts"'
      ),
    ]
  }
}
