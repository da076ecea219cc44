import { Writable } from 'node:stream'

/**
 * Keeps what the application logs
 */
export class Log extends Writable {
  text = ''

  get lines(): { msg: string; [key: string]: unknown }[] {
    return this.text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  }

  override _write(chunk: Buffer, _: string, done: () => void) {
    this.text += chunk
    done()
  }
}
