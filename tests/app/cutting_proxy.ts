import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

import type { TestDatabase } from './test_database.ts'

/**
 * `before`: COMMIT never arrives. `after`: it does, but its answer is lost
 */
type Cut = 'before' | 'after'

/**
 * What commits: a statement outside of a transaction as well, as that of a first
 * visit on PostgreSQL
 */
const COMMITS = ['COMMIT;', 'with "adonisjs_guest_user_']

/**
 * Stands between the application and PostgreSQL or MariaDB, and cuts a connection
 * when a COMMIT passes
 */
export class CuttingProxy {
  #server: Server
  #target: { host: string; port: number }
  #sockets = new Set<Socket>()

  /**
   * Decides what becomes of each COMMIT
   */
  onCommit: () => Cut | undefined = () => undefined

  /**
   * Whether the database is gone after the next cut
   */
  staysDown = false

  private constructor(server: Server, target: { host: string; port: number }) {
    this.#server = server
    this.#target = target
    server.on('connection', (client) => this.#connect(client))
  }

  /**
   * @returns the proxy, and the database as the application reaches it
   */
  static async start(database: TestDatabase): Promise<{ proxy: CuttingProxy } & TestDatabase> {
    const direct = database.connection.connection as { host: string; port: number }
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const proxy = new CuttingProxy(server, direct)
    return {
      proxy,
      connection: {
        ...database.connection,
        connection: { ...direct, host: '127.0.0.1', port },
      },
      async drop() {
        proxy.#sockets.forEach((socket) => socket.destroy())
        server.close()
        await database.drop()
      },
    }
  }

  /**
   * Cuts at the next COMMIT only
   */
  cutNext(cut: Cut) {
    this.onCommit = () => {
      this.onCommit = () => undefined
      return cut
    }
  }

  #connect(client: Socket) {
    const server = connect(this.#target.port, this.#target.host)
    let isCut = false
    const close = () => {
      client.destroy()
      server.destroy()
    }
    for (const socket of [client, server]) {
      this.#sockets.add(socket)
      socket.on('error', close)
      socket.on('close', () => {
        this.#sockets.delete(socket)
        close()
      })
    }

    client.on('data', (bytes) => {
      const isCommit = COMMITS.some((words) => bytes.includes(words))
      const cut = isCommit ? this.onCommit() : undefined
      isCut ||= cut !== undefined
      if (cut === 'before') {
        return this.#cut(close)
      }
      server.write(bytes)
    })
    server.on('data', (bytes) => {
      // By now, the database has done what it was asked for
      if (isCut) {
        return this.#cut(close)
      }
      client.write(bytes)
    })
  }

  #cut(close: () => void) {
    close()
    if (this.staysDown) {
      this.#server.close()
      this.#sockets.forEach((socket) => socket.destroy())
    }
  }
}
