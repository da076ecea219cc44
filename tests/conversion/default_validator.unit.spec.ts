import { test } from '@japa/runner'
import { BaseModel } from '@adonisjs/lucid/orm'

import {
  createDefaultMessages,
  createDefaultValidator,
  listConversionFields,
} from '../../src/conversion/default_validator.ts'

/**
 * A user model with these properties
 */
function createModel(...attributes: string[]) {
  class User extends BaseModel {
    static table = 'users'
  }
  User.boot()
  User.$addColumn('id', { isPrimary: true })
  attributes.forEach((name) => User.$addColumn(name, {}))
  return User
}

/**
 * What the database tells about the columns; nobody else has the same values
 */
function createClient(columns: Record<string, { nullable?: boolean; maxLength?: number }> = {}) {
  const nobody = { where: () => ({ first: async () => null }) }
  return {
    columnsInfo: async () => columns,
    from: () => ({ whereNot: () => nobody }),
  } as never
}

async function listNames(attributes: string[], passwordColumn: string | null) {
  const fields = await listConversionFields(
    createModel(...attributes),
    passwordColumn,
    createClient()
  )
  return fields.map(({ name }) => name)
}

test.group('Fields of the default form', () => {
  test('are those of the starter kits’ signup', async ({ assert }) => {
    assert.deepEqual(await listNames(['email', 'password', 'fullName'], 'password'), [
      'fullName',
      'email',
      'password',
      'passwordConfirmation',
    ])
  })

  test('fit the user model', async ({ assert }) => {
    assert.deepEqual(await listNames(['username', 'role'], null), ['username'])
    assert.deepEqual(await listNames(['name', 'email', 'secret'], 'secret'), [
      'name',
      'email',
      'secret',
      'secretConfirmation',
    ])
    assert.deepEqual(await listNames(['age'], null), [])
  })

  test('must be filled in when their column wants a value, or is to tell users apart', async ({
    assert,
  }) => {
    const fields = await listConversionFields(
      createModel('fullName', 'name', 'email'),
      null,
      createClient({
        full_name: { nullable: true },
        name: { nullable: false },
        email: { nullable: true },
      })
    )
    assert.deepEqual(
      fields.map(({ name, isRequired }) => [name, isRequired]),
      [
        ['fullName', false],
        ['name', true],
        ['email', true],
      ]
    )
  })

  test('are as long as their columns', async ({ assert }) => {
    const [name] = await listConversionFields(
      createModel('name', 'email'),
      null,
      createClient({ name: { maxLength: 30 } })
    )
    assert.equal(name.maxLength, 30)
  })
})

test.group('What the default form takes', () => {
  const model = createModel('fullName', 'email', 'password')
  const client = createClient({ full_name: { nullable: true, maxLength: 30 }, email: {} })
  const valid = {
    fullName: 'Ann',
    email: 'ann@example.com',
    password: 'secret12',
    passwordConfirmation: 'secret12',
  }

  /**
   * The messages by field, empty when everything is right
   */
  async function validate(values: Record<string, unknown>) {
    const fields = await listConversionFields(model, 'password', client)
    const validator = await createDefaultValidator(fields, model, client)
    const messagesProvider = await createDefaultMessages((name, data = {}) =>
      [name, ...Object.values(data)].join(' ')
    )
    const options = { meta: { userId: 1 }, messagesProvider }
    try {
      return { values: await validator.validate({ ...valid, ...values }, options), messages: {} }
    } catch (error) {
      const messages = error.messages.map(({ field, message }: any) => [field, message])
      return { messages: Object.fromEntries(messages) }
    }
  }

  test('a form that is filled in', async ({ assert }) => {
    const { values } = await validate({ fullName: '  Ann Müller ' })
    assert.deepEqual(values, {
      fullName: 'Ann Müller',
      email: 'ann@example.com',
      password: 'secret12',
    })
    assert.deepEqual((await validate({ fullName: null })).values?.fullName, null)
  })

  test('not {name}')
    .with([
      { name: 'no address', field: 'email', value: undefined, message: 'convert.required' },
      { name: 'half an address', field: 'email', value: 'ann@', message: 'convert.invalid_email' },
      { name: 'a list', field: 'email', value: ['a@b.c'], message: 'convert.required' },
      {
        name: 'a long name',
        field: 'fullName',
        value: 'x'.repeat(31),
        message: 'convert.max_length 30',
      },
      {
        name: 'a NUL character',
        field: 'fullName',
        value: 'a\u0000b',
        message: 'convert.control_characters',
      },
      {
        name: 'a short password',
        field: 'password',
        value: 'secret1',
        message: 'convert.min_length 8',
      },
      {
        name: 'a password that bcrypt would cut off',
        field: 'password',
        value: 'x'.repeat(73),
        message: 'convert.max_length 72',
      },
    ])
    .run(async ({ assert }, { field, value, message }) => {
      const { messages } = await validate({
        [field]: value,
        ...(field === 'password' && { passwordConfirmation: value }),
      })
      assert.deepEqual(messages, { [field]: message })
    })

  test('not two passwords that differ', async ({ assert }) => {
    const { messages } = await validate({ passwordConfirmation: 'secret13' })
    assert.deepEqual(messages, { passwordConfirmation: 'convert.password_mismatch' })
  })
})
