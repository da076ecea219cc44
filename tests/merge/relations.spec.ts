import { test } from '@japa/runner'
import { BaseModel, column } from '@adonisjs/lucid/orm'

import { ANN, becomeGuest, createShop, listOwners, preparing } from '../app/shop_app.ts'

class Game extends BaseModel {
  @column({ isPrimary: true }) declare id: number

  /**
   * Lucid's naming strategy makes `player_1_id` of it
   */
  @column() declare player1Id: number
}

class Letter extends BaseModel {
  @column({ isPrimary: true }) declare id: number
  @column() declare sender: string | null
}

test.group('Relations that no rows can have', () => {
  test('do not stand in the way: {name}')
    .with([
      {
        name: 'a column that does not exist',
        relate: (User: any) =>
          User.$addRelation('games', 'hasMany', () => Game, { foreignKey: 'player1Id' }),
      },
      {
        name: 'a property that does not exist',
        relate: (User: any) =>
          User.$addRelation('games', 'hasMany', () => Game, { foreignKey: 'playerId' }),
      },
      {
        name: 'a model that cannot be loaded',
        relate: (User: any) => User.$addRelation('games', 'hasMany', () => undefined, {}),
      },
      {
        name: 'a pivot table that does not exist',
        relate: (User: any) =>
          User.$addRelation('games', 'manyToMany', () => Game, { pivotTable: 'game_user' }),
      },
      {
        name: 'a key of the users that does not exist',
        relate: (User: any) => {
          User.$addColumn('nickname', {})
          User.$addRelation('games', 'hasMany', () => Game, {
            foreignKey: 'id',
            localKey: 'nickname',
          })
        },
      },
    ])
    .run(async ({ assert, cleanup }, { relate }) => {
      const { app, ann } = await createShop(
        preparing(async ({ db, User }) => {
          await db.connection().schema.createTable('games', (table) => {
            table.increments('id')
            table.integer('player1_id').unsigned().references('id').inTable('users')
          })
          relate(User)
        })
      )
      cleanup(() => app.close())
      const { visitor, id } = await becomeGuest(app)
      await app.db.table('notes').insert({ user_id: id, body: 'one' })
      await app.db.table('games').insert({ player1_id: id })

      const response = await visitor.post('/login', ANN)
      assert.equal(response.status, 200, response.text)
      assert.deepEqual(await listOwners(app, 'notes'), [ann.id])
      const [game] = await app.db.from('games')
      assert.equal(game.player1_id, ann.id)
      assert.equal(await app.count('guests'), 0)
    })
})

test.group('An entry of "transfer" that no rows can have', () => {
  test('is refused, and locks nobody out', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop({
      guestUser: { transfer: [{ model: async () => Game, foreignKey: 'player1Id' }] },
    })
    cleanup(() => app.close())
    const { visitor, id, name } = await becomeGuest(app)
    assert.equal((await visitor.post('/login', ANN)).json().id, ann.id)
    assert.equal((await visitor.get('/previous')).json().name, name)
    await assert.rejects(
      () => app.guestUsers.merge(id, ann),
      /"transfer" names "Game", but there is no table "games"/
    )
  })
})

test.group('Rows that reference something else than the primary key', () => {
  async function createLetters(transfer: unknown[] = []) {
    const shop = await createShop({
      guestUser: { transfer } as never,
      ...preparing(async (parts) => {
        await parts.db.connection().schema.alterTable('users', (table) => {
          table.string('handle', 50).nullable().unique()
        })
        await parts.db.connection().schema.createTable('letters', (table) => {
          table.increments('id')
          table.string('sender', 50).nullable()
          table.foreign('sender').references('handle').inTable('users').onDelete('CASCADE')
        })
      }),
    })
    const guest: any = await shop.app.guestUsers.create()
    const setHandle = (user: any, handle: string | null) =>
      shop.app.db.from('users').where('id', user.id).update({ handle })
    const listSenders = async () => {
      const letters = await shop.app.db.from('letters').orderBy('id')
      return letters.map((letter) => letter.sender)
    }
    return { ...shop, guest, setHandle, listSenders }
  }

  test('those of nobody stay as they are when the guest has no such value: {name}')
    .with([
      { name: 'moving', transfer: [] },
      {
        name: 'discarding',
        transfer: [{ model: async () => Letter, foreignKey: 'sender', discard: true }],
      },
    ])
    .run(async ({ assert, cleanup }, { transfer }) => {
      const { app, ann, guest, setHandle, listSenders } = await createLetters(transfer)
      cleanup(() => app.close())
      await setHandle(ann, 'ann')
      await app.db.table('letters').insert({ sender: null })
      await app.guestUsers.merge(guest, ann)
      assert.deepEqual(await listSenders(), [null])
      assert.equal(await app.count('guests'), 0)
    })

  test('fail the merge when the account has no such value', async ({ assert, cleanup }) => {
    const { app, ann, guest, setHandle, listSenders } = await createLetters()
    cleanup(() => app.close())
    await setHandle(guest, 'guest')
    await app.db.table('letters').insert({ sender: 'guest' })
    await assert.rejects(
      () => app.guestUsers.merge(guest, ann),
      /in "(\w+\.)?letters" cannot move: the account has no "handle".* foreignKey: 'sender', discard: true } in "transfer"/
    )
    assert.deepEqual(await listSenders(), ['guest'])

    await setHandle(ann, 'ann')
    await app.guestUsers.merge(guest, ann)
    assert.deepEqual(await listSenders(), ['ann'])
  })
})
