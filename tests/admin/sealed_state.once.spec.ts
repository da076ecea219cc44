import { deflateRawSync } from 'node:zlib'
import { test } from '@japa/runner'

import { messages } from '../app/page_messages.ts'
import type { TestApp } from '../app/test_app.ts'
import { arriveAsOperator, createAdminApp, createGuests } from '../app/admin_app.ts'

const LIST = '/admin/guests'
const DELETE = '/admin/guests/delete'

test.group('Admin pages: seals', () => {
  async function seal(
    app: TestApp,
    purpose: string,
    state: unknown,
    age: number | string = '2 hours'
  ) {
    const encryption = await app.app.container.make('encryption')
    const packed = deflateRawSync(JSON.stringify(state)).toString('base64url')
    return encryption.getMessageVerifier().sign(packed, age, `guest_user.${purpose}`)
  }
  const everybody = {
    list: {},
    outcome: { deleted: 0, blocked: 0, left: 0, blockers: [], reasons: [] },
    took: 0,
  }

  test('made for something else, or too old, delete nobody: {name}')
    .with([
      { name: 'of the list', purpose: '-created', age: 7_200_000 },
      { name: 'of something else', purpose: 'other', age: 7_200_000 },
      { name: 'too old', purpose: 'deletion', age: 1 },
    ])
    .run(async ({ assert, cleanup }, { purpose, age }) => {
      const app = await createAdminApp()
      cleanup(() => app.close())
      await createGuests(app, [40, 40])
      const operator = await arriveAsOperator(app)
      const page = await operator.get(`${DELETE}?all=1&older_than=1d`)
      const deletion = await seal(app, purpose, everybody, age)
      await new Promise((resolve) => setTimeout(resolve, 5))

      const answer = await operator.send(page.text, DELETE, { deletion })
      assert.equal(answer.location, LIST)
      const list = await operator.get(LIST)
      assert.match(messages(list.text).join(), /too old, or not what was shown/)
      assert.equal(await app.count('guests'), 2)

      const progress = await operator.get(`${DELETE}/progress?run=${deletion}`)
      assert.equal(progress.location, LIST)

      // It is the seal alone that protects them
      const right = await seal(app, 'deletion', everybody)
      await operator.send(page.text, DELETE, { deletion: right })
      assert.equal(await app.count('guests'), 0)
    })

  test('a page of the list belongs to its order', async ({ assert, cleanup }) => {
    const app = await createAdminApp()
    cleanup(() => app.close())
    await createGuests(
      app,
      Array.from({ length: 60 }, (_, index) => index)
    )
    const operator = await arriveAsOperator(app)
    const { text } = await operator.get(LIST)
    const after = /href="[^"]*after=([^"&]+)/.exec(text)![1]
    const page = await operator.get(`${LIST}?after=${after}`)
    assert.equal(page.text.match(/name="guests"/g)?.length, 10)

    for (const query of [
      `sort=created&after=${after}`,
      `before=${after.slice(0, -3)}abc`,
      `after=${await seal(app, 'deletion', everybody)}`,
      `after=${after}&after=${after}`,
    ]) {
      const lost = await operator.get(`${LIST}?${query}`)
      assert.equal(lost.status, 200)
      assert.equal(lost.text.match(/name="guests"/g)?.length, 50)
      assert.include(messages(lost.text).join(), 'cannot be found any more')
    }
  })
})
