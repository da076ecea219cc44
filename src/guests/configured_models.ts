import type { LucidModel } from '@adonisjs/lucid/types/model'

import { E_INVALID_GUEST_USER_CONFIG } from '../errors.ts'
import type { LazyModel, ResolvedConfig } from '../types.ts'

/**
 * Imports a model that the configuration names
 *
 * @throws E_INVALID_GUEST_USER_CONFIG when the import fails, or is not a model
 */
export async function importModel<Model extends LucidModel>(
  name: 'userModel' | 'guestModel' | 'transfer',
  load: LazyModel<Model>
): Promise<Model> {
  let imported: { default: Model } | Model
  try {
    imported = await load()
  } catch (error) {
    throw new E_INVALID_GUEST_USER_CONFIG(
      [`Cannot import "${name}": ${(error as Error).message}`],
      {
        cause: error,
      }
    )
  }

  const model = 'default' in imported ? imported.default : imported
  if (typeof model !== 'function' || typeof model.boot !== 'function') {
    throw new E_INVALID_GUEST_USER_CONFIG([
      `"${name}" must import a module whose default export is a Lucid model`,
    ])
  }
  model.boot()
  return model
}

/**
 * Resolves the password column of the model, so that a wrong name fails before
 * the first guest is created
 *
 * @returns null when the model stores no password
 * @throws E_INVALID_GUEST_USER_CONFIG when the model has no such column
 */
export function findPasswordColumn(config: ResolvedConfig, userModel: LucidModel): string | null {
  const { passwordColumn } = config
  if (passwordColumn === undefined) {
    return userModel.$hasColumn('password') ? 'password' : null
  }
  if (passwordColumn !== null && !userModel.$hasColumn(passwordColumn)) {
    throw new E_INVALID_GUEST_USER_CONFIG([
      `"passwordColumn" is "${passwordColumn}", but the model "${userModel.name}" has no such column. Use null when it stores no password`,
    ])
  }
  return passwordColumn
}
