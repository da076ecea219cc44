import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { execFile } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'

import type { TestDatabase } from './test_database.ts'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../..')

/**
 * The URL by which files of an application import the package
 */
export const source = (path: string) => pathToFileURL(join(ROOT, path)).href

/**
 * The files of an application like the starter kits'
 */
function describeFiles(connection: unknown): Record<string, string> {
  return {
    'package.json': '{ "type": "module" }',
    'tsconfig.json': '{ "extends": "@adonisjs/tsconfig/tsconfig.app.json" }',
    'console.ts': `
      import 'reflect-metadata'
      import { Ignitor, prettyPrintError } from '@adonisjs/core'

      new Ignitor(new URL('./', import.meta.url), {
        importer: (path) => import(path.startsWith('.') ? new URL(path, import.meta.url).href : path),
      })
        .ace()
        .handle(process.argv.slice(2))
        .catch((error) => {
          process.exitCode = 1
          prettyPrintError(error)
        })`,
    'commands.ts': `
      import { ListLoader } from '@adonisjs/core/ace'
      import GuestCleanup from '${source('commands/guest_cleanup.ts')}'
      import GuestDoctor from '${source('commands/guest_doctor.ts')}'

      const loader = new ListLoader([GuestCleanup, GuestDoctor])
      export const getMetaData = () => loader.getMetaData()
      export const getCommand = (metadata) => loader.getCommand(metadata)`,
    'adonisrc.ts': `
      import { defineConfig } from '@adonisjs/core/app'

      export default defineConfig({
        commands: [() => import('./commands.ts')],
        providers: [
          () => import('@adonisjs/core/providers/app_provider'),
          () => import('@adonisjs/core/providers/hash_provider'),
          () => import('@adonisjs/session/session_provider'),
          () => import('@adonisjs/lucid/database_provider'),
          () => import('@adonisjs/auth/auth_provider'),
          () => import('${source('providers/guest_user_provider.ts')}'),
        ],
        preloads: [() => import('./start/routes.ts'), () => import('./start/kernel.ts')],
      })`,
    'app/user.ts': `
      import hash from '@adonisjs/core/services/hash'
      import { createUserModel } from '${source('tests/app/user_model.ts')}'

      export default createUserModel(hash, 'increments')`,
    'config/app.ts': `
      import { defineConfig } from '@adonisjs/core/http'

      export const http = defineConfig({})`,
    'config/logger.ts': `
      import { defineConfig } from '@adonisjs/core/logger'

      export default defineConfig({ default: 'app', loggers: { app: { enabled: true, level: 'info' } } })`,
    'config/encryption.ts': `
      import { defineConfig, drivers } from '@adonisjs/core/encryption'

      export default defineConfig({
        default: 'main',
        list: { main: drivers.aes256gcm({ id: 'main', keys: ['a-key-for-tests-that-is-long-enough'] }) },
      })`,
    'config/hash.ts': `
      import { defineConfig, drivers } from '@adonisjs/core/hash'

      export default defineConfig({ default: 'scrypt', list: { scrypt: drivers.scrypt({}) } })`,
    'config/database.ts': `
      import { defineConfig } from '@adonisjs/lucid'

      export default defineConfig({
        prettyPrintDebugQueries: true,
        connection: 'main',
        connections: { main: ${JSON.stringify(connection)} },
      })`,
    'config/session.ts': `
      import { defineConfig, stores } from '@adonisjs/session'

      export default defineConfig({ age: '2h', store: 'cookie', stores: { cookie: stores.cookie() } })`,
    'config/auth.ts': `
      import { defineConfig } from '@adonisjs/auth'
      import { sessionGuard, sessionUserProvider } from '@adonisjs/auth/session'

      export default defineConfig({
        default: 'web',
        guards: {
          web: sessionGuard({
            useRememberMeTokens: false,
            provider: sessionUserProvider({ model: () => import('../app/user.ts') }),
          }),
        },
      })`,
    'config/guest_user.ts': `
      import { defineConfig } from '${source('index.ts')}'

      export default defineConfig({
        userModel: () => import('../app/user.ts'),
        attributes: ({ username }) => ({ email: username + '@guest.invalid' }),
      })`,
    'start/kernel.ts': `
      import router from '@adonisjs/core/services/router'

      router.use([
        () => import('@adonisjs/core/bodyparser_middleware'),
        () => import('@adonisjs/session/session_middleware'),
        () => import('@adonisjs/auth/initialize_auth_middleware'),
        () => import('${source('src/middleware/initialize_guest_user_middleware.ts')}'),
      ])`,
    'start/routes.ts': `
      import router from '@adonisjs/core/services/router'
      import guestUsers from '${source('services/main.ts')}'

      router.get('/', () => String(guestUsers.config.maxAge))`,
  }
}

/**
 * An application whose ace commands run in a separate process, as for its
 * developers
 */
export class AceApp {
  private constructor(readonly folder: string) {}

  /**
   * @param files contents that replace or add to the files of a healthy
   * application; null leaves a file out
   */
  static async create(
    database: Pick<TestDatabase, 'connection'>,
    files: Record<string, string | null> = {}
  ): Promise<AceApp> {
    const app = new AceApp(await mkdtemp(join(tmpdir(), 'guest-user-ace-')))
    await symlink(join(ROOT, 'node_modules'), join(app.folder, 'node_modules'))
    const contents = { ...describeFiles(database.connection), ...files }
    for (const [path, text] of Object.entries(contents)) {
      if (text === null) {
        continue
      }
      await mkdir(dirname(join(app.folder, path)), { recursive: true })
      await writeFile(join(app.folder, path), text)
    }
    return app
  }

  /**
   * Runs `node ace …`
   */
  async ace(...args: string[]) {
    const command = ['--import=@poppinss/ts-exec', 'console.ts', ...args]
    const options = {
      cwd: this.folder,
      env: { ...process.env, NODE_ENV: 'development', HOST: '127.0.0.1', PORT: '0', NO_COLOR: '1' },
    }
    try {
      return { exitCode: 0, ...(await run(process.execPath, command, options)) }
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
      return { exitCode: code, stdout, stderr }
    }
  }

  async remove() {
    await rm(this.folder, { recursive: true, force: true })
  }
}
