import { Project } from 'ts-morph'
import { test } from '@japa/runner'
import type { FileSystem } from '@japa/file-system'
import { AppFactory } from '@adonisjs/core/factories/app'
import type { ApplicationService } from '@adonisjs/core/types'

import { chooseGuard } from '../../src/configure/guard_choice.ts'
import { importUserModel, toConfigSpecifier } from '../../src/configure/user_model.ts'

const guard = (name: string, kind: string, model = '#models/user') =>
  `${name}: ${kind}({ provider: provider({ model: () => import('${model}') }) }),`

const SESSION = guard('web', 'sessionGuard')
const TOKENS = guard('api', 'tokensGuard')

async function createApp(fs: FileSystem) {
  const app = new AppFactory().create(fs.baseUrl, (path) => import(path)) as ApplicationService
  await app.init()
  const project = new Project({ useInMemoryFileSystem: true })
  const choose = async (auth: string | null, requested?: string) => {
    if (auth !== null) {
      await fs.create('config/auth.ts', auth)
    }
    return chooseGuard(app, project, requested)
  }
  return { app, choose }
}

const config = (standard: string, ...guards: string[]) =>
  `const authConfig = defineConfig({ default: '${standard}', guards: { ${guards.join(' ')} } })`

test.group('The guard of config/auth.ts', () => {
  test('is the default one, else the first with a session', async ({ assert, fs }) => {
    const { choose } = await createApp(fs)
    const userModel = '#models/user'
    assert.deepEqual(await choose(config('web', TOKENS, SESSION)), {
      guard: 'web',
      userModel,
      usesTokens: false,
    })
    assert.deepEqual(await choose(config('api', TOKENS, SESSION)), {
      guard: 'web',
      userModel,
      usesTokens: true,
    })
  })

  test('is one for tokens where none has a session, or where it is named', async ({
    assert,
    fs,
  }) => {
    const { choose } = await createApp(fs)
    const tokens = { guard: 'api', userModel: '#models/user', usesTokens: true }
    const basic = guard('basic', 'basicAuthGuard')
    assert.deepEqual(await choose(config('api', TOKENS)), tokens)
    assert.deepEqual(await choose(config('basic', basic, TOKENS)), tokens)
    assert.deepEqual(await choose(config('web', SESSION, TOKENS), 'api'), tokens)
    const { usesTokens } = await choose(config('api', SESSION, TOKENS), 'web')
    assert.isFalse(usesTokens)
  })

  test('may be named, and has a model of its own', async ({ assert, fs }) => {
    const { choose } = await createApp(fs)
    const auth = config('web', SESSION, guard('shop', 'sessionGuard', '../app/customer.ts'))
    const { guard: name, userModel } = await choose(auth, 'shop')
    assert.deepEqual([name, userModel], ['shop', '../app/customer.ts'])
    await assert.rejects(() => choose(auth, 'admin'), /"--guard=admin".*"web" \(session\), "shop"/)
  })

  test('must be there, and use sessions or tokens', async ({ assert, fs }) => {
    const { choose } = await createApp(fs)
    await assert.rejects(() => choose(null), /"config\/auth\.ts" does not exist/)
    await assert.rejects(
      () => choose(config('basic', guard('basic', 'basicAuthGuard'))),
      /"config\/auth\.ts" has none, only "basic" \(basic\)\. Add one to its "guards":\nweb: session/
    )
  })

  test('is assumed where the file is not like that of AdonisJS', async ({ assert, fs }) => {
    const { choose } = await createApp(fs)
    const assumed = { guard: 'web', usesTokens: false }
    assert.deepEqual(await choose(config('web', SESSION, '...others')), assumed)
    assert.deepEqual(await choose('export default makeAuth()'), assumed)
    assert.deepEqual(await choose('export default {'), assumed)
    assert.containsSubset(await choose(config('web', guard('web', 'oidcGuard'))), { guard: 'web' })
  })
})

test.group('The user model', () => {
  const warn = (message: string) => {
    throw new Error(`warned: ${message}`)
  }

  test('is imported from where config/ imports it', async ({ assert, fs }) => {
    const { app } = await createApp(fs)
    await fs.create('app/account.js', 'export default class { static boot() { this.booted = 1 } }')
    assert.equal(toConfigSpecifier(app, './app/account.js'), '../app/account.js')
    assert.equal(toConfigSpecifier(app, '#models/account'), '#models/account')
    const { model } = await importUserModel(app, '../app/account.js', warn)
    assert.propertyVal(model, 'booted', 1)
  })

  test('must exist, and be a model', async ({ assert, fs }) => {
    const { app } = await createApp(fs)
    await assert.rejects(
      () => importUserModel(app, '#models/account', warn),
      /Cannot find the user model "#models\/account".*--user-model=/s
    )
    await assert.rejects(() => importUserModel(app, '../app/no.js', warn), /Cannot find/)
    await fs.create('app/number.js', 'export default 1')
    await assert.rejects(() => importUserModel(app, '../app/number.js', warn), /Lucid model/)
  })

  test('may want a booted application', async ({ assert, fs }) => {
    const { app } = await createApp(fs)
    await fs.create('app/early.js', "throw new Error('not booted')")
    await assert.rejects(
      () => importUserModel(app, '../app/early.js', warn),
      /warned: .* yet: not booted/
    )
  })
})
