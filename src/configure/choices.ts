import type Configure from '@adonisjs/core/commands/configure'

import type { ConfigureFlags, OfferName } from './flags.ts'

/**
 * Who decides: the flags, then whoever sits at the terminal
 */
export class Choices {
  #prompt: Configure['prompt']
  #flags: ConfigureFlags

  /**
   * Without a terminal, nothing is ever asked
   */
  readonly isInteractive: boolean

  constructor(command: Pick<Configure, 'prompt'>, flags: ConfigureFlags, terminal = hasTerminal()) {
    this.#prompt = command.prompt
    this.#flags = flags
    this.isInteractive = terminal && !flags.yes
  }

  isRefused(offer: OfferName): boolean {
    return this.#flags.offers[offer] === false
  }

  /**
   * Whether anybody can accept
   */
  isOpen(offer: OfferName): boolean {
    return this.isInteractive || (this.#flags.offers[offer] ?? this.#flags.yes)
  }

  accept(offer: OfferName, question: string): Promise<boolean> | boolean {
    const answer = this.#flags.offers[offer]
    if (answer !== undefined || this.#flags.yes) {
      return answer ?? true
    }
    return this.isInteractive && this.#prompt.confirm(question, { default: true })
  }

  /**
   * @returns the default without a terminal
   */
  async ask(question: string, standard: string): Promise<string> {
    return this.isInteractive ? this.#prompt.ask(question, { default: standard }) : standard
  }

  /**
   * @returns the first without a terminal
   */
  async choose(question: string, values: string[]): Promise<string> {
    return this.isInteractive ? this.#prompt.choice(question, values) : values[0]
  }
}

function hasTerminal(): boolean {
  return Boolean(process.stdin.isTTY && process.stdout.isTTY) && !process.env.CI
}
