import { BaseModel, column } from '@adonisjs/lucid/orm'
import type { Database } from '@adonisjs/lucid/database'

import type { createUserModel } from './user_model.ts'

type UserModel = ReturnType<typeof createUserModel>
type Columns = Parameters<ReturnType<Database['connection']>['schema']['createTable']>[1]
type TableBuilder = Parameters<Columns>[0]

export class Note extends BaseModel {
  @column({ isPrimary: true })
  declare id: number

  @column()
  declare userId: number

  @column()
  declare body: string
}

export class Cart extends BaseModel {
  @column({ isPrimary: true })
  declare id: number

  @column()
  declare userId: number

  @column()
  declare total: number
}

export class Tag extends BaseModel {
  @column({ isPrimary: true })
  declare id: number
}

/**
 * Tables of a shop, and relations of its user model: one cart per user, tags,
 * and likes without a relation
 */
export async function prepareShop({ db, User }: { db: Database; User: UserModel }) {
  const create = (name: string, columns: (table: TableBuilder) => void) =>
    db.connection().schema.createTable(name, columns)
  const addUser = (table: TableBuilder) =>
    table
      .integer('user_id')
      .unsigned()
      .notNullable()
      .references('id')
      .inTable('users')
      .onDelete('CASCADE')

  await create('carts', (table) => {
    table.increments('id')
    addUser(table).unique()
    table.integer('total').notNullable().defaultTo(0)
  })
  await create('cart_items', (table) => {
    table.increments('id')
    table.integer('cart_id').unsigned().references('id').inTable('carts').onDelete('CASCADE')
    table.string('name')
  })
  await create('tags', (table) => {
    table.increments('id')
  })
  await create('tag_user', (table) => {
    addUser(table)
    table.integer('tag_id').unsigned().references('id').inTable('tags').onDelete('CASCADE')
  })
  await create('likes', (table) => {
    addUser(table)
    table.integer('post_id').unsigned().notNullable()
    table.integer('stars').nullable()
    table.timestamp('created_at').nullable()
    table.primary(['user_id', 'post_id'])
  })
  await create('orders', (table) => {
    table.increments('id')
    table.integer('user_id').unsigned().nullable()
    table.foreign('user_id').references('id').inTable('users').onDelete('SET NULL')
  })
  await create('auth_access_tokens', (table) => {
    table.increments('id')
    table
      .integer('tokenable_id')
      .unsigned()
      .notNullable()
      .references('id')
      .inTable('users')
      .onDelete('CASCADE')
  })

  User.$addRelation('notes', 'hasMany', () => Note, {})
  User.$addRelation('cart', 'hasOne', () => Cart, {})
  User.$addRelation('tags', 'manyToMany', () => Tag, { pivotTable: 'tag_user' })
  User.$addRelation('firstNote', 'hasOne', () => Note, { onQuery: () => {} })
  User.$addRelation('manager', 'belongsTo', () => User, { foreignKey: 'id' })
}
