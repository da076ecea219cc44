import { isAbsolute, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ApplicationService } from '@adonisjs/core/types'
import type { LucidModel } from '@adonisjs/lucid/types/model'

import { Unusable } from './unusable.ts'

/**
 * Error codes of imports that lead nowhere
 */
const NOT_FOUND = [
  'ERR_MODULE_NOT_FOUND',
  'ERR_PACKAGE_IMPORT_NOT_DEFINED',
  'ERR_PACKAGE_PATH_NOT_EXPORTED',
  'ERR_UNSUPPORTED_DIR_IMPORT',
]

const FIX =
  'Correct it in "config/auth.ts", or name another with a flag, such as "--user-model=#models/account"'

/**
 * The user model that the guests have
 */
export interface UserModelModule {
  /**
   * As the files in `config/` import it
   */
  specifier: string

  /**
   * Undefined when it cannot be imported before the application is booted
   */
  model?: LucidModel
}

/**
 * @param specifier as given on the command line, relative to the project
 */
export function toConfigSpecifier(app: ApplicationService, specifier: string): string {
  if (!specifier.startsWith('.') && !isAbsolute(specifier)) {
    return specifier
  }
  const path = relative(
    app.configPath(),
    isAbsolute(specifier) ? specifier : app.makePath(specifier)
  )
  return path.replaceAll('\\', '/')
}

/**
 * Imports the user model for the names of its table and columns
 *
 * @param specifier as the files in `config/` import it
 * @param warn told why it cannot be imported yet
 * @throws Unusable when there is no such module, or it is no model
 */
export async function importUserModel(
  app: ApplicationService,
  specifier: string,
  warn: (message: string) => void
): Promise<UserModelModule> {
  const path = specifier.startsWith('.')
    ? pathToFileURL(join(app.configPath(), specifier)).href
    : specifier
  let model: LucidModel
  try {
    const module = (await app.import(path)) as { default: LucidModel }
    model = module.default
  } catch (error) {
    if (NOT_FOUND.includes(error.code)) {
      throw new Unusable(`Cannot find the user model "${specifier}": ${error.message}. ${FIX}`, {
        cause: error,
      })
    }
    warn(`Cannot import "${specifier}" yet: ${error.message}`)
    return { specifier }
  }
  if (typeof model?.boot !== 'function') {
    throw new Unusable(`"${specifier}" does not export a Lucid model as its default. ${FIX}`)
  }
  model.boot()
  return { specifier, model }
}
