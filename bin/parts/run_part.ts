import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn } from 'node:child_process'
import { mkdtemp, readFile } from 'node:fs/promises'

import type { Part } from './parts.ts'
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
 * What an interrupted run has to end and to remove
 */
let stopRunningPart = () => {}
let countsFolder: string | undefined

/**
 * For when the whole run is interrupted
 */
export function stopCurrentPart() {
  stopRunningPart()
  if (countsFolder) {
    removeFolder(countsFolder)
  }
}

/**
 * Runs a part with its output going straight to the terminal
 */
export async function runPart(
  part: Part,
  environment: Record<string, string> = {}
): Promise<PartResult> {
  const startedAt = performance.now()
  countsFolder = await mkdtemp(join(tmpdir(), 'guest-user-counts-'))
  const countsFile = join(countsFolder, 'counts.json')

  const succeeded = await execute(part, { ...environment, TEST_COUNTS_FILE: countsFile })
  const counts = part.isSuite ? await readCounts(countsFile) : { passed: 1, failed: 0 }
  removeFolder(countsFolder)

  const seconds = (performance.now() - startedAt) / 1000
  return { name: part.name, ...judge(part, counts, succeeded), seconds }
}

/**
 * The part is the leader of a process group, so that whatever it started ends
 * with it
 */
function execute(part: Part, environment: Record<string, string>): Promise<boolean> {
  const [program, ...args] = part.command
  const child = spawn(program, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
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
  stopRunningPart = () => stopGroup('SIGKILL')

  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      console.error(`${part.name} took more than ${TIME_LIMIT / 60_000} minutes and was stopped`)
      stopGroup('SIGTERM')
      setTimeout(() => stopGroup('SIGKILL'), 5000).unref()
    }, TIME_LIMIT)

    const finish = (succeeded: boolean) => {
      clearTimeout(timer)
      stopRunningPart = () => {}
      resolve(succeeded)
    }
    child.once('error', (error) => {
      console.error(`${part.name} could not be started: ${error.message}`)
      finish(false)
    })
    child.once('exit', (code) => {
      stopGroup('SIGKILL')
      finish(code === 0)
    })
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
function judge(part: Part, counts: TestCounts | undefined, succeeded: boolean): TestCounts {
  if (!part.isSuite) {
    return succeeded ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
  }
  if (!counts) {
    console.error(`${part.name} ended before its tests did`)
    return { passed: 0, failed: 1 }
  }
  if (counts.passed + counts.failed === 0) {
    console.error(`${part.name} has no tests`)
    return { passed: 0, failed: 1 }
  }
  return succeeded ? counts : { ...counts, failed: Math.max(counts.failed, 1) }
}
