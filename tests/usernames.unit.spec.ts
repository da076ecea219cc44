import { test } from '@japa/runner'

import { usernames } from '../src/usernames.ts'

async function generate(generator: ReturnType<typeof usernames.uuid>, attempt: number, count = 50) {
  return Promise.all(Array.from({ length: count }, () => generator(undefined, attempt)))
}

test.group('usernames | uuid', () => {
  test('makes UUIDs, all different', async ({ assert }) => {
    const names = await generate(usernames.uuid(), 1)
    assert.lengthOf(new Set(names), 50)
    names.forEach((name) => assert.match(name, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f-]+$/))
  })
})

test.group('usernames | numbered', () => {
  test('pads the number to the wanted digits', async ({ assert }) => {
    const names = await generate(usernames.numbered(), 1)
    names.forEach((name) => assert.match(name, /^Guest(?!0000)\d{4}$/))
  })

  test('takes prefix and digits', async ({ assert }) => {
    const names = await generate(usernames.numbered({ prefix: 'Visitor-', digits: 2 }), 1)
    names.forEach((name) => assert.match(name, /^Visitor-(?!00)\d{2}$/))
  })

  test('grows by a digit when names of that width are taken')
    .with([
      { attempt: 3, digits: 2 },
      { attempt: 4, digits: 3 },
      { attempt: 5, digits: 4 },
      { attempt: 10, digits: 9 },
    ])
    .run(async ({ assert }, { attempt, digits }) => {
      const [name] = await generate(usernames.numbered({ prefix: '', digits: 2 }), attempt, 1)
      assert.lengthOf(name, digits)
    })

  test('never asks for more randomness than there is', async ({ assert }) => {
    const [name] = await generate(usernames.numbered({ prefix: '', digits: 14 }), 10, 1)
    assert.lengthOf(name, 14)
  })

  test('refuses {$i} digits')
    .with([0, -1, 1.5, 15, Number.NaN])
    .run(({ assert }, digits) => {
      assert.throws(
        () => usernames.numbered({ digits }),
        `"digits" of usernames.numbered() in "config/guest_user.ts" must be a whole number from 1 to 14, not ${digits}`
      )
    })
})

test.group('usernames | friendly', () => {
  test('makes names fit for an email address', async ({ assert }) => {
    const names = await generate(usernames.friendly(), 1)
    names.forEach((name) => assert.match(name, /^[a-z]+-[a-z]+-[a-z]+$/))
  })

  test('adds digits after a collision', async ({ assert }) => {
    const names = await generate(usernames.friendly({ separator: '_' }), 2)
    names.forEach((name) => assert.match(name, /^[a-z]+_[a-z]+_[a-z]+_\d{4}$/))
  })

  test('refuse options that they do not know', ({ assert }) => {
    assert.throws(
      () => usernames.numbered({ digit: 6 } as never),
      /"digit" is not an option of usernames\.numbered\(\) .* takes prefix and digits/
    )
    assert.throws(() => usernames.friendly({ seperator: '_' } as never), /"seperator"/)
  })
})
