import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'

/**
 * Fills in what the environment leaves open, so that a fresh clone starts
 * without a .env file
 */
const directory = new URL('../tmp/', import.meta.url)
mkdirSync(directory, { recursive: true })

process.env.NODE_ENV ??= 'development'
process.env.HOST ??= '127.0.0.1'
process.env.PORT ??= '3333'
process.env.LOG_LEVEL ??= 'info'
process.env.SESSION_DRIVER ??= 'cookie'
process.env.PLAYGROUND_DB ??= fileURLToPath(new URL('playground.sqlite3', directory))
process.env.APP_KEY ??= keptKey(new URL('app_key', directory))

/**
 * The key is kept, or every restart would sign all visitors out
 */
function keptKey(file: URL): string {
  if (!existsSync(file)) {
    writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 })
  }
  return readFileSync(file, 'utf8')
}
