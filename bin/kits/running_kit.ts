import { join } from 'node:path'
import { mkdir } from 'node:fs/promises'

import type { KitCopy } from './kit_copy.ts'
import { KitDatabase } from './kit_database.ts'
import { findFreePort } from '../../tests/services/tcp.ts'
import { RunningProcess } from '../../tests/install/running_process.ts'

/**
 * Some kits have errors of their own, which `npm run typecheck` counts
 */
export const BUILD = 'node ace build --ignore-ts-errors'

/**
 * The production build of a kit, running, with a database of its own
 */
export class RunningKit {
  private constructor(
    private readonly copy: KitCopy,
    private readonly environment: Record<string, string | undefined>,
    private readonly server: RunningProcess,
    readonly url: string,
    readonly database: KitDatabase
  ) {}

  /**
   * @throws when it cannot be built, migrated or started
   */
  static async start(copy: KitCopy): Promise<RunningKit> {
    const build = join(copy.application, 'build')
    const port = await findFreePort()
    const url = `http://localhost:${port}`
    const environment = {
      ...process.env,
      ...(await copy.environment()),
      NODE_ENV: 'production',
      NO_COLOR: '1',
      HOST: 'localhost',
      PORT: String(port),
      APP_URL: url,
    }

    await copy.succeed(BUILD)
    await mkdir(join(build, 'tmp'), { recursive: true })
    await copy.succeed('node ace migration:run --force', build, environment)

    const options = { cwd: build, env: environment }
    const server = new RunningProcess('node', ['bin/server.js'], options)
    try {
      await server.prints('started HTTP server')
      const database = new KitDatabase(join(build, 'tmp/db.sqlite3'))
      return new RunningKit(copy, environment, server, url, database)
    } catch (error) {
      await server.kill()
      throw error
    }
  }

  /**
   * Runs a command of the built application
   */
  ace(command: string) {
    return this.copy.succeed(
      `node ace ${command}`,
      join(this.copy.application, 'build'),
      this.environment
    )
  }

  /**
   * Lines of the log that tell of errors
   */
  get errors(): string[] {
    return this.server.output.split('\n').filter((line) => /"level":[56]0/.test(line))
  }

  async stop() {
    this.database.close()
    await this.server.stop()
  }
}
