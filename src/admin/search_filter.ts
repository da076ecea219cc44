import type { ListState } from './list_state.ts'
import type { GuestFilter } from '../types.ts'
import { E_INVALID_GUEST_USER_CONFIG } from '../errors.ts'
import type { GuestUserManager } from '../guest_user_manager.ts'

/**
 * The guests that a list shows
 *
 * @returns `isPartial` when the search finds more than are looked at
 */
export async function searchFilter(
  manager: GuestUserManager,
  state: ListState
): Promise<{ filter: GuestFilter; isPartial: boolean }> {
  const filter = state.filter(manager.expiry)
  if (!state.term) {
    return { filter, isPartial: false }
  }
  const inventory = await manager.inventory()
  const { userIds, isMore } = await inventory.search(state.term, await listColumns(manager))
  return { filter: { ...filter, userIds }, isPartial: isMore }
}

async function listColumns(manager: GuestUserManager): Promise<string[]> {
  const { search = [] } = manager.config.admin
  const userModel = await manager.userModel()
  const unknown = search.find((name) => !userModel.$hasColumn(name))
  if (unknown !== undefined) {
    throw new E_INVALID_GUEST_USER_CONFIG([
      `"admin.search" names "${unknown}", but the model "${userModel.name}" has no such column`,
    ])
  }
  return search
}
