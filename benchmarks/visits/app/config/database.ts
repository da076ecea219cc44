import { defineConfig } from '@adonisjs/lucid'

/**
 * The benchmark says which database it is
 */
export const connection = JSON.parse(process.env.CONNECTION!)

export default defineConfig({
  connection: 'main',
  connections: {
    main: { ...connection, migrations: { naturalSort: true, paths: ['database/migrations'] } },
  },
})
