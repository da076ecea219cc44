import type { HttpContext } from '@adonisjs/core/http'
import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'
import type { TransactionClientContract } from '@adonisjs/lucid/types/database'

import type { LazyModel } from './model.ts'

/**
 * What happens when somebody signs in to an account while they are a guest:
 * the guest is merged into it by itself, the application asks and calls
 * `ctx.guestUser.mergeInto(user)`, or the guest is left behind
 */
export type MergeMode = 'automatic' | 'ask' | 'off'

/**
 * A row of the guest and one of the account of which only one may stay
 */
export interface MergeConflict<Row = any> {
  guestRow: Row
  accountRow: Row
  trx: TransactionClientContract
}

/**
 * Which row stays. A callback changes the account's row as it likes; the
 * guest's is deleted afterwards
 */
export type ConflictPolicy<Row = any> =
  'keepAccount' | 'keepGuest' | ((conflict: MergeConflict<Row>) => void | Promise<void>)

export interface TransferOptions<Row = any> {
  /**
   * For rows that clash on unique columns. Without it, rows that say the same
   * as the account's are dropped, and others fail the merge
   */
  onConflict?: ConflictPolicy<Row>

  /**
   * The guest's rows are deleted, on purpose
   */
  discard?: boolean
}

/**
 * Rows that point at a user without a relation of the user model
 */
export interface ModelTransfer extends TransferOptions {
  relation?: undefined
  model: LazyModel<LucidModel>

  /**
   * The property of the model that holds the key of the user
   */
  foreignKey: string
}

type RelatedRow<Relation> =
  NonNullable<Relation> extends { __opaque_type: 'hasOne' | 'hasMany'; instance: infer Row }
    ? Row
    : NonNullable<Relation> extends { __opaque_type: 'manyToMany' }
      ? Record<string, any>
      : never

type TransferableRelation<User> = {
  [Name in keyof User]-?: [RelatedRow<User[Name]>] extends [never] ? never : Name
}[keyof User]

type RelationTransfer<User> = {
  [Name in TransferableRelation<User>]: { relation: Name; model?: undefined } & TransferOptions<
    RelatedRow<User[Name]>
  >
}[TransferableRelation<User>]

/**
 * What moves to the account: a relation of the user model (hasOne, hasMany or
 * manyToMany), or the rows of a model
 */
export type TransferEntry<User> =
  TransferableRelation<User> | RelationTransfer<User> | ModelTransfer

/**
 * The same, of any model
 */
export type AnyTransferEntry =
  string | ({ relation: string; model?: undefined } & TransferOptions) | ModelTransfer

/**
 * What `merge` of the configuration is given
 */
export interface MergeContext<User = LucidRow> {
  guest: User
  account: User
  trx: TransactionClientContract

  /**
   * Undefined outside a request
   */
  ctx?: HttpContext
}
