import { pathToFileURL } from 'node:url'
import { createRequire } from 'node:module'
import { readFile, writeFile } from 'node:fs/promises'
import type { ApplicationService } from '@adonisjs/core/types'

/**
 * The part of Prettier that is used here
 */
interface Prettier {
  resolveConfig(path: string, options: { editorconfig: boolean }): Promise<object | null>
  getFileInfo(path: string, options: { ignorePath: string }): Promise<{ ignored: boolean }>
  format(text: string, options: object): Promise<string>
}

/**
 * The application's own Prettier, if it has one. AdonisJS's codemods leave out
 * commas and line breaks that the starter kits' ESLint wants
 */
export class Formatter {
  #app: ApplicationService
  #prettier: Prettier | null

  private constructor(app: ApplicationService, prettier: Prettier | null) {
    this.#app = app
    this.#prettier = prettier
  }

  static async load(app: ApplicationService): Promise<Formatter> {
    try {
      const path = createRequire(app.makePath('package.json')).resolve('prettier')
      const { default: prettier } = await import(pathToFileURL(path).href)
      return new Formatter(app, prettier)
    } catch {
      return new Formatter(app, null)
    }
  }

  /**
   * Lets something write into files, and formats those that were formatted
   * before, or did not exist
   */
  async around<Result>(paths: string[], write: () => Promise<Result>): Promise<Result> {
    const before = await Promise.all(paths.map((path) => this.#isFormatted(path)))
    const result = await write()
    for (const [index, path] of paths.entries()) {
      const text = before[index] ? await read(path) : null
      if (text !== null) {
        await writeFile(path, await this.format(path, text))
      }
    }
    return result
  }

  /**
   * @returns the text as it is when the application does not format this file
   */
  async format(path: string, text: string): Promise<string> {
    return (await this.#format(path, text)) ?? text
  }

  async #isFormatted(path: string): Promise<boolean> {
    const text = await read(path)
    return text === null || (await this.#format(path, text)) === text
  }

  async #format(path: string, text: string): Promise<string | null> {
    try {
      const config = await this.#prettier?.resolveConfig(path, { editorconfig: true })
      const ignorePath = this.#app.makePath('.prettierignore')
      const info = await this.#prettier?.getFileInfo(path, { ignorePath })
      if (!config || info?.ignored) {
        return null
      }
      return await this.#prettier!.format(text, { ...config, filepath: path })
    } catch {
      return null
    }
  }
}

async function read(path: string): Promise<string | null> {
  return readFile(path, 'utf-8').catch(() => null)
}
