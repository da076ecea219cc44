import type { Database } from '@adonisjs/lucid/database'

import type { UserKey } from './user_model.ts'

type Columns = Parameters<ReturnType<Database['connection']>['schema']['createTable']>[1]
type TableBuilder = Parameters<Columns>[0]

function addForeignKey(table: TableBuilder, name: string, key: UserKey) {
  switch (key) {
    case 'increments':
      return table.integer(name).unsigned()
    case 'bigIncrements':
      return table.bigInteger(name).unsigned()
    case 'uuid':
      return table.uuid(name)
    case 'string':
      return table.string(name, 20)
  }
}

/**
 * Creates a table of the application
 */
export function createTable(database: Database, name: string, columns: Columns) {
  return database.connection().schema.createTable(name, columns)
}

/**
 * Creates the users table of an application like the starter kits
 */
export async function createUsersTable(database: Database, key: UserKey) {
  await database.connection().schema.createTable('users', (table) => {
    if (key === 'uuid') table.uuid('id').primary()
    else if (key === 'string') table.string('id', 20).primary()
    else table[key]('id')
    table.string('full_name').nullable()
    table.string('email', 254).notNullable().unique()
    table.string('password').notNullable()
  })
}

/**
 * Creates what the migrations of an application would: users, guests, and notes
 * that belong to users
 */
export async function createTables(database: Database, key: UserKey) {
  // A schema builder keeps its statements, so each table needs a new one
  const newSchema = () => database.connection().schema
  const now = () => database.connection().knexRawQuery('CURRENT_TIMESTAMP')
  await createUsersTable(database, key)

  await newSchema().createTable('guests', (table) => {
    addForeignKey(table, 'user_id', key)
      .primary()
      .references('id')
      .inTable('users')
      .onDelete('CASCADE')
    table.timestamp('created_at').notNullable().defaultTo(now())
    table.timestamp('last_seen_at').notNullable().defaultTo(now())
    table.string('visit_key', 64).nullable().unique()
    table.index(['created_at', 'user_id'])
    table.index(['last_seen_at', 'user_id'])
  })

  await newSchema().createTable('notes', (table) => {
    table.increments('id')
    addForeignKey(table, 'user_id', key)
      .notNullable()
      .references('id')
      .inTable('users')
      .onDelete('CASCADE')
      .index()
    table.string('body')
  })
}

/**
 * Those of the starter kits, for access tokens and for remember-me tokens
 */
export async function createTokenTables(db: Database) {
  const create = async (name: string, columns: (table: any) => void) => {
    await db.connection().schema.createTable(name, (table) => {
      table.increments('id')
      table.integer('tokenable_id').notNullable().unsigned()
      table.foreign('tokenable_id').references('id').inTable('users').onDelete('CASCADE')
      table.string('hash').notNullable().unique()
      table.timestamps()
      table.timestamp('expires_at').nullable()
      columns(table)
    })
  }
  await create('remember_me_tokens', () => {})
  await create('auth_access_tokens', (table) => {
    table.string('type').notNullable()
    table.string('name').nullable()
    table.text('abilities').notNullable()
    table.timestamp('last_used_at').nullable()
  })
}
