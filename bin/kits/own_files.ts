import type { KitCopy } from './kit_copy.ts'

/**
 * A table whose rows belong to users
 */
const NOTES = `import { BaseSchema } from '@adonisjs/lucid/schema'

export default class extends BaseSchema {
  async up() {
    this.schema.createTable('notes', (table) => {
      table.increments('id')
      table.integer('user_id').unsigned().notNullable()
      table.foreign('user_id').references('users.id').onDelete('CASCADE')
      table.string('body').notNullable()
      table.index('user_id')
    })
  }

  async down() {
    this.schema.dropTable('notes')
  }
}
`

/**
 * The kits bring no tests
 */
const TEST = `import { test } from '@japa/runner'
import User from '#models/user'

test('a user has initials', ({ assert }) => {
  const user = new User().fill({ fullName: 'Ada Lovelace', email: 'ada@example.com' })
  assert.equal(user.initials, 'AL')
})
`

/**
 * What an application has that has begun, before the package comes
 */
export async function addOwnFiles(copy: KitCopy) {
  await copy.write('database/migrations/1760000000000_create_notes_table.ts', NOTES)
  await copy.write('tests/unit/user.spec.ts', TEST)
}
