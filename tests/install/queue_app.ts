import { randomBytes } from 'node:crypto'

import { RedisManagerFactory } from '@adonisjs/redis/factories'

import { redis } from '../services/redis.ts'
import { readRecipe } from './documentation.ts'
import { ScheduledApp } from './scheduled_app.ts'

const PAGE = 'docs/schedules.md'
const SECTION = '@adonisjs/queue'
const ENTER = '\r'
const DOWN = '\u001b[B'

export type QueueDriver = 'redis' | 'database'

/**
 * The application of the recipe, made by the commands that the recipe names
 */
export class QueueApp {
  #prefix = `guest_user_${randomBytes(6).toString('hex')}:`

  private constructor(
    readonly scheduled: ScheduledApp,
    readonly driver: QueueDriver
  ) {}

  static async create(driver: QueueDriver): Promise<QueueApp> {
    const packages = ['@adonisjs/queue', ...(driver === 'redis' ? ['@adonisjs/redis'] : [])]
    const app = new QueueApp(await ScheduledApp.create(packages), driver)
    await app.#configure()
    await app.scheduled.ace('migration:run')
    return app
  }

  static recipe(): Promise<Record<string, string>> {
    return readRecipe(PAGE, SECTION)
  }

  async #configure() {
    const { fresh } = this.scheduled
    if (this.driver === 'redis') {
      await this.scheduled.ace('configure', '@adonisjs/redis')
      await fresh.edit('.env', (text) =>
        text
          .replace(/^REDIS_HOST=.*$/m, `REDIS_HOST=${redis.host}`)
          .replace(/^REDIS_PORT=.*$/m, `REDIS_PORT=${redis.port}`)
      )
      await fresh.edit('config/redis.ts', (text) =>
        text.replace("keyPrefix: ''", `keyPrefix: '${this.#prefix}'`)
      )
    }

    const keys = this.driver === 'redis' ? ENTER : DOWN + ENTER
    await this.scheduled.answer(keys, 'configure', '@adonisjs/queue')
    await fresh.edit('config/queue.ts', (text) =>
      text
        .replace("connectionName: 'primary',", '')
        // A worker without a job looks for one again, and a worker that is to end ends
        .replace("idleDelay: '2s'", "idleDelay: '100ms'")
    )
    await fresh.edit('package.json', (text) =>
      text.replace('"imports": {', '"imports": { "#jobs/*": "./app/jobs/*.js",')
    )
    for (const [path, code] of Object.entries(await QueueApp.recipe())) {
      await fresh.write(path, code)
    }
  }

  /**
   * The recipe waits for minute 17 of an hour
   */
  async hurry() {
    await this.scheduled.fresh.edit('start/scheduler.ts', (text) =>
      text.replace('17 * * * *', '* * * * * *')
    )
  }

  /**
   * The server starts and stops: it is what writes the schedule down
   */
  async startServer() {
    const stop = await this.scheduled.fresh.serve()
    await stop()
  }

  /**
   * The lines of the table that `queue:scheduler:list` prints
   */
  async schedules(): Promise<string[]> {
    const output = await this.scheduled.ace('queue:scheduler:list')
    return output.split('\n').filter((line) => line.includes('CleanUpGuests'))
  }

  /**
   * Takes the next run from the schedule, as a worker does that is killed after
   * it has claimed the schedule
   */
  async loseNextRun() {
    await this.#withRedis((connection) =>
      connection.hset(`${this.#prefix}schedules::CleanUpGuests`, 'next_run_at', '')
    )
  }

  async remove() {
    await this.scheduled.remove()
    if (this.driver === 'redis') {
      await this.#withRedis(async (connection) => {
        const keys = await connection.keys(`${this.#prefix}*`)
        await connection.del('', ...keys)
      })
    }
  }

  async #withRedis<Result>(
    work: (connection: ReturnType<typeof connect>) => Promise<Result>
  ): Promise<Result> {
    const connection = connect()
    try {
      return await work(connection)
    } finally {
      await connection.quit()
    }
  }
}

function connect() {
  return new RedisManagerFactory({ connection: 'main', connections: { main: redis } }).create()
}
