import { Adapter } from '@adonisjs/lucid/orm'
import type { LucidRow } from '@adonisjs/lucid/types/model'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'

/**
 * Runs in place of each UPDATE by which a model saves a row, after its hooks
 *
 * @param client the connection, or the transaction, that the model's adapter uses
 * @param update runs the UPDATE, in the transaction of the row if it has one
 */
export type UpdateHandler = (
  row: LucidRow,
  client: () => QueryClientContract,
  update: () => Promise<void>
) => Promise<void>

let handler: UpdateHandler | undefined

/**
 * Lucid runs hooks before and after an UPDATE, but none when it fails, so they
 * cannot put it into a transaction. Its class is changed, not the adapter of a
 * model: the application may set another one at any time, which inherits this
 */
const { update: updateRow } = Adapter.prototype
Adapter.prototype.update = async function (this: Adapter, row, dirty) {
  const update = () => updateRow.call(this, row, dirty)
  await (handler ? handler(row, () => this.modelClient(row), update) : update())
}

/**
 * Only one application at a time has a handler, as only one has the models
 *
 * @returns removes the handler
 */
export function handleUpdates(next: UpdateHandler): () => void {
  handler = next
  return () => {
    if (handler === next) {
      handler = undefined
    }
  }
}
