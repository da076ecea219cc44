import { test } from '@japa/runner'
import { BaseModel } from '@adonisjs/lucid/orm'
import type { BelongsTo, HasMany, HasOne, ManyToMany } from '@adonisjs/lucid/types/relations'

import type { ModelQueryBuilderContract } from '@adonisjs/lucid/types/model'
import { defineConfig } from '../../index.ts'
import type { GuestUserConfig } from '../../src/types.ts'

class Cart extends BaseModel {
  declare total: number
}
class Note extends BaseModel {}
class Tag extends BaseModel {}
class User extends BaseModel {
  declare email: string
  declare fullName: string | null
  declare age: number
  declare cart: HasOne<typeof Cart>
  declare notes: HasMany<typeof Note>
  declare tags: ManyToMany<typeof Tag>
  declare team: BelongsTo<typeof Tag>
}

type Config = GuestUserConfig<typeof User>
type Entry = NonNullable<Config['transfer']>[number]
type Search = NonNullable<NonNullable<Config['admin']>['search']>[number]
type Keep = NonNullable<NonNullable<Config['cleanup']>['keep']>
type Merge = Parameters<NonNullable<Config['merge']>>[0]

test.group('Types of the configuration', () => {
  test('transfer takes the relations of the user model', ({ expectTypeOf }) => {
    expectTypeOf<'cart'>().toExtend<Entry>()
    expectTypeOf<'notes'>().toExtend<Entry>()
    expectTypeOf<'tags'>().toExtend<Entry>()
    expectTypeOf<'team'>().not.toExtend<Entry>()
    expectTypeOf<'email'>().not.toExtend<Entry>()
    expectTypeOf<{ relation: 'team' }>().not.toExtend<Entry>()
  })

  test('admin.search takes the text columns of the user model', ({ expectTypeOf }) => {
    expectTypeOf<Search>().toEqualTypeOf<'email' | 'fullName'>()
  })

  test('a policy knows the rows it is about', ({ expectTypeOf }) => {
    const entries: Entry[] = [
      {
        relation: 'cart',
        onConflict({ guestRow, accountRow }) {
          expectTypeOf(guestRow).toEqualTypeOf<Cart>()
          expectTypeOf(accountRow.total).toEqualTypeOf<number>()
        },
      },
      { relation: 'notes', discard: true },
      { model: async () => ({ default: Note }), foreignKey: 'userId', onConflict: 'keepGuest' },
    ]
    expectTypeOf(entries).toBeArray()
    // @ts-expect-error there is no such policy
    const wrong: Entry = { relation: 'cart', onConflict: 'keepBoth' }
    expectTypeOf(wrong).not.toBeAny()
    // @ts-expect-error there is no such option
    const misspelt: Entry = { relation: 'cart', onconflict: 'keepGuest' }
    expectTypeOf(misspelt).not.toBeAny()
    // @ts-expect-error a relation knows its key
    const both: Entry = { relation: 'cart', foreignKey: 'userId' }
    expectTypeOf(both).not.toBeAny()
    const config = () =>
      defineConfig({
        userModel: async () => User,
        attributes: ({ username }) => ({ email: username }),
        // @ts-expect-error there is no such option
        transfer: [{ relation: 'cart', discad: true }],
      })
    expectTypeOf(config).toBeFunction()
  })

  test('cleanup.keep queries the users of the model', ({ expectTypeOf }) => {
    expectTypeOf<Parameters<Keep>[0]>().toEqualTypeOf<ModelQueryBuilderContract<typeof User>>()
    const keep: Keep = (query) => query.whereHas('notes', (notes) => void notes.where('id', 1))
    expectTypeOf(keep).toBeFunction()
    // @ts-expect-error there is no such relation
    const wrong: Keep = (query) => query.whereHas('polls')
    expectTypeOf(wrong).toBeFunction()
  })

  test('merge is given users of the model', ({ expectTypeOf }) => {
    expectTypeOf<Merge['guest']>().toEqualTypeOf<User>()
    expectTypeOf<Merge['account']['email']>().toEqualTypeOf<string>()
  })
})
