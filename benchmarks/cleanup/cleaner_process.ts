import { Worker } from './worker.ts'
import type { MemoryGrowth } from './memory_meter.ts'
import type { TransactionTime } from './transaction_timer.ts'
import type { CleanupOptions, CleanupResult } from '../../src/types.ts'

export interface CleanerOrder {
  clean?: Pick<CleanupOptions, 'batchSize' | 'limit'>
  stop?: boolean
}

export interface Cleaned {
  result: CleanupResult
  memory: MemoryGrowth
  transactions: TransactionTime[]
}

/**
 * Cleans up in another process
 */
export class CleanerProcess {
  #worker: Worker

  private constructor(worker: Worker) {
    this.#worker = worker
  }

  static async start(connection: Record<string, unknown>): Promise<CleanerProcess> {
    const worker = new Worker('./cleaner.ts', connection)
    await worker.receive<{ isReady: boolean }>('isReady')
    return new CleanerProcess(worker)
  }

  clean(options: CleanerOrder['clean']): Promise<Cleaned> {
    const cleaned = this.#worker.receive<Cleaned>('result')
    this.#worker.send({ clean: options } satisfies CleanerOrder)
    return cleaned
  }

  /**
   * Stops the cleanup after its current batch
   */
  stop() {
    this.#worker.send({ stop: true } satisfies CleanerOrder)
  }

  async close() {
    await this.#worker.close()
  }
}
