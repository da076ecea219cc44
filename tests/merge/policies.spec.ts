import { test } from '@japa/runner'
import { BaseModel, column } from '@adonisjs/lucid/orm'

import { dialect } from '../app/test_database.ts'
import { Cart } from '../app/shop.ts'
import { createShop, listOwners } from '../app/shop_app.ts'

test.group('What moves, and what stays', () => {
  test('a relation with {policy}')
    .with([
      { policy: 'keepAccount', onConflict: 'keepAccount' as const, total: 3 },
      { policy: 'keepGuest', onConflict: 'keepGuest' as const, total: 5 },
      {
        policy: 'a callback',
        onConflict: async ({ guestRow, accountRow }: { guestRow: Cart; accountRow: Cart }) => {
          accountRow.total += guestRow.total
          await accountRow.save()
        },
        total: 8,
      },
    ])
    .run(async ({ assert, cleanup }, { onConflict, total }) => {
      const { app, ann } = await createShop({
        guestUser: { transfer: [{ relation: 'cart', onConflict }] as never },
      })
      cleanup(() => app.close())
      const guest: any = await app.guestUsers.create()
      await app.db.table('carts').multiInsert([
        { user_id: ann.id, total: 3 },
        { user_id: guest.id, total: 5 },
      ])

      await app.guestUsers.merge(guest, ann)
      const carts = await app.db.from('carts')
      assert.deepEqual(
        carts.map((cart) => [cart.user_id, cart.total]),
        [[ann.id, total]]
      )
    })

  test('rows move as they are when nothing clashes', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop({
      guestUser: { transfer: [{ relation: 'cart', onConflict: 'keepAccount' }] as never },
    })
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    await app.db.table('carts').insert({ user_id: guest.id, total: 5 })
    await app.guestUsers.merge(guest, ann)
    assert.deepEqual(await listOwners(app, 'carts'), [ann.id])
  })

  test('hooks of the model run for rows that are dropped', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop({
      guestUser: { transfer: [{ relation: 'cart', onConflict: 'keepAccount' }] as never },
    })
    const deleted: number[] = []
    Cart.before('delete', (cart) => void deleted.push((cart as Cart).total))
    cleanup(async () => {
      Cart.$hooks.clear('before:delete')
      await app.close()
    })
    const guest: any = await app.guestUsers.create()
    await app.db.table('carts').multiInsert([
      { user_id: ann.id, total: 3 },
      { user_id: guest.id, total: 5 },
    ])
    await app.guestUsers.merge(guest, ann)
    assert.deepEqual(deleted, [5])
  })

  test('a manyToMany stays a set', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop({ guestUser: { transfer: ['tags'] as never } })
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    await app.db.table('tags').multiInsert([{ id: 1 }, { id: 2 }])
    await app.db.table('tag_user').multiInsert([
      { user_id: ann.id, tag_id: 1 },
      { user_id: guest.id, tag_id: 1 },
      { user_id: guest.id, tag_id: 2 },
    ])

    await app.guestUsers.merge(guest, ann)
    const rows = await app.db.from('tag_user').orderBy('tag_id')
    assert.deepEqual(
      rows.map((row) => [row.user_id, row.tag_id]),
      [
        [ann.id, 1],
        [ann.id, 2],
      ]
    )
  })

  test('a model and its foreign key', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop({
      guestUser: {
        transfer: [{ model: async () => Cart, foreignKey: 'userId', onConflict: 'keepGuest' }],
      },
    })
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    await app.db.table('carts').insert({ user_id: guest.id, total: 5 })
    await app.db.table('orders').insert({ user_id: guest.id })

    await app.guestUsers.merge(guest, ann)
    assert.deepEqual(await listOwners(app, 'carts'), [ann.id])
    assert.deepEqual(await listOwners(app, 'orders'), [ann.id], 'whatever is not named moves, too')
  })

  test('one entry leaves the rest as it is', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop({
      guestUser: { transfer: [{ relation: 'cart', onConflict: 'keepAccount' }] as never },
    })
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    await app.db.table('carts').multiInsert([
      { user_id: ann.id, total: 3 },
      { user_id: guest.id, total: 5 },
    ])
    await app.db.table('notes').insert({ user_id: guest.id, body: 'one' })
    await app.db.table('orders').insert({ user_id: guest.id })
    await app.db.table('likes').insert({ user_id: guest.id, post_id: 1 })
    await app.db.table('auth_access_tokens').insert({ tokenable_id: guest.id })

    await app.guestUsers.merge(guest, ann)
    for (const table of ['carts', 'notes', 'orders', 'likes']) {
      assert.deepEqual(await listOwners(app, table), [ann.id], table)
    }
    assert.equal(await app.count('auth_access_tokens'), 0)
  })

  test('naming the tokens does not hand them over', async ({ assert, cleanup }) => {
    class Token extends BaseModel {
      static table = 'auth_access_tokens'
      @column({ isPrimary: true }) declare id: number
      @column() declare tokenableId: number
    }
    const { app, ann } = await createShop({
      guestUser: { transfer: [{ model: async () => Token, foreignKey: 'tokenableId' }] },
    })
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    await app.db.table('auth_access_tokens').insert({ tokenable_id: guest.id })
    await app.guestUsers.merge(guest, ann)
    assert.equal(await app.count('auth_access_tokens'), 0)
  })

  test('many clashes of a table without a model', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop()
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    const likesOf = (user: any) =>
      Array.from({ length: 450 }, (_, index) => ({ user_id: user.id, post_id: index, stars: 1 }))
    await app.db.table('likes').multiInsert(likesOf(ann))
    await app.db.table('likes').multiInsert(likesOf(guest))

    await app.guestUsers.merge(guest, ann)
    assert.deepEqual(await listOwners(app, 'likes'), Array(450).fill(ann.id))
  })

  test('discard drops the rows', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop({
      guestUser: { transfer: [{ relation: 'notes', discard: true }] as never },
    })
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    await app.db.table('notes').insert({ user_id: guest.id, body: 'draft' })
    await app.guestUsers.merge(guest, ann)
    assert.equal(await app.count('notes'), 0)
  })

  test('the merge callback shares the transaction', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop({
      guestUser: {
        async merge({ guest, account, trx }) {
          const carts = await Cart.query({ client: trx }).whereIn('userId', [
            (guest as any).id,
            (account as any).id,
          ])
          const [total, user] = [carts.reduce((sum, cart) => sum + cart.total, 0), account as any]
          await Cart.query({ client: trx })
            .where('userId', (guest as any).id)
            .delete()
          await Cart.query({ client: trx }).where('userId', user.id).update({ total })
          if (total === 666) {
            throw new Error('a broken callback')
          }
        },
      },
    })
    cleanup(() => app.close())
    const guest: any = await app.guestUsers.create()
    await app.db.table('carts').multiInsert([
      { user_id: ann.id, total: 600 },
      { user_id: guest.id, total: 66 },
    ])
    await assert.rejects(() => app.guestUsers.merge(guest, ann), 'a broken callback')
    assert.deepEqual(await listOwners(app, 'carts'), [ann.id, guest.id])

    await app.db.from('carts').where('user_id', guest.id).update({ total: 6 })
    await app.guestUsers.merge(guest, ann)
    const [cart] = await app.db.from('carts')
    assert.equal(cart.total, 606)
  })

  test('a unique key that cannot be foreseen fails the merge', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop()
    cleanup(() => app.close())
    if (dialect === 'mariadb') {
      await app.db.rawQuery('create unique index one_draft on notes (user_id, body(3))')
    } else {
      await app.db.rawQuery("create unique index one_draft on notes (user_id) where body like 'd%'")
    }
    const guest: any = await app.guestUsers.create()
    await app.db.table('notes').multiInsert([
      { user_id: ann.id, body: 'draft of mine' },
      { user_id: guest.id, body: 'draft of a guest' },
    ])

    await assert.rejects(
      () => app.guestUsers.merge(guest, ann),
      /The rows of the guest in "(\w+\.)?notes" cannot move as they are \(unique.*\)\. Move or delete them in "merge"/
    )
    assert.deepEqual(await listOwners(app, 'notes'), [ann.id, guest.id])
    assert.equal(await app.count('guests'), 1)
  })
})

test.group('Signing in as a guest', () => {
  test('keepAccount with a model of soft deletes', async ({ assert, cleanup }) => {
    const { app, ann } = await createShop({
      guestUser: { transfer: [{ relation: 'cart', onConflict: 'keepAccount' }] } as any,
    })
    cleanup(() => app.close())
    const original = Cart.prototype.delete
    cleanup(() => void (Cart.prototype.delete = original))
    Cart.prototype.delete = async function () {
      await this.merge({ total: -1 }).save()
    }
    const guest: any = await app.guestUsers.create()
    await app.db.table('carts').multiInsert([
      { user_id: ann.id, total: 1 },
      { user_id: guest.id, total: 2 },
    ])
    await assert.doesNotReject(() => app.guestUsers.merge(guest, ann))
  })
})
