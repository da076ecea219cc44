import { randomUUID } from 'node:crypto'
import type { HashService } from '@adonisjs/core/types'
import { compose } from '@adonisjs/core/helpers'
import { BaseModel, column } from '@adonisjs/lucid/orm'
import { withAuthFinder } from '@adonisjs/auth/mixins/lucid'

export type UserKey = 'increments' | 'bigIncrements' | 'uuid' | 'string'

/**
 * A user model like the one of the starter kits, with any type of key
 */
export function createUserModel(hash: HashService, key: UserKey) {
  class User extends compose(
    BaseModel,
    withAuthFinder(() => hash.use())
  ) {
    static table = 'users'
    static selfAssignPrimaryKey = key === 'uuid' || key === 'string'

    @column({ isPrimary: true })
    declare id: any

    @column()
    declare fullName: string | null

    @column()
    declare email: string

    @column({ serializeAs: null })
    declare password: string
  }

  User.boot()
  if (User.selfAssignPrimaryKey) {
    User.before('create', (user) => {
      const row = user as User
      row.id ??= key === 'uuid' ? randomUUID() : randomUUID().slice(0, 20)
    })
  }
  return User
}

export type User = InstanceType<ReturnType<typeof createUserModel>>
