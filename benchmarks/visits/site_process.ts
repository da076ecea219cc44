import { once } from 'node:events'
import type { Profiler } from 'node:inspector'
import { fork, type ChildProcess } from 'node:child_process'

import { findFreePort } from '../../tests/services/tcp.ts'
import type { BenchmarkSite } from './site.ts'

/**
 * What a process has used since it was started. Processor times are in microseconds
 */
export interface Meter {
  cpu: NodeJS.CpuUsage
  memory: NodeJS.MemoryUsage
}

/**
 * One contender's server
 */
export class SiteProcess {
  #child: ChildProcess

  private constructor(
    child: ChildProcess,
    readonly port: number
  ) {
    this.#child = child
  }

  static async start(site: BenchmarkSite, contender: string): Promise<SiteProcess> {
    const port = await findFreePort()
    const file = contender === 'better-auth-alone' ? 'better_auth_server' : 'server'
    const child = fork(`bin/${file}.js`, {
      cwd: site.folder,
      env: { ...site.environment, PORT: String(port), CONTENDER: contender, LOG_LEVEL: 'warn' },
      execArgv: ['--expose-gc', ...(process.env.SITE_FLAGS?.split(' ') ?? [])],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const server = new SiteProcess(child, port)
    await server.#receive((message) => 'isAdonisJS' in message || 'isReady' in message)
    return server
  }

  /**
   * After a garbage collection
   */
  async meter(): Promise<Meter> {
    return this.#ask<Meter>('meter', 'cpu')
  }

  /**
   * What the process does while a load runs
   */
  async profile<Load>(run: () => Promise<Load>) {
    await this.#ask('profile', 'isProfiled')
    const load = await run()
    const { profile } = await this.#ask<{ profile: Profiler.Profile }>('end of profile', 'profile')
    return { load, profile }
  }

  async #ask<Answer>(question: string, key: string): Promise<Answer> {
    const answer = this.#receive((message) => key in message)
    this.#child.send(question)
    return (await answer) as Answer
  }

  async stop() {
    const ended = once(this.#child, 'exit')
    this.#child.disconnect()
    await ended
  }

  #receive(isExpected: (message: object) => boolean): Promise<object> {
    return new Promise((resolve, reject) => {
      const child = this.#child
      const fail = () => reject(new Error('A server of the benchmark has ended'))
      // The framework also says "ready"
      const look = (message: unknown) => {
        if (typeof message === 'object' && message !== null && isExpected(message)) {
          child.off('message', look)
          child.off('exit', fail)
          resolve(message)
        }
      }
      child.on('message', look)
      child.once('exit', fail)
    })
  }
}
