import { test } from '@japa/runner'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'

import { createDiagnosedApp, type DiagnosedApp } from '../app/diagnosed_app.ts'
import GuestDoctor from '../../commands/guest_doctor.ts'
import { createExaminedApp } from '../app/examined_app.ts'

function databaseAt(port: number): string {
  return `
    import { defineConfig } from '@adonisjs/lucid'

    export default defineConfig({
      connection: 'main',
      connections: { main: { client: 'pg', connection: { host: '127.0.0.1', port: ${port} } } },
    })`
}

/**
 * Takes connections and never answers
 */
async function startSilentServer() {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => void sockets.add(socket.on('error', () => {})))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    stop() {
      sockets.forEach((socket) => socket.destroy())
      server.close()
    },
  }
}

test.group('guest:doctor in a process of its own', (group) => {
  let toldNothing: ReturnType<DiagnosedApp['diagnose']>

  group.each.timeout(60_000)

  /**
   * Takes more than five seconds, so it begins before the others
   */
  group.setup(async () => {
    const server = await startSilentServer()
    const app = await createDiagnosedApp({ 'config/database.ts': databaseAt(server.port) })
    toldNothing = app.diagnose()
    return async () => {
      await toldNothing.catch(() => {})
      await app.remove()
      server.stop()
    }
  })

  test('a configuration that throws when it is imported', async ({ assert, cleanup }) => {
    const app = await createDiagnosedApp({
      'config/guest_user.ts': `
        import { defineConfig } from '${new URL('../../index.ts', import.meta.url)}'

        export default defineConfig({ userModel: async () => {}, attributes: () => ({}), maxAge: '30 moons' })`,
    })
    cleanup(() => app.remove())

    const { exitCode, report, codes } = await app.diagnose()
    assert.equal(exitCode, 1)
    assert.deepEqual(codes, ['invalid-config'])
    assert.match(report.findings[0].message, /"config\/guest_user\.ts".*"maxAge".*30 moons/)
    assert.isFalse(report.ok)
  })

  test('a configuration that keeps routes from being loaded is told once', async ({
    assert,
    cleanup,
  }) => {
    const app = await createDiagnosedApp({
      'config/guest_user.ts': `
        import { defineConfig } from '${new URL('../../index.ts', import.meta.url)}'

        export default defineConfig({
          guard: 'admin',
          userModel: () => import('../app/user.ts'),
          attributes: ({ username }) => ({ email: username + '@guest.invalid' }),
        })`,
    })
    cleanup(() => app.remove())
    const { exitCode, codes } = await app.diagnose()
    assert.equal(exitCode, 1)
    assert.deepEqual(codes, ['wrong-guard'])
  })

  test('routes that cannot be loaded do not hide the rest', async ({ assert, cleanup }) => {
    const app = await createDiagnosedApp({
      'start/routes.ts': `throw new Error('a typing error')`,
      'config/session.ts': `
        import { defineConfig, stores } from '@adonisjs/session'

        console.log('printed by the application')
        export default defineConfig({ enabled: false, store: 'cookie', stores: { cookie: stores.cookie() } })`,
    })
    cleanup(() => app.remove())
    const { exitCode, stderr, report, codes } = await app.diagnose()
    assert.equal(exitCode, 1)
    assert.deepEqual(codes, ['app-does-not-start', 'session-disabled'])
    assert.equal(report.findings[0].message, 'The application does not start: a typing error')
    assert.include(report.findings[0].fix, 'node ace guest:doctor')
    assert.equal(stderr, 'printed by the application\n')
  })

  test('routes with which no server starts', async ({ assert, cleanup }) => {
    const app = await createDiagnosedApp({
      'start/routes.ts': `
        import router from '@adonisjs/core/services/router'

        router.get('/one', () => '').as('same')
        router.get('/two', () => '').as('same')`,
    })
    cleanup(() => app.remove())
    const { report, codes } = await app.diagnose()
    assert.deepEqual(codes, ['app-does-not-start'])
    assert.match(report.findings[0].message, /A route with name "same" already exists/)
    assert.include(report.findings[0].fix, '"start/routes.ts"')
  })

  test('a provider that is missing', async ({ assert, cleanup }) => {
    const app = await createDiagnosedApp({
      'start/routes.ts': '',
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
          ],
        })`,
    })
    cleanup(() => app.remove())
    const { report, codes } = await app.diagnose()
    assert.deepEqual(codes, ['missing-provider'])
    assert.include(report.findings[0].message, '"adonisrc.ts"')
    assert.include(
      report.findings[0].fix,
      `() => import('adonisjs-guest-user/guest_user_provider'),`
    )
  })

  test('a database that is down, and a log that goes to the standard output', async ({
    assert,
    cleanup,
  }) => {
    const app = await createDiagnosedApp({
      'config/database.ts': databaseAt(1),
      'start/routes.ts': `
        import logger from '@adonisjs/core/services/logger'

        logger.use().info('routes were loaded')`,
      'config/logger.ts': `
        import { defineConfig, targets } from '@adonisjs/core/logger'

        export default defineConfig({
          default: 'app',
          loggers: {
            app: {
              enabled: true,
              level: 'info',
              transport: { targets: [targets.file({ destination: 1 })] },
            },
          },
        })`,
    })
    cleanup(() => app.remove())
    const { exitCode, codes } = await app.diagnose()
    assert.equal(exitCode, 1)
    assert.deepEqual(codes, ['database-unreachable'])
  })

  test('a database that takes the connection and never answers', async ({ assert }) => {
    const { exitCode, report, codes } = await toldNothing
    assert.equal(exitCode, 1)
    assert.deepEqual(codes, ['database-unreachable'])
    assert.include(report.findings[0].message, 'no answer in 5 seconds')
  })
})

test.group('guest:doctor on a terminal', () => {
  async function print(options: Parameters<typeof createExaminedApp>[0]) {
    const app = await createExaminedApp(options)
    try {
      const ace = await app.app.container.make('ace')
      ace.ui.switchMode('raw')
      const command = await ace.create(GuestDoctor, [])
      await command.exec()
      const logs = command.ui.logger.getLogs()
      return { exitCode: command.exitCode, lines: logs.map(({ message }) => message) }
    } finally {
      await app.close()
    }
  }

  test('says that nothing is wrong', async ({ assert }) => {
    const { exitCode, lines } = await print({})
    assert.equal(exitCode, 0)
    assert.lengthOf(lines, 1)
    assert.match(lines[0], /Nothing is wrong with the guests of this application/)
  })

  test('groups by severity, and counts', async ({ assert }) => {
    const { exitCode, lines } = await print({
      guestUser: { enabled: false, maxAge: '1h', attributes: () => ({}) },
    })
    assert.equal(exitCode, 1)
    const heads = lines.filter((line) => /^\w+\(\w+\) bold\(/.test(line))
    assert.deepEqual(heads, [
      'red(error) bold(incomplete-attributes)',
      'yellow(warning) bold(session-outlives-guest)',
      'blue(info) bold(disabled)',
    ])
    assert.include(lines, '      cyan(attributes: ({ username }) => ({ …, email: … }),)')
    assert.equal(lines.at(-1), 'red(1 error), yellow(1 warning), blue(1 hint)')
  })

  test('warnings alone are no failure', async ({ assert }) => {
    const { exitCode, lines } = await print({ guestUser: { maxAge: '1h' } })
    assert.equal(exitCode, 0)
    assert.equal(lines.at(-1), 'dim(0 errors), yellow(1 warning), dim(0 hints)')
  })
})
