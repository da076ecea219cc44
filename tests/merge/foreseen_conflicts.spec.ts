import { test } from '@japa/runner'

import { collectLog } from '../app/log_lines.ts'
import { createShop, preparing } from '../app/shop_app.ts'
import type { TestAppOptions } from '../app/test_app.ts'

async function startAndListen(options: TestAppOptions = {}) {
  const { log, lines } = collectLog()
  const { app } = await createShop({ log, ...options })
  return { app, messages: lines.map(({ msg }) => msg as string) }
}

test.group('What a merge would fail on', () => {
  test('is named when the application starts', async ({ assert, cleanup }) => {
    const { app, messages } = await startAndListen()
    cleanup(() => app.close())
    assert.lengthOf(messages, 2, 'not the tags, tokens, notes and orders')
    assert.match(messages[0], /guest and account both have a row in "(\w+\.)?carts" and the rows d/)
    assert.include(messages[0], `{ relation: 'cart', onConflict: 'keepAccount' } in "transfer"`)
    assert.match(messages[1], /a row in "(\w+\.)?likes" with the same "post_id" and the rows d/)
  })

  test('is what a merge then fails on', async ({ assert, cleanup }) => {
    const { app } = await startAndListen()
    cleanup(() => app.close())
    const [one, other]: any[] = [await app.guestUsers.create(), await app.guestUsers.create()]
    const ann = await app.User.findByOrFail('email', 'ann@example.com')
    await app.db.table('carts').multiInsert([{ user_id: (ann as any).id }, { user_id: one.id }])
    await app.db.table('likes').multiInsert([
      { user_id: (ann as any).id, post_id: 1, stars: 1 },
      { user_id: other.id, post_id: 1, stars: 5 },
    ])
    await assert.rejects(() => app.guestUsers.merge(one, ann), /carts/)
    await assert.rejects(() => app.guestUsers.merge(other, ann), /likes/)
  })

  test('is silent: {name}')
    .with([
      {
        name: 'when each has a policy',
        guestUser: {
          transfer: [
            { relation: 'cart', onConflict: 'keepGuest' },
            { relation: 'likes', onConflict: 'keepAccount' },
          ],
        },
      },
      { name: 'when nothing is merged', guestUser: { mergeMode: 'off' } },
      { name: 'when there are no guests', guestUser: { enabled: false } },
    ])
    .run(async ({ assert, cleanup }, { guestUser }) => {
      const { app, messages } = await startAndListen({
        guestUser: guestUser as never,
        ...preparing(async ({ User }) => {
          User.$addRelation('likes', 'manyToMany', () => User, {
            pivotTable: 'likes',
            pivotForeignKey: 'user_id',
            pivotRelatedForeignKey: 'post_id',
          })
        }),
      })
      cleanup(() => app.close())
      assert.deepEqual(messages, [])
    })
})
