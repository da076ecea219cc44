/**
 * better-auth with nothing around it: its own endpoint on a server of Node.js
 */
import { createServer } from 'node:http'
import { toNodeHandler } from 'better-auth/node'

import '#start/meter'
import { auth } from '#start/better_auth'

createServer(toNodeHandler(auth)).listen(Number(process.env.PORT), '127.0.0.1', () => {
  process.send!({ isReady: true })
})
