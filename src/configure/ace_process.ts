import { text } from 'node:stream/consumers'
import { once } from 'node:events'
import { access } from 'node:fs/promises'
import { spawn } from 'node:child_process'
import type { ApplicationService } from '@adonisjs/core/types'

/**
 * Runs an Ace command in a process of its own, which starts with what was just
 * configured. It never reads from the terminal
 *
 * @param output `inherit` writes to the terminal, `pipe` returns what it has
 * written
 * @returns null when the application has no `ace.js`
 */
export async function runAce(
  app: ApplicationService,
  args: string[],
  output: 'inherit' | 'pipe'
): Promise<{ exitCode: number; text: string } | null> {
  const script = app.makePath('ace.js')
  const isThere = await access(script).then(
    () => true,
    () => false
  )
  if (!isThere) {
    return null
  }
  const ace = spawn(process.execPath, [script, ...args], {
    cwd: app.makePath(),
    stdio: ['ignore', output, output],
  })
  const [out, error, [exitCode]] = await Promise.all([
    ace.stdout ? text(ace.stdout) : '',
    ace.stderr ? text(ace.stderr) : '',
    once(ace, 'exit'),
  ])
  return { exitCode: exitCode ?? 1, text: out + error }
}
