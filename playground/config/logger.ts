import env from '#start/env'
import { defineConfig, syncDestination } from '@adonisjs/core/logger'
import type { InferLoggers } from '@adonisjs/core/types'

const loggerConfig = defineConfig({
  default: 'app',
  loggers: {
    app: {
      enabled: true,
      name: 'margin',
      level: env.get('LOG_LEVEL'),

      /**
       * Written at once and fit to be read: this is a demo, not a service
       */
      destination: await syncDestination({ ignore: 'pid,hostname' }),
    },
  },
})

export default loggerConfig

declare module '@adonisjs/core/types' {
  export interface LoggersList extends InferLoggers<typeof loggerConfig> {}
}
