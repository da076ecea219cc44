import { join } from 'node:path'
import { promisify } from 'node:util'
import { execFile } from 'node:child_process'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../..')

/**
 * Builds and packs the package, as npm would publish it
 *
 * @returns the tarball
 */
export async function packPackage(folder: string): Promise<string> {
  await run('npm', ['run', 'build'], { cwd: ROOT })
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', ROOT], { cwd: folder })
  const [{ filename }] = Object.values(JSON.parse(stdout)) as { filename: string }[]
  return join(folder, filename)
}
