import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { once } from 'node:events'
import { execFile, spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'

import { findFreePort } from '../services/tcp.ts'

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
    await cp(join(ROOT, 'tests/install/app'), folder, { recursive: true })

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

    const app = new FreshApp(folder, { ...process.env, ...variables, NO_COLOR: '1' })
    await app.#install([...DEPENDENCIES, ...more])
    return app
  }

  get url() {
    return `http://127.0.0.1:${this.environment.PORT}`
  }

  /**
   * The tarball is made from build/ as it is
   */
  async #install(dependencies: string[]) {
    const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', ROOT], {
      cwd: this.folder,
    })
    const [{ filename }] = Object.values(JSON.parse(stdout)) as { filename: string }[]

    const { devDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf-8'))
    const wanted = dependencies.map((name) => `${name}@${devDependencies[name]}`)
    await run('npm', ['install', '--prefer-offline', '--no-audit', `./${filename}`, ...wanted], {
      cwd: this.folder,
      maxBuffer: 1024 ** 3,
    })
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
