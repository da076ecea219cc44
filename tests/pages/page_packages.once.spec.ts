import { test } from '@japa/runner'

import { AceApp } from '../app/ace_app.ts'
import { createTestDatabase } from '../app/test_database.ts'
import { createTestApp, type TestAppOptions } from '../app/test_app.ts'

const admin = { sendPasswordReset: () => {} }

/**
 * The error that keeps the server from starting
 */
async function failToStart(options: TestAppOptions): Promise<any> {
  try {
    const app = await createTestApp(options)
    await app.close()
  } catch (error) {
    return error
  }
  throw new Error('The application started')
}

test.group('Pages without Edge or VineJS', () => {
  test('{pages} without {missing}: the server does not start')
    .with([
      { pages: 'registerConvertRoutes', missing: 'edge', name: 'Edge' },
      { pages: 'registerConvertRoutes', missing: 'vinejs', name: 'VineJS' },
      { pages: 'registerAdminRoutes', missing: 'edge', name: 'Edge' },
      { pages: 'registerAdminRoutes', missing: 'vinejs', name: 'VineJS' },
    ] as const)
    .run(async ({ assert }, { pages, missing, name }) => {
      const error = await failToStart({
        without: [missing],
        guestUser: { admin },
        routes: (_router, _middleware, guestUsers) => void guestUsers[pages]('/guests'),
      })
      assert.equal(error.code, 'E_MISSING_PAGE_PACKAGE')
      assert.equal(
        error.message,
        `The pages of "${pages}" need ${name}, which the application does not use. Run "node ace add ${missing}", or leave out its routes in "start/routes.ts"`
      )
    })

  test('the admin pages ask VineJS only where operators convert guests', async ({ cleanup }) => {
    const app = await createTestApp({
      without: ['vinejs'],
      routes: (_router, _middleware, guestUsers) => void guestUsers.registerAdminRoutes('/guests'),
    })
    cleanup(() => app.close())
  })

  test('without pages, nothing is missing', async ({ cleanup }) => {
    const app = await createTestApp({ without: ['edge', 'vinejs'] })
    cleanup(() => app.close())
  })

  test('commands start, and the doctor says what is missing', async ({ assert, cleanup }) => {
    const database = await createTestDatabase()
    const migrated = await createTestApp({ database })
    await migrated.close()
    const app = await AceApp.create(database, {
      'start/routes.ts': `
        import guestUsers from '${new URL('../../services/main.ts', import.meta.url).href}'

        guestUsers.registerConvertRoutes('/convert')`,
    })
    cleanup(async () => {
      await app.remove()
      await database.drop()
    })
    const { stdout } = await app.ace('guest:doctor', '--json')
    const findings: { code: string; message: string; fix: string }[] = JSON.parse(stdout).findings
    assert.deepEqual(
      findings.map(({ code, fix }) => [code, fix]),
      ['edge', 'vinejs'].map((name) => [
        'missing-page-package',
        `Run "node ace add ${name}", or leave out the routes in "start/routes.ts"`,
      ])
    )
  }).timeout(60_000)
})
