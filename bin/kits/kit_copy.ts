import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseEnv } from 'node:util'
import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'

import type { Kit } from './kit.ts'

export interface Ran {
  exitCode: number
  output: string
  seconds: number
}

const GIT = ['-c', 'user.name=Walk', '-c', 'user.email=walk@example.com']

/**
 * A copy of a starter kit in a temporary folder, under git
 */
export class KitCopy {
  /**
   * Where the application is: not at the top of a monorepo
   */
  readonly application: string

  private constructor(
    readonly kit: Kit,
    readonly folder: string
  ) {
    this.application = join(folder, kit.application)
  }

  /**
   * @param kits folder with the starter kits, which is only read
   */
  static async make(kit: Kit, kits: string): Promise<KitCopy> {
    const folder = await mkdtemp(join(tmpdir(), `guest-user-kit-${kit.name}-`))
    await cp(join(kits, kit.name), folder, { recursive: true })
    const copy = new KitCopy(kit, folder)
    await copy.git('init', '--quiet')
    await copy.commit('The kit')
    return copy
  }

  /**
   * Runs a command in the folder of the application
   */
  async run(command: string, cwd = this.application, env: NodeJS.ProcessEnv = {}): Promise<Ran> {
    const startedAt = performance.now()
    const child = spawn(command, {
      cwd,
      shell: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1', PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1', ...env },
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf-8').on('data', (chunk) => (output += chunk))
    }
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => resolve(code ?? 1))
    })
    return { exitCode, output, seconds: (performance.now() - startedAt) / 1000 }
  }

  /**
   * @throws when the command fails, with what it has printed
   */
  async succeed(command: string, cwd?: string, env?: NodeJS.ProcessEnv): Promise<Ran> {
    const ran = await this.run(command, cwd, env)
    if (ran.exitCode !== 0) {
      throw new Error(`${command} ended with ${ran.exitCode}:\n${ran.output.slice(-4000)}`)
    }
    return ran
  }

  async environment() {
    return parseEnv(await this.read('.env'))
  }

  read(path: string) {
    return readFile(join(this.application, path), 'utf-8')
  }

  async write(path: string, contents: string) {
    const file = join(this.application, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, contents)
  }

  /**
   * @throws when the text is not there, which is what the walk is to find out
   */
  async replace(path: string, from: string, to: string) {
    const contents = await this.read(path)
    if (!contents.includes(from)) {
      throw new Error(`${path} of ${this.kit.name} does not contain\n${from}`)
    }
    await this.write(
      path,
      contents.replace(from, () => to)
    )
  }

  async commit(message: string) {
    await this.git('add', '--all')
    await this.git('commit', '--quiet', '--allow-empty', `--message=${message}`)
  }

  /**
   * What the last commit has changed
   */
  diffOfLastCommit(...options: string[]): Promise<string> {
    return this.git('diff', ...options, 'HEAD~1', 'HEAD', '--', '.', ':!**/package-lock.json')
  }

  async git(...args: string[]): Promise<string> {
    const quoted = [...GIT, ...args].map((arg) => `'${arg}'`).join(' ')
    const { output } = await this.succeed(`git ${quoted}`, this.folder)
    return output
  }

  remove() {
    return rm(this.folder, { recursive: true, force: true })
  }
}
