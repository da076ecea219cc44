import { join } from 'node:path'
import { promisify } from 'node:util'
import { execFile } from 'node:child_process'
import { access, cp, rm, symlink } from 'node:fs/promises'

import { FreshApp } from '../../tests/install/fresh_app.ts'
import { removeFolder } from '../../tests/services/remove_folder.ts'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../..')
const CONTENDERS = ['better-auth']

/**
 * Installs what the benchmark compares with, once
 */
export async function installContenders() {
  const isInstalled = await access(join(import.meta.dirname, 'node_modules')).then(
    () => true,
    () => false
  )
  if (!isInstalled) {
    await run('npm', ['ci', '--no-audit'], { cwd: import.meta.dirname })
  }
}

/**
 * An application like the starter kit, with this package configured by its own
 * command, and built for production
 */
export class BenchmarkSite {
  constructor(
    readonly folder: string,
    readonly environment: NodeJS.ProcessEnv
  ) {}

  static async create(connection: Record<string, unknown>): Promise<BenchmarkSite> {
    await run('npm', ['run', '--silent', 'build'], { cwd: ROOT })
    const app = await FreshApp.createConfigured(['pg', '@types/pg', 'mysql2'])
    process.once('exit', () => removeFolder(app.folder))

    await cp(join(import.meta.dirname, 'app'), app.folder, { recursive: true })
    for (const name of CONTENDERS) {
      const installed = join(import.meta.dirname, 'node_modules', name)
      await symlink(installed, join(app.folder, 'node_modules', name))
    }
    Object.assign(app.environment, {
      CONNECTION: JSON.stringify(connection),
      NODE_ENV: 'production',
    })
    const { exitCode, output } = await app.ace('build')
    if (exitCode !== 0) {
      throw new Error(output)
    }

    const site = new BenchmarkSite(join(app.folder, 'build'), app.environment)
    await site.runFile('ace.js', 'migration:run', '--force')
    await site.runFile('bin/migrate_better_auth.js')
    return site
  }

  async runFile(file: string, ...args: string[]) {
    await run(process.execPath, [file, ...args], { cwd: this.folder, env: this.environment })
  }

  with(environment: NodeJS.ProcessEnv): BenchmarkSite {
    return new BenchmarkSite(this.folder, { ...this.environment, ...environment })
  }

  /**
   * The same application as if the package had never been configured. Its processes
   * must be of the contender "page"
   */
  async withoutPackage(): Promise<BenchmarkSite> {
    const folder = `${this.folder}-without`
    await cp(this.folder, folder, { recursive: true })
    await rm(join(folder, 'config/guest_user.js'))
    return new BenchmarkSite(folder, this.environment)
  }
}
