import { on, once } from 'node:events'
import { fork, type ChildProcess } from 'node:child_process'

const TIMEOUT = 20_000

/**
 * Cleans up in another process, again and again
 *
 * @returns functions that run it beside others, stop it and return the number of deleted
 * guests, and kill it
 */
export async function startCleanupLoop(options: { connection: unknown; batchSize: number }) {
  const file = new URL('cleanup_loop_app.ts', import.meta.url)
  const child = fork(file, [JSON.stringify(options)], {
    execArgv: ['--import=@poppinss/ts-exec'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  await waitFor(child, 'ready')

  return {
    /**
     * It has deleted one batch when the others start, and goes on when the first of them
     * is done: so both have a share, however busy the machine is
     */
    async race<Result>(start: () => Promise<Result>[]) {
      const told = waitFor(child, 'cleaning')
      child.send('go')
      await told
      const others = start()
      await Promise.any(others)
      child.send('go on')
      return Promise.allSettled(others)
    },
    async stop(): Promise<number> {
      const told = waitFor(child, 'stopped')
      child.send('stop')
      const { deleted } = await told
      await once(child, 'exit')
      return deleted
    },
    end: () => void (child.exitCode === null && child.kill('SIGKILL')),
  }
}

/**
 * Skips the messages that the framework sends
 */
async function waitFor(child: ChildProcess, word: string): Promise<{ deleted: number }> {
  for await (const [message] of on(child, 'message', { signal: AbortSignal.timeout(TIMEOUT) })) {
    if (message.loop === word) {
      return message
    }
  }
  throw new Error(`The loop never said "${word}"`)
}
