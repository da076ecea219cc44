import type { AddressInfo } from 'node:net'
import { prettyPrintError } from '@adonisjs/core'

import { ignitor } from './ignitor.ts'
import { runPendingMigrations } from './migrations.ts'

ignitor
  .tap((app) => {
    app.booted(() => runPendingMigrations(app))

    app.ready(async () => {
      const server = await app.container.make('server')
      const nodeServer = server.getNodeServer()!

      /**
       * Browsers keep connections open; waiting for them would keep Ctrl+C
       * waiting
       */
      app.terminating(() => nodeServer.closeAllConnections())

      const { address, family, port } = nodeServer.address() as AddressInfo
      const host = family === 'IPv6' ? `[${address}]` : address
      console.log(`\n  Margin is open: http://${host}:${port}  (Ctrl+C closes it)\n`)
    })
  })
  .httpServer()
  .start()
  .catch(async (error) => {
    process.exitCode = 1
    if (error.code === 'EADDRINUSE') {
      const { HOST, PORT } = process.env
      console.error(`\n  Port ${PORT} on ${HOST} is taken. Choose another: PORT=4444 npm start\n`)
    } else {
      await prettyPrintError(error)
    }
    await ignitor.terminate()
  })
