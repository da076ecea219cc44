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

      table.timestamp('created_at').notNullable().defaultTo(this.now()).index()
      table.timestamp('last_seen_at').notNullable().defaultTo(this.now()).index()
      table.string('visit_key', 64).nullable().unique()
    })
  }

  async down() {
    this.schema.dropTable(this.tableName)
  }
}
