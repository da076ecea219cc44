import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { execFile } from 'node:child_process'
import {
  copyFile,
  cp,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
} from 'node:fs/promises'

import { removeFolder } from '../services/remove_folder.ts'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../..')

/**
 * What the official starter kit depends on, as far as this application needs it
 */
const DEPENDENCIES = [
  '@adonisjs/assembler',
  '@adonisjs/auth',
  '@adonisjs/core',
  '@adonisjs/lucid',
  '@adonisjs/prettier-config',
  '@adonisjs/session',
  '@adonisjs/shield',
  '@adonisjs/tsconfig',
  '@japa/api-client',
  '@japa/browser-client',
  '@japa/plugin-adonisjs',
  '@japa/runner',
  '@poppinss/ts-exec',
  '@types/luxon',
  '@types/node',
  '@vinejs/vine',
  'better-sqlite3',
  'edge.js',
  'luxon',
  'playwright',
  'prettier',
  'reflect-metadata',
  'typescript',
]

let template: Promise<string> | undefined

/**
 * The folder with what all fresh applications have in common: npm takes longer to
 * install it than to copy it and add to it
 */
export function provideTemplate(): Promise<string> {
  template ??= createTemplate()
  return template
}

/**
 * The tarball is made from build/ as it is
 */
async function createTemplate(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'guest-user-install-'))
  process.once('exit', () => removeFolder(folder))
  await cp(join(ROOT, 'tests/install/app'), folder, { recursive: true })

  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', ROOT], { cwd: folder })
  const [{ filename }] = Object.values(JSON.parse(stdout)) as { filename: string }[]
  await install(folder, [`./${filename}`, ...(await withVersions(DEPENDENCIES))])
  return folder
}

/**
 * An application like the other, whose packages take no room of their own: npm puts
 * new files in their place and changes none, but for its list of them
 */
export async function cloneApp(source: string, folder: string) {
  const isCopied = (path: string) => path !== join(source, 'node_modules')
  await cp(source, folder, { recursive: true, filter: isCopied })
  await linkFolder(join(source, 'node_modules'), join(folder, 'node_modules'))

  const list = 'node_modules/.package-lock.json'
  await rm(join(folder, list))
  await copyFile(join(source, list), join(folder, list))
}

async function linkFolder(source: string, folder: string) {
  await mkdir(folder)
  for (const entry of await readdir(source, { withFileTypes: true })) {
    const [from, to] = [join(source, entry.name), join(folder, entry.name)]
    if (entry.isDirectory()) {
      await linkFolder(from, to)
    } else if (entry.isSymbolicLink()) {
      await symlink(await readlink(from), to)
    } else {
      await link(from, to)
    }
  }
}

/**
 * Installs what the template does not have
 */
export async function addPackages(folder: string, names: string[]) {
  const missing = names.filter((name) => !DEPENDENCIES.includes(name))
  if (missing.length) {
    await install(folder, await withVersions(missing))
  }
}

/**
 * The versions that the package itself is developed with
 */
async function withVersions(dependencies: string[]): Promise<string[]> {
  const { devDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf-8'))
  return dependencies.map((name) => `${name}@${devDependencies[name]}`)
}

async function install(folder: string, packages: string[]) {
  await run('npm', ['install', '--prefer-offline', '--no-audit', ...packages], {
    cwd: folder,
    maxBuffer: 1024 ** 3,
  })
}
