import type { DateTime } from 'luxon'

/**
 * Which guests? All bounds must hold; without any, it is all of them
 */
export interface GuestFilter {
  /**
   * Only these users; whoever of them is no guest is left out
   */
  userIds?: (string | number)[]

  /**
   * Not last seen (or not created, as `expireBy` says) before this moment
   */
  since?: DateTime

  /**
   * Last seen (or created) before this moment
   */
  before?: DateTime
}
