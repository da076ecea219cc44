import { type BaseModel, scope } from '@adonisjs/lucid/orm'
import { RuntimeException } from '@adonisjs/core/exceptions'
import type { HasOne } from '@adonisjs/lucid/types/relations'
import type { QueryScope } from '@adonisjs/lucid/types/model'
import type { NormalizeConstructor } from '@adonisjs/core/types/helpers'
import type { ModelQueryBuilderContract } from '@adonisjs/lucid/types/model'

import { Guest } from './guest.ts'

type GuestModel = typeof Guest
type AnyModel = NormalizeConstructor<typeof BaseModel>
type Scope = QueryScope<any, (query: ModelQueryBuilderContract<any>) => void>

interface UserWithGuestRow<OwnGuestModel extends GuestModel> {
  /**
   * The user's row in `guests`, null for a regular user. Load it with
   * `preload('guest')` or `load('guest')`
   */
  guest: HasOne<OwnGuestModel>

  /**
   * Is this user a guest?
   *
   * @throws when the relation `guest` is not loaded: an answer from nowhere would
   * be taken for "regular"
   */
  readonly isGuest: boolean
}

type UserWithGuestClass<Model extends AnyModel, OwnGuestModel extends GuestModel> = Model & {
  /**
   * Guests only
   */
  guests: Scope

  /**
   * Regular users only
   */
  registered: Scope

  new (...args: any[]): UserWithGuestRow<OwnGuestModel>
}

/**
 * Mixin for the user model: the relation `guest`, `user.isGuest` when it is
 * loaded, and the scopes `guests` and `registered`. A user whose relation is
 * loaded is serialized with `isGuest`
 *
 * @param guestModel your own `guestModel`, if you have one
 *
 * @example
 * export default class User extends compose(BaseModel, withAuthFinder(hash), withGuestUser()) {}
 *
 * const users = await User.query().preload('guest')
 * const readers = await User.query().withScopes((scopes) => scopes.registered())
 */
export function withGuestUser<OwnGuestModel extends GuestModel = GuestModel>(
  guestModel: () => OwnGuestModel = () => Guest as OwnGuestModel
) {
  return function <Model extends AnyModel>(superclass: Model) {
    class UserWithGuest extends superclass {
      declare guest: HasOne<OwnGuestModel>

      static boot() {
        if (Object.hasOwn(this, 'booted') && this.booted) {
          return
        }
        super.boot()
        if (!this.$hasRelation('guest')) {
          this.$addRelation('guest', 'hasOne', guestModel, {
            foreignKey: 'userId',
            serializeAs: null,
          })
          this.$addComputed('knownToBeGuest', { serializeAs: 'isGuest' })
        }
      }

      static guests: Scope = scope((query: any) => void query.has('guest'))
      static registered: Scope = scope((query: any) => void query.doesntHave('guest'))

      get isGuest(): boolean {
        const isKnown = this.knownToBeGuest
        if (isKnown === undefined) {
          throw new RuntimeException(
            `"isGuest" of user ${this.$primaryKeyValue} is unknown, because the relation "guest" is not loaded. Query users with ".preload('guest')", or ask "guestUsers.isGuest(user)"`
          )
        }
        return isKnown
      }

      /**
       * @returns undefined when the relation is not loaded
       */
      get knownToBeGuest(): boolean | undefined {
        return 'guest' in this.$preloaded ? Boolean(this.$preloaded.guest) : undefined
      }
    }
    return UserWithGuest as unknown as UserWithGuestClass<Model, OwnGuestModel>
  }
}
