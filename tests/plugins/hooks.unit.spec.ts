import Hooks from '@poppinss/hooks'
import { test } from '@japa/runner'
import { RoutesScanner } from '@adonisjs/assembler/routes_scanner'

import { indexGuestRoutes } from '../../src/plugins/hooks.ts'

/**
 * The routes that the next hook gets from the framework's scanner
 */
async function scan(names: string[]) {
  const hooks = new Hooks<any>()
  indexGuestRoutes().run(null as never, hooks as never, null as never)

  const scanner = new RoutesScanner(import.meta.dirname, [])
  await scanner.scan(
    names.map((name) => ({
      name,
      pattern: `/${name}`,
      domain: 'root',
      methods: ['POST'],
      tokens: [],
      handler: () => {},
    })) as never
  )
  await hooks.runner('routesScanned').run(null, scanner)
  return scanner.getScannedRoutes()
}

test.group('indexGuestRoutes', () => {
  test('adds the types of the routes for tokens', async ({ assert }) => {
    const routes = await scan([
      'guest_user.api.store',
      'v1.guest_user.api.convert',
      'guest_user.api.destroy',
    ])
    assert.deepEqual(
      routes.map(({ request, response }) => [request?.type, response?.type]),
      [
        [undefined, `import('adonisjs-guest-user/types').GuestApiAnswers['store']`],
        [
          `import('adonisjs-guest-user/types').GuestApiConversion`,
          `import('adonisjs-guest-user/types').GuestApiAnswers['convert']`,
        ],
        [undefined, `import('adonisjs-guest-user/types').GuestApiAnswers['destroy']`],
      ]
    )
  })

  test('leaves out the admin pages, and nothing else', async ({ assert }) => {
    const names = [
      'users.store',
      'guest_user',
      'my_guest_user.admin.index',
      'guest_user.convert',
      'de.guest_user.convert.store',
    ]
    const routes = await scan([
      'guest_user.admin.index',
      ...names,
      'guest_user.admin.convert',
      'de.guest_user.admin.show',
    ])
    assert.deepEqual(
      routes.map(({ name, request, response }) => ({ name, request, response })),
      names.map((name) => ({ name, request: undefined, response: undefined }))
    )
  })
})
