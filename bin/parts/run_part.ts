import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn } from 'node:child_process'
import { mkdtemp, readFile } from 'node:fs/promises'

import type { Part } from './parts.ts'
import type { Section } from './transcript.ts'
import { removeFolder } from '../../tests/services/remove_folder.ts'

export interface PartResult {
  name: string
  passed: number
  failed: number
  seconds: number
}

interface TestCounts {
  passed: number
  failed: number
}

/**
 * A part that hangs must not eat the time of the others
 */
const TIME_LIMIT = 20 * 60_000

/**
 * For a process to end when it was asked to, and for its last words to arrive
 */
const PATIENCE = 5000

/**
 * What an interrupted run has to end and to remove
 */
const cleanups = new Set<() => void>()

/**
 * For when the whole run is interrupted
 */
export function stopParts() {
  for (const cleanUp of cleanups) {
    cleanUp()
  }
}

/**
 * Runs a part that prints into a section of the transcript
 */
export async function runPart(
  part: Part,
  section: Section,
  environment: Record<string, string> = {}
): Promise<PartResult> {
  const startedAt = performance.now()
  const folder = await mkdtemp(join(tmpdir(), 'guest-user-counts-'))
  const countsFile = join(folder, 'counts.json')
  const removeCounts = () => removeFolder(folder)
  cleanups.add(removeCounts)

  const print = (text: string) => section.write(`${part.name} ${text}\n`)
  const succeeded = await execute(
    part,
    { ...environment, TEST_COUNTS_FILE: countsFile },
    section,
    print
  )
  const counts = part.isSuite ? await readCounts(countsFile) : { passed: 1, failed: 0 }
  cleanups.delete(removeCounts)
  removeCounts()

  const seconds = (performance.now() - startedAt) / 1000
  return { name: part.name, ...judge(part, counts, succeeded, print), seconds }
}

/**
 * The part is the leader of a process group, so that whatever it started ends
 * with it
 */
function execute(
  part: Part,
  environment: Record<string, string>,
  section: Section,
  print: (text: string) => void
): Promise<boolean> {
  const [program, ...args] = part.command
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...part.environment, ...environment },
    detached: true,
  })
  const stopGroup = (signal: NodeJS.Signals) => {
    try {
      process.kill(-child.pid!, signal)
    } catch {
      // Everything in the group has ended already
    }
  }
  const kill = () => stopGroup('SIGKILL')
  cleanups.add(kill)
  child.stdout.on('data', section.write)
  child.stderr.on('data', section.write)

  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      print(`took more than ${TIME_LIMIT / 60_000} minutes and was stopped`)
      stopGroup('SIGTERM')
      setTimeout(kill, PATIENCE).unref()
    }, TIME_LIMIT)

    const finish = (succeeded: boolean) => {
      clearTimeout(timer)
      cleanups.delete(kill)
      resolve(succeeded)
    }
    child.once('error', (error) => {
      print(`could not be started: ${error.message}`)
      finish(false)
    })
    child.once('exit', () => {
      kill()
      setTimeout(() => {
        child.stdout.destroy()
        child.stderr.destroy()
      }, PATIENCE).unref()
    })
    child.once('close', (code) => finish(code === 0))
  })
}

async function readCounts(file: string): Promise<TestCounts | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    return undefined
  }
}

/**
 * No news is bad news: a suite that does not tell, that ran no tests, or that
 * ends with an error outside its tests has failed once
 */
function judge(
  part: Part,
  counts: TestCounts | undefined,
  succeeded: boolean,
  print: (text: string) => void
): TestCounts {
  if (!part.isSuite) {
    return succeeded ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
  }
  if (!counts) {
    print('ended before its tests did')
    return { passed: 0, failed: 1 }
  }
  if (counts.passed + counts.failed === 0) {
    print('has no tests')
    return { passed: 0, failed: 1 }
  }
  return succeeded ? counts : { ...counts, failed: Math.max(counts.failed, 1) }
}
