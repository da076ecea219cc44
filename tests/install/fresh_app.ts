import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { once } from 'node:events'
import { execFile, spawn } from 'node:child_process'
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
  writeFile,
} from 'node:fs/promises'

import { findFreePort } from '../services/tcp.ts'
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
  'reflect-metadata',
  'typescript',
]

let template: Promise<string> | undefined

/**
 * The folder with what all fresh applications have in common: npm takes longer to
 * install it than to copy it and add to it
 */
function provideTemplate(): Promise<string> {
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
async function cloneApp(source: string, folder: string) {
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

/**
 * An application like the official hypermedia starter kit in a folder of its
 * own, with the packed package installed by npm
 */
export class FreshApp {
  /**
   * What the server has printed since it was started
   */
  log = ''

  private constructor(
    readonly folder: string,
    readonly environment: NodeJS.ProcessEnv
  ) {}

  /**
   * @param more dependencies
   */
  static async create(more: string[] = []): Promise<FreshApp> {
    const folder = await mkdtemp(join(tmpdir(), 'guest-user-install-'))
    await cloneApp(await provideTemplate(), folder)
    if (more.length) {
      await install(folder, await withVersions(more))
    }

    const port = await findFreePort()
    const variables = {
      NODE_ENV: 'development',
      HOST: '127.0.0.1',
      PORT: String(port),
      APP_KEY: 'a-key-for-tests-that-is-long-enough',
    }
    await writeFile(
      join(folder, '.env'),
      Object.entries(variables)
        .map(([name, value]) => `${name}=${value}\n`)
        .join('')
    )

    return new FreshApp(folder, { ...process.env, ...variables, NO_COLOR: '1' })
  }

  get url() {
    return `http://127.0.0.1:${this.environment.PORT}`
  }

  /**
   * Runs `node ace …`
   */
  async ace(...args: string[]) {
    try {
      const { stdout, stderr } = await run(process.execPath, ['ace.js', ...args], {
        cwd: this.folder,
        env: this.environment,
      })
      return { exitCode: 0, output: stdout + stderr }
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
      return { exitCode: code, output: stdout + stderr }
    }
  }

  /**
   * @returns what the compiler complains about
   */
  async typecheck(...flags: string[]): Promise<string> {
    const compiler = join(this.folder, 'node_modules/typescript/bin/tsc')
    const options = { cwd: this.folder }
    return run(process.execPath, [compiler, '--noEmit', ...flags], options).then(
      ({ stdout }) => stdout,
      (error) => error.stdout
    )
  }

  /**
   * Starts the server and waits until it listens
   *
   * @returns what stops it
   */
  async serve(): Promise<() => Promise<void>> {
    const server = spawn(process.execPath, ['--import=@poppinss/ts-exec', 'bin/server.ts'], {
      cwd: this.folder,
      env: this.environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.log = ''
    await new Promise<void>((resolve) => {
      server.stdout.setEncoding('utf-8').on('data', (chunk) => {
        this.log += chunk
        if (this.log.includes('started HTTP server')) {
          resolve()
        }
      })
      server.once('close', resolve)
    })
    if (server.exitCode !== null) {
      throw new Error(`The server did not start:\n${this.log}`)
    }

    return async () => {
      server.kill('SIGTERM')
      await once(server, 'exit')
    }
  }

  async write(path: string, contents: string) {
    await mkdir(dirname(join(this.folder, path)), { recursive: true })
    await writeFile(join(this.folder, path), contents)
  }

  read(path: string) {
    return readFile(join(this.folder, path), 'utf-8')
  }

  async edit(path: string, change: (contents: string) => string) {
    await this.write(path, change(await this.read(path)))
  }

  /**
   * The application's own files with their contents
   */
  async snapshot(): Promise<Record<string, string>> {
    const entries = await readdir(this.folder, { recursive: true, withFileTypes: true })
    const files = entries
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
      .map((entry) => join(entry.parentPath, entry.name).slice(this.folder.length + 1))
      .filter((file) => file.endsWith('.ts'))
      .sort()
    const contents = await Promise.all(files.map((file) => this.read(file)))
    return Object.fromEntries(files.map((file, index) => [file, contents[index]]))
  }

  async removeFile(path: string) {
    await rm(join(this.folder, path), { recursive: true })
  }

  async remove() {
    await rm(this.folder, { recursive: true, force: true })
  }
}
