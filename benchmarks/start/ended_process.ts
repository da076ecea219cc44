import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { pathToFileURL } from 'node:url'
import { mkdtemp, readFile, rm } from 'node:fs/promises'

import type { BenchmarkSite } from '../visits/site.ts'

const OWN = '/node_modules/adonisjs-guest-user/'
const RECORDER = join(import.meta.dirname, '../../tests/app/record_modules.ts')
const TIMER = join(import.meta.dirname, 'processor_time.js')

type Work = (site: BenchmarkSite) => Promise<unknown>

/**
 * Files that a process has loaded
 */
export interface LoadedModules {
  /**
   * Of this package, such as "build/index.js"
   */
  own: string[]

  /**
   * Of the framework and other packages
   */
  others: string[]
}

/**
 * @param work runs a process of the site until it ends
 */
export async function listModules(site: BenchmarkSite, work: Work): Promise<LoadedModules> {
  const text = await readAfter(site, work, RECORDER, 'MODULES')
  const urls = text.split('\n').filter((url) => url.includes('/node_modules/'))
  return {
    own: urls.filter((url) => url.includes(OWN)).map((url) => url.split(OWN)[1]),
    others: urls.filter((url) => !url.includes(OWN)),
  }
}

/**
 * @returns milliseconds
 */
export async function readProcessorTime(site: BenchmarkSite, work: Work): Promise<number> {
  const usage = JSON.parse(await readAfter(site, work, TIMER, 'PROCESSOR_TIME'))
  return toMilliseconds(usage)
}

export function toMilliseconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000
}

/**
 * What the process writes with the help of a module that it loads first
 */
async function readAfter(site: BenchmarkSite, work: Work, helper: string, variable: string) {
  const folder = await mkdtemp(join(tmpdir(), 'guest-user-process-'))
  const file = join(folder, 'result')
  try {
    const options = `--import=${pathToFileURL(helper)}`
    await work(site.with({ NODE_OPTIONS: options, [variable]: file }))
    return await readFile(file, 'utf-8')
  } finally {
    await rm(folder, { recursive: true })
  }
}
