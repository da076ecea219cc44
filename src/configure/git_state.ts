import { promisify } from 'node:util'
import { execFile } from 'node:child_process'
import type { ApplicationService } from '@adonisjs/core/types'

const run = promisify(execFile)

/**
 * - committed: `git checkout` brings the file back
 * - modified: it would take other changes along
 * - unknown: Git does not have the file, or there is no Git
 */
export type GitState = 'committed' | 'modified' | 'unknown'

export async function readGitState(app: ApplicationService, path: string): Promise<GitState> {
  const options = { cwd: app.makePath() }
  try {
    await run('git', ['ls-files', '--error-unmatch', path], options)
    const { stdout } = await run('git', ['status', '--porcelain', '--', path], options)
    return stdout === '' ? 'committed' : 'modified'
  } catch {
    return 'unknown'
  }
}
