import type { HttpContext } from '@adonisjs/core/http'
import type { LucidModel, LucidRow } from '@adonisjs/lucid/types/model'
import type { TransactionClientContract } from '@adonisjs/lucid/types/database'

import type { LazyModel } from './model.ts'

/**
 * What happens when a guest signs in to an account:
 *
 * - automatic: the guest is merged. If that fails, the person is signed in
 *   without their guest, whom `ctx.guestUser.mergeInto(user)` can still merge
 * - strict: the guest is merged. If that fails, so does the sign-in
 * - ask: the application asks, and calls `ctx.guestUser.mergeInto(user)`
 * - off: the guest is left behind
 */
export type MergeMode = 'automatic' | 'strict' | 'ask' | 'off'

/**
 * A row of the guest and one of the account that conflict: only one may stay
 */
export interface MergeConflict<Row = any> {
  guestRow: Row
  accountRow: Row
  trx: TransactionClientContract
}

/**
 * Which row stays. A callback may change the account's row; the guest's row is
 * deleted afterwards
 */
export type ConflictPolicy<Row = any> =
  'keepAccount' | 'keepGuest' | ((conflict: MergeConflict<Row>) => void | Promise<void>)

export interface TransferOptions<Row = any> {
  /**
   * For rows that conflict on unique columns. By default, rows with the same
   * content as the account's are dropped, and others fail the merge.
   * 'keepAccount' also drops rows that a check forbids because they would tie
   * the account to itself
   */
  onConflict?: ConflictPolicy<Row>

  /**
   * Delete the guest's rows instead of moving them
   */
  discard?: boolean
}

/**
 * Rows that reference a user without a relation on the user model
 */
export interface ModelTransfer extends TransferOptions {
  relation?: undefined
  model: LazyModel<LucidModel>

  /**
   * The property of the model that holds the id of the user
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
 * What happens to rows of the guest: those of a relation of the user model
 * (hasOne, hasMany or manyToMany), or of a model. Whatever is not named moves
 */
export type TransferEntry<User> =
  TransferableRelation<User> | RelationTransfer<User> | ModelTransfer

/**
 * A transfer of any user model
 */
export type AnyTransferEntry =
  string | ({ relation: string; model?: undefined } & TransferOptions) | ModelTransfer

/**
 * What the `merge` callback of the configuration receives
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
