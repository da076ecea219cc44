import { test } from '@japa/runner'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { pathToFileURL } from 'node:url'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { CodeTransformer } from '@adonisjs/assembler/code_transformer'
import * as prettier from 'prettier'

import { addConvertOption } from '../../src/eject/config_option.ts'

const config = (options: string) => `import { defineConfig } from 'adonisjs-guest-user'

export default defineConfig({
  userModel: () => import('#models/user'),
${options}})
`

test.group('An option of the configuration', (group) => {
  let folder: string
  let path: string
  let project: CodeTransformer['project']

  group.setup(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guest-user-config-'))
    path = join(folder, 'guest_user.ts')
    await writeFile(join(folder, 'tsconfig.json'), '{}')
    project = new CodeTransformer(pathToFileURL(`${folder}/`)).project
    return () => rm(folder, { recursive: true })
  })

  async function add(source: string, name = 'inertia', value = 'true') {
    await writeFile(path, source)
    const outcome = await addConvertOption(project, path, name, value)
    return { outcome, text: await readFile(path, 'utf-8') }
  }

  test('is added: {title}')
    .with([
      {
        title: 'to a file without "convert"',
        before: config(''),
        after: config('  convert: { inertia: true },\n'),
      },
      {
        title: 'after comments',
        before: config("  mergeMode: 'ask',\n\n  /** Who may see it */\n  // admin: {},\n"),
        after: config(
          "  mergeMode: 'ask',\n\n  /** Who may see it */\n  // admin: {},\n\n  convert: { inertia: true },\n"
        ),
      },
      {
        title: 'to an object without options',
        before: config('  convert: {},\n'),
        after: config('  convert: { inertia: true },\n'),
      },
      {
        title: 'to an object in one line',
        before: config('  convert: { prefill: true },\n'),
        after: config('  convert: { prefill: true, inertia: true },\n'),
      },
      {
        title: 'to a line that is full then',
        before: config(
          "  convert: { prefill: (guest) => ({ fullName: guest.fullName }), redirectTo: '/welcome-back' },\n"
        ),
        after: config(
          "  convert: {\n    prefill: (guest) => ({ fullName: guest.fullName }),\n    redirectTo: '/welcome-back',\n    inertia: true,\n  },\n"
        ),
      },
      {
        title: 'to an object in several lines',
        before: config("  convert: {\n    redirectTo: '/welcome',\n    // prefill: true,\n  },\n"),
        after: config(
          "  convert: {\n    redirectTo: '/welcome',\n    // prefill: true,\n    inertia: true,\n  },\n"
        ),
      },
      {
        title: 'where the configuration has a name',
        before: config('').replace('export default ', 'const guestUserConfig = '),
        after: config('  convert: { inertia: true },\n').replace(
          'export default ',
          'const guestUserConfig = '
        ),
      },
    ])
    .run(async ({ assert }, { before, after }) => {
      assert.deepEqual(await add(before), { outcome: 'added', text: after })
      assert.deepEqual(await add(after), { outcome: 'present', text: after })
      const style = await prettier.resolveConfig(import.meta.filename)
      assert.isTrue(await prettier.check(after, { ...style, parser: 'typescript' }))
    })

  test('is added, whatever the style: {title}')
    .with([
      {
        title: 'the last line of the object has an option',
        before: config('').replace(',\n})', ' })'),
        after: config('').replace(',\n})', ', convert: { inertia: true } })'),
      },
      {
        title: 'and the options have comments and commas',
        before: config("  convert: {\n    redirectTo: '/', /* one */ },\n"),
        after: config("  convert: {\n    redirectTo: '/', inertia: true /* one */ },\n"),
      },
      {
        title: 'quoted names',
        before: config(`  'convert': { "redirectTo": '/' },\n`),
        after: config(`  'convert': { "redirectTo": '/', inertia: true },\n`),
      },
      {
        title: 'comments in one line',
        before: config("  convert: { /* one */ redirectTo: '/' /* two */ },\n"),
        after: config("  convert: { /* one */ redirectTo: '/', inertia: true /* two */ },\n"),
      },
      {
        title: 'nothing but a comment',
        before: config('  convert: { /* later */ },\n'),
        after: config('  convert: { inertia: true /* later */ },\n'),
      },
    ])
    .run(async ({ assert }, { before, after }) => {
      assert.deepEqual(await add(before), { outcome: 'added', text: after })
      assert.deepEqual(await add(after), { outcome: 'present', text: after })
    })

  test('gets the comma that was missing', async ({ assert }) => {
    const { text } = await add(config('').replace("user'),", "user')"))
    assert.equal(text, config('  convert: { inertia: true },\n'))
  })

  test('is left to its author: {title}')
    .with([
      { title: 'no file', before: '' },
      { title: 'options from elsewhere', before: 'export default defineConfig(options)' },
      { title: '"convert" from elsewhere', before: config('  convert: options,\n') },
      { title: 'in short', before: config('  convert,\n') },
      { title: 'a name twice', before: config("  mergeMode: 'ask',\n  'mergeMode': 'ask',\n") },
      { title: 'no TypeScript', before: config('  convert: {},\n').replace('})', '') },
      { title: 'another quoted value', before: config(`  "convert": { 'inertia': false },\n`) },
      { title: 'another value', before: config('  convert: { inertia: false },\n') },
    ])
    .run(async ({ assert }, { before }) => {
      assert.deepEqual(await add(before), { outcome: 'unusual', text: before })
    })
})
