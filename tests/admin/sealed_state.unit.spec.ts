import { randomUUID } from 'node:crypto'
import { test } from '@japa/runner'
import { HttpContextFactory } from '@adonisjs/core/factories/http'
import { EncryptionFactory } from '@adonisjs/core/factories/encryption'

import { seal, unseal } from '../../src/admin/sealed_state.ts'

const encryption = new EncryptionFactory().create()
const STATE = { userIds: [1, 2], list: { search: 'ünï 😀' }, before: null }

function createContext() {
  const ctx = new HttpContextFactory().create()
  ctx.containerResolver.bindValue('encryption', encryption as never)
  return ctx
}

/**
 * Lets time go by
 *
 * @returns what sets the clock back
 */
function wait(milliseconds: number) {
  const RealDate = Date
  globalThis.Date = class extends RealDate {
    constructor(...values: unknown[]) {
      super(...((values.length > 0 ? values : [RealDate.now() + milliseconds]) as [number]))
    }

    static override now() {
      return RealDate.now() + milliseconds
    }
  } as DateConstructor
  return () => {
    globalThis.Date = RealDate
  }
}

test.group('Sealed state', () => {
  test('is read in another request', async ({ assert }) => {
    const sealed = await seal(createContext(), 'deletion', STATE)
    assert.deepEqual(await unseal(createContext(), 'deletion', sealed), STATE)
  })

  test('needs no escaping in URLs and forms', async ({ assert }) => {
    assert.match(await seal(createContext(), 'deletion', STATE), /^[\w.-]+$/)
  })

  test('is of use for one purpose only', async ({ assert }) => {
    const sealed = await seal(createContext(), '-created', STATE)
    assert.isNull(await unseal(createContext(), 'deletion', sealed))
    assert.isNull(await unseal(createContext(), 'created', sealed))
  })

  test('cannot be changed', async ({ assert }) => {
    const sealed = await seal(createContext(), 'deletion', STATE)
    const other = await seal(createContext(), 'deletion', { userIds: [3] })
    const [payload] = other.split('.')
    const [, ...signature] = sealed.split('.')
    for (const forged of [
      `${sealed}a`,
      sealed.slice(1),
      sealed.slice(0, -1),
      [payload, ...signature].join('.'),
    ]) {
      assert.isNull(await unseal(createContext(), 'deletion', forged), forged)
    }
  })

  test('is nothing when it is no text: {$self}')
    .with(['', 'x', 'e30.forged', undefined, null, 7, ['a'], {}])
    .run(async ({ assert }, value) => {
      assert.isNull(await unseal(createContext(), 'deletion', value))
    })

  test('is forgotten after two hours', async ({ assert, cleanup }) => {
    const sealed = await seal(createContext(), 'deletion', STATE)
    const minute = 60_000
    const reset = wait(119 * minute)
    cleanup(reset)
    assert.deepEqual(await unseal(createContext(), 'deletion', sealed), STATE)
    reset()
    cleanup(wait(121 * minute))
    assert.isNull(await unseal(createContext(), 'deletion', sealed))
  })

  test('of a whole page of UUIDs fits into a cookie', async ({ assert }) => {
    const userIds = Array.from({ length: 50 }, () => randomUUID())
    const sealed = await seal(createContext(), 'deletion', { userIds })
    assert.isBelow(sealed.length, 3000)
    assert.deepEqual(await unseal(createContext(), 'deletion', sealed), { userIds })
  })
})
