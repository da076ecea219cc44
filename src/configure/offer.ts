import { readFile, writeFile } from 'node:fs/promises'
import type { Project, SourceFile } from 'ts-morph'
import type Configure from '@adonisjs/core/commands/configure'

import { callsMethod, parse, type Edit } from './source_file.ts'
import { diffLines, type DiffLine } from './line_diff.ts'
import { readGitState, type GitState } from './git_state.ts'
import type { Choices } from './choices.ts'
import type { Formatter } from './formatter.ts'
import type { OfferName } from './flags.ts'

/**
 * An edit of a file of the application
 */
export interface Offer {
  name: OfferName

  /**
   * Relative to the project
   */
  path: string

  question: string

  /**
   * Methods of which a call, in whichever file, means that it is done already
   */
  doneBy?: string[]

  edit: (file: SourceFile) => Edit

  /**
   * What to do where the edit does not fit the file
   */
  byHand: string
}

const WARNINGS = {
  modified: 'Has changes that are not committed: "git checkout" would undo them as well',
  unknown: 'Not under version control: "git checkout" cannot undo this',
}

/**
 * Makes offers. Each edit is shown before; one that nobody accepts is left to be
 * made by hand
 */
export class Offers {
  #command: Configure
  #project: Project | undefined
  #choices: Choices
  #formatter: Formatter

  /**
   * What Git knew of each file before it was edited
   */
  #states = new Map<string, GitState>()
  #changed = new Set<string>()

  /**
   * Flags that would have accepted what nobody did
   */
  readonly open: OfferName[] = []

  /**
   * What is in the application, through an edit or from before
   */
  readonly done = new Set<OfferName>()

  constructor(
    command: Configure,
    project: Project | undefined,
    choices: Choices,
    formatter: Formatter
  ) {
    this.#command = command
    this.#project = project
    this.#choices = choices
    this.#formatter = formatter
  }

  /**
   * Paths of the edited files that Git brings back as they were
   */
  get changed(): string[] {
    return [...this.#changed].filter((path) => this.#states.get(path) === 'committed')
  }

  async make(offer: Offer) {
    const { app, logger } = this.#command
    const action = logger.action(`update ${offer.path} (--${offer.name})`)
    if (this.#choices.isRefused(offer.name)) {
      action.skipped('Refused by a flag')
      return
    }

    const path = app.makePath(offer.path)
    const text = await readFile(path, 'utf-8').catch(() => null)
    const edit = await this.#prepare(offer, path, text)
    if (edit.outcome === 'done') {
      action.skipped('Nothing to do')
      this.done.add(offer.name)
    } else if (edit.outcome === 'unknown') {
      this.#explain(offer, edit.reason)
    } else {
      await this.#show(offer, diffLines(text!, edit.contents))
      if (await this.#choices.accept(offer.name, offer.question)) {
        // An editor may have saved it while the question waited
        if ((await readFile(path, 'utf-8').catch(() => null)) !== text) {
          this.#explain(offer, 'it has changed in the meantime')
          return
        }
        await writeFile(path, edit.contents)
        action.succeeded()
        this.#changed.add(offer.path)
        this.done.add(offer.name)
      } else if (!this.#choices.isInteractive) {
        this.open.push(offer.name)
      }
    }
  }

  /**
   * The edit as it will be written. What would break the file is not
   */
  async #prepare({ edit, doneBy }: Offer, path: string, text: string | null): Promise<Edit> {
    if (!this.#project) {
      return { outcome: 'unknown', reason: 'to edit it, "@adonisjs/assembler" must be installed' }
    }
    if (doneBy && callsMethod(this.#project, doneBy)) {
      return { outcome: 'done' }
    }
    if (text === null) {
      return { outcome: 'unknown', reason: 'it does not exist' }
    }
    const file = parse(this.#project, path, text)
    if (!file) {
      return { outcome: 'unknown', reason: 'it has syntax errors' }
    }
    const result = edit(file)
    if (result.outcome !== 'changed') {
      return result
    }
    const contents = await this.#formatIf(path, text, result.contents)
    return parse(this.#project, path, contents)
      ? { outcome: 'changed', contents }
      : { outcome: 'unknown', reason: 'the edit does not fit it' }
  }

  /**
   * A file that does not look as Prettier has it stays so
   */
  async #formatIf(path: string, before: string, after: string): Promise<string> {
    const wasFormatted = (await this.#formatter.format(path, before)) === before
    return wasFormatted ? this.#formatter.format(path, after) : after
  }

  async #show({ path, name }: Offer, lines: DiffLine[]) {
    const { app, logger, colors } = this.#command
    const state = this.#states.get(path) ?? (await readGitState(app, path))
    this.#states.set(path, state)

    logger.log('')
    logger.log(`${colors.bold(path)} ${colors.dim(`--${name}`)}`)
    if (state !== 'committed' && this.#choices.isOpen(name)) {
      logger.log(colors.yellow(`  ${WARNINGS[state]}`))
    }
    for (const { kind, text } of lines) {
      switch (kind) {
        case 'added':
          logger.log(colors.green(`  + ${text}`))
          break
        case 'removed':
          logger.log(colors.red(`  - ${text}`))
          break
        case 'same':
          logger.log(colors.dim(`    ${text}`))
          break
        case 'gap':
          logger.log(colors.dim('    …'))
      }
    }
  }

  #explain({ path, byHand }: Offer, reason: string) {
    const { logger, colors } = this.#command
    logger.log('')
    logger.warning(`"${path}" is left as it is: ${reason}. Do it by hand:`)
    for (const line of byHand.split('\n')) {
      logger.log(`  ${colors.cyan(line)}`)
    }
  }
}
