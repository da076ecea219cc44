import type { LucidModel } from '@adonisjs/lucid/types/model'
import type { ApplicationService } from '@adonisjs/core/types'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

import type { GuestDirectory } from '../guests/guest_directory.ts'
import type { GuestModel, ResolvedConfig } from '../types.ts'

/**
 * An application whose configuration can be read, and whose models can be
 * imported
 */
export interface Subject {
  app: ApplicationService
  config: ResolvedConfig
  userModel: LucidModel
  guestModel: GuestModel

  /**
   * The property that holds the password hash, null when there is none,
   * undefined when the configuration names one that is not there
   */
  passwordColumn?: string | null
}

/**
 * The same, with a database that answers and has its tables
 */
export interface SubjectWithDatabase extends Subject {
  directory: GuestDirectory
  client: QueryClientContract
}
