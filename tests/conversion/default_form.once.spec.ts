import { test } from '@japa/runner'
import { BaseModel } from '@adonisjs/lucid/orm'

import { createMemoryDatabase } from '../app/memory_database.ts'
import {
  createDefaultMessages,
  createDefaultValidator,
  listConversionFields,
} from '../../src/conversion/default_form.ts'

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
 * A users table with these columns, which is empty
 */
async function createUsersTable(columns: string[]) {
  const database = createMemoryDatabase()
  await database.rawQuery(`create table users (id integer primary key, ${columns.join(', ')})`)
  return { client: database.connection(), close: () => database.manager.closeAll() }
}

async function listFields(attributes: string[], passwordColumn: string | null, columns: string[]) {
  const { client, close } = await createUsersTable(columns)
  return listConversionFields(createModel(...attributes), passwordColumn, client).finally(close)
}

async function listNames(attributes: string[], passwordColumn: string | null) {
  const fields = await listFields(attributes, passwordColumn, ['created_at timestamp'])
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
    const fields = await listFields(['fullName', 'name', 'email'], null, [
      'full_name varchar',
      'name varchar not null',
      'email varchar',
    ])
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
    const [name, email] = await listFields(['name', 'email'], null, [
      'name varchar(30)',
      'email text',
    ])
    assert.equal(name.maxLength, 30)
    assert.isUndefined(email.maxLength)
  })
})

test.group('What the default form takes', () => {
  const model = createModel('fullName', 'email', 'password')
  const columns = ['full_name varchar(30)', 'email varchar not null', 'password varchar not null']
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
    const { client, close } = await createUsersTable(columns)
    const fields = await listConversionFields(model, 'password', client)
    const validator = await createDefaultValidator(fields, model, () => client)
    const messagesProvider = await createDefaultMessages((name, data = {}) =>
      [name, ...Object.values(data)].join(' ')
    )
    const options = { meta: { userId: 1 }, messagesProvider }
    try {
      return { values: await validator.validate({ ...valid, ...values }, options), messages: {} }
    } catch (error) {
      const messages = error.messages.map(({ field, message }: any) => [field, message])
      return { messages: Object.fromEntries(messages) }
    } finally {
      await close()
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
