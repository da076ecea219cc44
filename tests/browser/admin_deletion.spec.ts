import { setTimeout as sleep } from 'node:timers/promises'
import { test } from '@japa/runner'

import type { Person } from './person.ts'
import { FilledPlayground } from './filled_playground.ts'

const GUESTS = 2500
const EVERYBODY = '/admin/guests/delete?all=1&older_than=1%20second'

/**
 * Milliseconds
 */
const LONGER_THAN_A_BATCH = 10_000

/**
 * So that a few thousand notes take several steps: a disk that is slow
 */
const SLOW_DELETES = `
  create trigger slow_deletes before delete on notes begin
    select count(*) from (
      with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 2500)
      select n from numbers
    );
  end`

/**
 * No guest without a user; no user but the operator who is no guest
 */
function isWhole(filled: FilledPlayground): boolean {
  return filled.count('users') === filled.count('guests') + 1
}

/**
 * The server answers nobody while SQLite deletes a batch
 */
async function arrivePatiently(
  filled: FilledPlayground,
  ...options: Parameters<FilledPlayground['arrive']>
) {
  const operator = await filled.arrive(...options)
  operator.context.setDefaultTimeout(60_000)
  return operator
}

const done = (operator: Person) => operator.page.locator('progress').getAttribute('value')

test.group('Admin pages: a long deletion', (group) => {
  let filled: FilledPlayground

  group.each.setup(async () => {
    filled = await FilledPlayground.open(GUESTS)
    filled.db.exec(SLOW_DELETES)
    return () => filled.close()
  })
  group.tap((spec) => spec.timeout(120_000))

  test('goes on by itself with JavaScript', async ({ assert, browser, cleanup }) => {
    const operator = await arrivePatiently(filled, browser)
    cleanup(() => operator.leave())
    await operator.open(EVERYBODY)
    await operator.click('.guest-user-button-danger')
    const first = Number(await done(operator))
    assert.isAbove(first, 0)
    assert.isFalse(await operator.page.locator('[data-go-on]').isVisible())
    while (Number(await done(operator)) === first) {
      await operator.page.waitForTimeout(100)
    }

    const notice = operator.page.locator('.guest-user-notice')
    await notice.waitFor()
    assert.equal(await notice.textContent(), '2,500 guests were deleted.')
    assert.equal(filled.count('guests'), 0)
    assert.isTrue(isWhole(filled))
    assert.isEmpty(operator.complaints)
  })

  test('can be stopped', async ({ assert, browser, cleanup }) => {
    const operator = await arrivePatiently(filled, browser)
    cleanup(() => operator.leave())
    await operator.open(EVERYBODY)
    await operator.click('.guest-user-button-danger')
    await operator.page.click('text=Stop here')
    const notice = operator.page.locator('.guest-user-notice')
    await notice.waitFor()

    const deleted = GUESTS - filled.count('guests')
    assert.isBelow(deleted, GUESTS)
    assert.equal(
      await notice.textContent(),
      `Stopped. ${deleted.toLocaleString('en')} guests were deleted.`
    )
    assert.isTrue(isWhole(filled))
  })

  test('ends with its page, leaves nothing half done, and does not begin again by itself', async ({
    assert,
    browser,
    cleanup,
  }) => {
    const operator = await arrivePatiently(filled, browser)
    cleanup(() => operator.leave())
    await operator.open(EVERYBODY)
    await operator.click('.guest-user-button-danger')
    const progress = operator.where
    await operator.page.close()

    // The step that was under way
    let left = filled.count('guests')
    for (let since = Date.now(); Date.now() - since < LONGER_THAN_A_BATCH; await sleep(100)) {
      if (left !== filled.count('guests')) {
        left = filled.count('guests')
        since = Date.now()
      }
    }
    assert.isAbove(left, 0)
    assert.isTrue(isWhole(filled))

    const again = await operator.context.newPage()
    await again.goto(progress)
    await again.reload()
    assert.isTrue(await again.locator('[data-go-on]').isVisible())
    await again.waitForTimeout(3000)
    assert.equal(filled.count('guests'), left)
    assert.isEmpty(filled.playground.errors)
  })

  test('goes on by hand without JavaScript', async ({ assert, browser, cleanup }) => {
    const operator = await arrivePatiently(filled, browser, { javaScriptEnabled: false })
    cleanup(() => operator.leave())
    await operator.open(EVERYBODY)
    await operator.click('.guest-user-button-danger')
    let last = 0
    while (await operator.page.locator('[data-go-on]').count()) {
      const now = Number(await done(operator))
      assert.isAbove(now, last)
      last = now
      await operator.click('[data-go-on]')
    }
    assert.isAbove(last, 0)
    assert.equal(
      await operator.page.locator('.guest-user-notice').textContent(),
      '2,500 guests were deleted.'
    )
    assert.equal(filled.count('users'), 1)
  })
})
