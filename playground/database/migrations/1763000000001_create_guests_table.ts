import { BaseSchema } from '@adonisjs/lucid/schema'

export default class extends BaseSchema {
  protected tableName = 'guests'

  async up() {
    this.schema.createTable(this.tableName, (table) => {
      table
        .integer('user_id')
        .unsigned()
        .notNullable()
        .primary()
        .references('id')
        .inTable('users')
        .onDelete('CASCADE')

      table.timestamp('created_at').notNullable().defaultTo(this.now())
      table.timestamp('last_seen_at').notNullable().defaultTo(this.now())
      table.string('visit_key', 64).nullable().unique()

      table.index(['created_at', 'user_id'])
      table.index(['last_seen_at', 'user_id'])
    })
  }

  async down() {
    this.schema.dropTable(this.tableName)
  }
}
