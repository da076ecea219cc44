import { Writable } from 'node:stream'

/**
 * Collects the lines that an application logs
 */
export function collectLog() {
  const lines: Record<string, any>[] = []
  const log = new Writable({
    write(chunk, _, done) {
      for (const line of String(chunk).split('\n').filter(Boolean)) {
        lines.push(JSON.parse(line))
      }
      done()
    },
  })
  return { log, lines }
}
