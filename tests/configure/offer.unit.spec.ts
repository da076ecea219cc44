import { Project } from 'ts-morph'
import { test } from '@japa/runner'
import type { FileSystem } from '@japa/file-system'
import { AceFactory } from '@adonisjs/core/factories'
import { AppFactory } from '@adonisjs/core/factories/app'
import Configure from '@adonisjs/core/commands/configure'
import type { ApplicationService } from '@adonisjs/core/types'

import { readFlags } from '../../src/configure/flags.ts'
import { Choices } from '../../src/configure/choices.ts'
import { Offers } from '../../src/configure/offer.ts'
import { Formatter } from '../../src/configure/formatter.ts'
import { printNextSteps } from '../../src/configure/finish.ts'
import { registerRoutes } from '../../src/configure/route_registration.ts'

const ROUTES = "import router from '@adonisjs/core/services/router'\n"
const REGISTRATION = "guestUsers.registerApiRoutes('/guest')"

/**
 * @param answer what somebody at the terminal does
 */
async function createOffers(fs: FileSystem, answer: () => Promise<boolean> | boolean) {
  const app = new AppFactory().create(fs.baseUrl, (path) => import(path)) as ApplicationService
  await app.init()
  const ace = await new AceFactory().make(fs.baseUrl)
  ace.ui.switchMode('raw')
  const command = await ace.create(Configure, ['adonisjs-guest-user'])
  const choices = new Choices({ prompt: { confirm: answer } as never }, readFlags({}, []), true)
  const project = new Project({ useInMemoryFileSystem: true })
  const offers = new Offers(command, project, choices, await Formatter.load(app))
  const make = () =>
    offers.make({
      name: 'api-routes',
      path: 'start/routes.ts',
      question: 'Open "POST /guest" for clients?',
      doneBy: ['registerApiRoutes'],
      edit: (file) => registerRoutes(file, 'registerApiRoutes', '/guest'),
      byHand: REGISTRATION,
    })
  const finish = async () => {
    const kind = { usesTokens: true, hasPages: false, usesInertia: false }
    await printNextSteps(command, kind, offers, undefined)
    return log()
  }
  const log = () =>
    command.logger
      .getLogs()
      .map(({ message }) => message)
      .join('\n')
  return { project, make, finish, log }
}

test.group('An offer', () => {
  test('is made by an edit, and the last lines know it', async ({ assert, fs }) => {
    await fs.create('start/routes.ts', ROUTES)
    const { make, finish } = await createOffers(fs, () => true)
    await make()
    assert.include(await fs.contents('start/routes.ts'), REGISTRATION)
    const log = await finish()
    assert.match(log, /POST \/guest.* answers with a token$/m)
  })

  test('that was made before is known as well', async ({ assert, fs }) => {
    const { project, make, finish } = await createOffers(fs, () => false)
    project.createSourceFile('/guests.ts', REGISTRATION)
    await make()
    assert.include(await finish(), 'POST /guest')
  })

  test('that nobody accepts opens nothing', async ({ assert, fs }) => {
    await fs.create('start/routes.ts', ROUTES)
    const { make, finish } = await createOffers(fs, () => false)
    await make()
    assert.equal(await fs.contents('start/routes.ts'), ROUTES)
    assert.notMatch(await finish(), /POST \/guest|To your first guest/)
  })

  test('loses nothing that was saved while it waited for the answer', async ({ assert, fs }) => {
    await fs.create('start/routes.ts', ROUTES)
    const saved = `${ROUTES}router.get('/new', () => '')\n`
    const { make, log } = await createOffers(fs, async () => {
      await fs.create('start/routes.ts', saved)
      return true
    })
    await make()
    assert.equal(await fs.contents('start/routes.ts'), saved)
    assert.match(log(), /it has changed in the meantime.*by hand/)
    assert.include(log(), REGISTRATION)
  })
})
