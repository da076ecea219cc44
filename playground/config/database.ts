import env from '#start/env'
import { defineConfig } from '@adonisjs/lucid'

export default defineConfig({
  connection: 'sqlite',
  connections: {
    sqlite: {
      client: 'better-sqlite3',
      connection: { filename: env.get('PLAYGROUND_DB') },
      useNullAsDefault: true,
      migrations: { paths: ['database/migrations'] },

      /**
       * The models declare their columns themselves
       */
      schemaGeneration: { enabled: false },

      pool: {
        /**
         * WAL lets a cleanup in another process write while pages are read.
         * Foreign keys are checked already: better-sqlite3 turns them on
         */
        afterCreate(connection, done) {
          connection.pragma('journal_mode = WAL')
          done(null, connection)
        },
      },
    },
  },
})
