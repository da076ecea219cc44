import { join } from 'node:path'
import { test } from '@japa/runner'
import { pathToFileURL } from 'node:url'
import * as prettier from 'prettier'
import { glob, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'

import GuestEject from '../../commands/guest_eject.ts'
import { ANN, becomeGuest, createConvertApp } from '../app/convert_app.ts'
import { createInertiaApp } from '../inertia/server/inertia_app.ts'
import { createTestApp, type TestApp } from '../app/test_app.ts'

const ROOT = join(import.meta.dirname, '../..')

const CONFIG = `import { defineConfig } from 'adonisjs-guest-user'

export default defineConfig({
  userModel: () => import('#models/user'),
})
`

/**
 * Adds the files that the command looks at
 */
async function prepare<App extends TestApp>(
  app: App,
  dependencies: Record<string, string> = {}
): Promise<App> {
  const write = (path: string, contents: string) => writeFile(app.app.makePath(path), contents)
  await mkdir(app.app.configPath(), { recursive: true })
  await write('package.json', JSON.stringify({ type: 'module', dependencies }))
  await write('tsconfig.json', '{}')
  await write('config/guest_user.ts', CONFIG)
  return app
}

async function eject({ app }: TestApp, ...argv: string[]) {
  const ace = await app.container.make('ace')
  ace.ui.switchMode('raw')
  const command = await ace.create(GuestEject, argv)
  if (argv.length === 0) {
    command.prompt.trap('What do you want to copy?').chooseOption(3)
  }
  await command.exec()
  const output = command.ui.logger.getLogs().map(({ message }) => message)
  command.ui.logger.flushLogs()
  return { exitCode: command.exitCode ?? 0, output }
}

function read({ app }: TestApp, path: string): Promise<string> {
  return readFile(app.makePath(path), 'utf-8')
}

async function isFormatted(text: string, path: string) {
  const style = await prettier.resolveConfig(join(ROOT, path))
  return prettier.check(text, { ...style, filepath: path })
}

test.group('guest:eject convert', () => {
  test('writes the components of {adapter}, and sets the option')
    .with([
      { adapter: 'react', client: '@inertiajs/react', extension: 'tsx' },
      { adapter: 'vue', client: '@inertiajs/vue3', extension: 'vue' },
    ])
    .run(async ({ assert, cleanup }, { adapter, client, extension }) => {
      const app = await prepare(await createInertiaApp('/nowhere'), { [client]: '^2.0.0' })
      cleanup(() => app.close())

      const { exitCode, output } = await eject(app, 'convert')
      assert.equal(exitCode, 0)
      const files = ['convert', 'convert_success'].map((page) => `${page}.${extension}`)
      for (const [index, file] of files.entries()) {
        assert.match(output[index], new RegExp(`DONE:.*create inertia/pages/guest_user/${file}`))
      }
      assert.match(output[2], /DONE:.*update config\/guest_user\.ts/)
      for (const file of files) {
        const text = await read(app, `inertia/pages/guest_user/${file}`)
        assert.equal(text, await readFile(join(ROOT, 'stubs/eject', adapter, file), 'utf-8'))
        assert.isTrue(await isFormatted(text, file))
      }
      assert.include(await read(app, 'config/guest_user.ts'), '\n  convert: { inertia: true },\n')
    })

  test('keeps what is there, unless it is forced', async ({ assert, cleanup }) => {
    const app = await prepare(await createInertiaApp('/nowhere'))
    cleanup(() => app.close())
    const page = 'inertia/pages/guest_user/convert.tsx'

    await eject(app, 'convert', '--adapter=react')
    await writeFile(app.app.makePath(page), 'mine')
    const { output } = await eject(app, 'convert', '--adapter=react')
    assert.match(output[0], /SKIPPED:.*create inertia\/pages\/guest_user\/convert\.tsx/)
    assert.match(output[2], /SKIPPED:.*update config\/guest_user\.ts/)
    assert.equal(await read(app, page), 'mine')
    await eject(app, 'convert', '--adapter=react', '--force')
    assert.include(await read(app, page), 'export default function Convert')
  })

  test('says what to add to a file that only its author understands', async ({
    assert,
    cleanup,
  }) => {
    const app = await prepare(await createInertiaApp('/nowhere'))
    cleanup(() => app.close())
    await writeFile(app.app.configPath('guest_user.ts'), 'export default defineConfig(options)')

    const { exitCode, output } = await eject(app, 'convert', '--adapter=vue')
    assert.equal(exitCode, 0)
    assert.match(output[2], /Set this in "config\/guest_user\.ts": convert: \{ inertia: true \}/)
  })

  test('asks for what it cannot know', async ({ assert, cleanup }) => {
    const app = await prepare(await createInertiaApp('/nowhere'))
    cleanup(() => app.close())

    const { exitCode, output } = await eject(app, 'convert')
    assert.equal(exitCode, 1)
    assert.match(output[0], /Use --adapter=react or --adapter=vue/)
    await mkdir(app.app.makePath('inertia'))
    await writeFile(app.app.makePath('inertia/app.ts'), '')
    assert.match((await eject(app, 'convert')).output[0], /convert\.vue/)
  })

  test('writes templates of Edge where there is no Inertia', async ({ assert, cleanup }) => {
    const app = await prepare(await createTestApp())
    cleanup(() => app.close())

    await eject(app, 'convert')
    const files = await Array.fromAsync(glob('**/*.edge', { cwd: app.app.viewsPath('guest_user') }))
    assert.sameMembers(files, ['convert.edge', 'convert_success.edge', 'field.edge'])
    assert.equal(await read(app, 'config/guest_user.ts'), CONFIG)
  })
})

test.group('guest:eject templates', () => {
  test('copies all of them, or by name', async ({ assert, cleanup }) => {
    const app = await prepare(await createConvertApp({ shield: false }))
    cleanup(() => app.close())
    const { visitor } = await becomeGuest(app)
    const before = (await visitor.get('/convert')).text

    const folder = app.app.viewsPath('guest_user')
    await eject(app, 'templates', 'layout', 'admin/list')
    const some = await Array.fromAsync(glob('**/*.edge', { cwd: folder }))
    assert.sameMembers(some, ['layout.edge', 'admin/list.edge'])

    await eject(app, 'templates')
    for (const file of await Array.fromAsync(glob('**/*.edge', { cwd: join(ROOT, 'templates') }))) {
      const original = await readFile(join(ROOT, 'templates', file), 'utf-8')
      assert.equal(await readFile(join(folder, file), 'utf-8'), original)
    }
    assert.equal((await visitor.get('/convert')).text, before)
  })
})

test.group('guest:eject validator', () => {
  const inputs: Record<string, string>[] = [
    {},
    { ...ANN, email: 'no address', password: 'short', passwordConfirmation: 'short' },
    { ...ANN, passwordConfirmation: 'secret13' },
    { ...ANN, fullName: 'a'.repeat(300), email: `${'a'.repeat(250)}@example.com` },
    { ...ANN, fullName: 'a\u0007', password: 'a'.repeat(73), passwordConfirmation: 'a'.repeat(73) },
    { ...ANN, email: ' taken@example.com ' },
  ]

  /**
   * What the form says about them. A guest may keep the address they have
   */
  async function submitAll(app: TestApp) {
    const { visitor, id } = await becomeGuest(app)
    await app.User.create({ email: 'taken@example.com', password: 'secret12' })
    const answers: unknown[] = []
    for (const input of inputs) {
      const { json } = await visitor.post('/convert', input, { accept: 'application/json' })
      answers.push(json())
    }
    const { email } = await app.User.findOrFail(id)
    const kept = await visitor.post('/convert', { ...ANN, email, fullName: ' Ann ' })
    const user = await app.User.findOrFail(id)
    return [...answers, kept.location, user.fullName]
  }

  test('writes one that says what the default form says', async ({ assert, cleanup }) => {
    const app = await prepare(await createConvertApp({ shield: false }))
    cleanup(() => app.close())
    assert.equal((await eject(app, 'validator')).exitCode, 0)
    const validator = await read(app, 'app/validators/guest_user.ts')
    assert.isTrue(await isFormatted(validator, 'guest_user.ts'))
    assert.include(
      await read(app, 'config/guest_user.ts'),
      "\n  convert: { validator: () => import('#validators/guest_user') },\n"
    )
    const expected = await submitAll(app)
    assert.lengthOf((expected[0] as any).errors, 3)
    await app.close()

    await mkdir(join(ROOT, 'tmp'), { recursive: true })
    const root = await mkdtemp(join(ROOT, 'tmp/validator-'))
    cleanup(() => rm(root, { recursive: true }))
    await writeFile(join(root, 'validator.ts'), validator)
    const own = await createConvertApp({
      shield: false,
      guestUser: {
        convert: { validator: () => import(pathToFileURL(join(root, 'validator.ts')).href) },
      },
    })
    cleanup(() => own.close())
    assert.deepEqual(await submitAll(own), expected)
  })
})

test.group('guest:eject', () => {
  test('asks what to copy, and writes the texts', async ({ assert, cleanup }) => {
    const app = await prepare(await createTestApp())
    cleanup(() => app.close())

    const { output } = await eject(app)
    assert.match(output[0], /create resources\/lang\/en\/guest_user\.json/)
    const text = await read(app, 'resources/lang/en/guest_user.json')
    assert.equal(JSON.parse(text)['convert.title'], 'Create your account')
    assert.isTrue(await isFormatted(text, 'guest_user.json'))
  })

  test('refuses what it does not know: {argv}')
    .with([
      { argv: ['pages'], message: /Use one of: convert, templates, validator, texts/ },
      { argv: ['templates', 'home'], message: /no template "home"\. .*convert_success/ },
      { argv: ['texts', 'layout'], message: /"layout" means nothing to "texts"/ },
      { argv: ['convert', '--adapter=svelte'], message: /must be one of react, vue/ },
    ])
    .run(async ({ assert, cleanup }, { argv, message }) => {
      const app = await createTestApp()
      cleanup(() => app.close())
      const { exitCode, output } = await eject(app, ...argv)
      assert.equal(exitCode, 1)
      assert.match(output.join(), message)
    })
})
