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
         * SQLite leaves foreign keys unchecked unless told otherwise. WAL lets
         * a cleanup in another process write while pages are read
         */
        afterCreate(connection, done) {
          connection.pragma('foreign_keys = ON')
          connection.pragma('journal_mode = WAL')
          done(null, connection)
        },
      },
    },
  },
})
