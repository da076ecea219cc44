import type { Emitter } from '@adonisjs/core/events'

/**
 * Records the statements that the application sends to its database
 */
export class QueryLog {
  statements: string[] = []

  constructor(emitter: Emitter<any>) {
    emitter.on('db:query', ({ sql }: { sql: string }) => {
      this.statements.push(sql)
    })
  }

  /**
   * The statements sent while the callback ran, without BEGIN and COMMIT
   */
  async during(callback: () => Promise<unknown>): Promise<string[]> {
    this.statements = []
    await callback()
    await new Promise((resolve) => setImmediate(resolve))
    return this.statements.filter((sql) => !/^(BEGIN|COMMIT|ROLLBACK)/i.test(sql))
  }
}
