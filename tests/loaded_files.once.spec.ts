import { join } from 'node:path'
import { promisify } from 'node:util'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { test } from '@japa/runner'

const run = promisify(execFile)
const SOURCES = new URL('../src/', import.meta.url).href

/**
 * What a page of a guest does not need
 */
const ROOMS = [
  'admin',
  'api',
  'cleanup',
  'configure',
  'console',
  'conversion',
  'doctor',
  'eject',
  'inventory',
  'pages',
  'plugins',
  'social',
]

test.group('The files that a process loads', () => {
  test('a site with guests loads nothing that only operators, forms or tests use', async ({
    assert,
    fs,
  }) => {
    await fs.mkdir('.')
    const file = join(fs.basePath, 'modules')
    const recorder = join(import.meta.dirname, 'app/record_modules.ts')
    const app = join(import.meta.dirname, 'app/booted_app.ts')
    await run(process.execPath, [`--import=${recorder}`, '--import=@poppinss/ts-exec', app], {
      env: { ...process.env, MODULES: file },
    })

    const urls = (await readFile(file, 'utf-8')).split('\n')
    const loaded = urls
      .filter((url) => url.startsWith(SOURCES))
      .map((url) => url.slice(SOURCES.length).replace(/\?.*/, ''))
      .filter((path) => ROOMS.includes(path.split('/')[0]))
    assert.deepEqual(loaded.toSorted(), [
      'admin/register_admin_routes.ts',
      'api/register_api_routes.ts',
      'cleanup/cleanup_plan.ts',
      'cleanup/guest_cleaner.ts',
      'cleanup/kept_guests.ts',
      'conversion/register_convert_routes.ts',
      'pages/asset.ts',
      'pages/page_packages.ts',
      'pages/route_urls.ts',
      'pages/template_finder.ts',
      'plugins/edge.ts',
    ])
    const optional = urls.filter((url) => /node_modules\/(@japa|@adonisjs\/ally)\//.test(url))
    assert.isEmpty(optional)
  })
})
