/**
 * What one part prints
 */
export interface Section {
  write(text: string | Buffer): void

  /**
   * The part prints nothing more
   */
  end(): void
}

/**
 * Prints as if the parts ran one after the other: the oldest section at once, the
 * others when it is their turn
 */
export class Transcript {
  #sections: { printed: (string | Buffer)[]; isOver: boolean }[] = []

  open(): Section {
    const section = { printed: [] as (string | Buffer)[], isOver: false }
    this.#sections.push(section)
    return {
      write: (text) => {
        section.printed.push(text)
        this.#goOn()
      },
      end: () => {
        section.isOver = true
        this.#goOn()
      },
    }
  }

  /**
   * Prints all there is, for when nobody waits any longer
   */
  flush() {
    for (const section of this.#sections) {
      section.isOver = true
    }
    this.#goOn()
  }

  #goOn() {
    while (this.#sections.length) {
      const [{ printed, isOver }] = this.#sections
      for (const text of printed.splice(0)) {
        process.stdout.write(text)
      }
      if (!isOver) {
        return
      }
      this.#sections.shift()
    }
  }
}
