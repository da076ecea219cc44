import { prettyPrintError } from '@adonisjs/core'

import { ignitor } from './ignitor.ts'

ignitor
  .ace()
  .handle(process.argv.slice(2))
  .catch((error) => {
    process.exitCode = 1
    prettyPrintError(error)
  })
