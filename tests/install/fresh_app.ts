import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { once } from 'node:events'
import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'

import { findFreePort } from '../services/tcp.ts'
import { removeFolder } from '../services/remove_folder.ts'
import { addPackages, cloneApp, provideTemplate } from './app_template.ts'

const run = promisify(execFile)

let configured: Promise<string> | undefined

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
    return FreshApp.#copy(await provideTemplate(), more)
  }

  /**
   * The same after `node ace configure adonisjs-guest-user`
   */
  static async createConfigured(more: string[] = []): Promise<FreshApp> {
    configured ??= FreshApp.#configure()
    return FreshApp.#copy(await configured, more)
  }

  static async #configure(): Promise<string> {
    const app = await FreshApp.create()
    process.once('exit', () => removeFolder(app.folder))
    const { exitCode, output } = await app.ace('configure', 'adonisjs-guest-user')
    if (exitCode !== 0) {
      throw new Error(output)
    }
    return app.folder
  }

  static async #copy(source: string, more: string[]): Promise<FreshApp> {
    const folder = await mkdtemp(join(tmpdir(), 'guest-user-install-'))
    await cloneApp(source, folder)
    await addPackages(folder, more)

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
   * @returns the files that Prettier would write in another way
   */
  async listUnformatted(): Promise<string[]> {
    const files = Object.keys(await this.snapshot())
    const prettier = join(this.folder, 'node_modules/prettier/bin/prettier.cjs')
    const options = { cwd: this.folder }
    return run(process.execPath, [prettier, '--list-different', ...files], options).then(
      () => [],
      (error) => error.stdout.trim().split('\n')
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

  /**
   * Puts the application under version control
   */
  async commit() {
    await this.write('.gitignore', 'node_modules\n')
    const author = ['-c', 'user.name=test', '-c', 'user.email=test@example.com']
    for (const args of [['init'], ['add', '.'], [...author, 'commit', '-m', 'Start']]) {
      await run('git', args, { cwd: this.folder })
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
