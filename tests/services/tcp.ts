import { randomInt } from 'node:crypto'
import { connect, createServer } from 'node:net'

/**
 * Does anything answer on this port within a second?
 */
export function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1000 })
    const finish = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => finish(true))
    socket.once('timeout', () => finish(false))
    socket.once('error', () => finish(false))
  })
}

/**
 * Below the ports that the system gives to whoever does not ask for one: those of
 * the servers and connections of other tests, which come and go
 */
const PORTS = { from: 10_000, below: 32_768 }

/**
 * A port of 127.0.0.1 that nothing listens on
 */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(PORTS.from, PORTS.below)
    if (await isFree(port)) {
      return port
    }
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
