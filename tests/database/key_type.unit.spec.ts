import { test } from '@japa/runner'

import { describeKeyColumn, fitsKey, readKeyType } from '../../src/database/key_type.ts'

test.group('Key types', () => {
  test('"{own}" can reference "{key}" on {dialect}: {fits}')
    .with([
      { dialect: 'postgres', own: 'integer', key: 'integer', fits: true },
      { dialect: 'postgres', own: 'bigint', key: 'integer', fits: true },
      { dialect: 'postgres', own: 'integer', key: 'bigint', fits: false },
      {
        dialect: 'postgres',
        own: 'character varying(255)',
        key: 'character varying(20)',
        fits: true,
      },
      { dialect: 'postgres', own: 'text', key: 'character varying', fits: true },
      { dialect: 'postgres', own: 'uuid', key: 'uuid', fits: true },
      { dialect: 'postgres', own: 'character varying(36)', key: 'uuid', fits: false },
      { dialect: 'postgres', own: 'uuid', key: 'integer', fits: false },
      { dialect: 'mysql', own: 'int(10) unsigned', key: 'int unsigned', fits: true },
      { dialect: 'mysql', own: 'int(11)', key: 'int(10) unsigned', fits: false },
      { dialect: 'mysql', own: 'int(10) unsigned', key: 'int(11)', fits: false },
      { dialect: 'mysql', own: 'bigint(20)', key: 'int(11)', fits: false },
      { dialect: 'mysql', own: 'mediumint(8) unsigned', key: 'int(10) unsigned', fits: false },
      { dialect: 'mysql', own: 'varchar(20)', key: 'char(36)', fits: false },
      { dialect: 'mysql', own: 'varchar(36)', key: 'text', fits: false },
      { dialect: 'better-sqlite3', own: 'integer', key: 'bigint', fits: true },
      { dialect: 'better-sqlite3', own: 'varchar(19)', key: 'varchar(20)', fits: true },
      { dialect: 'better-sqlite3', own: 'integer', key: 'varchar(20)', fits: false },
    ])
    .run(({ assert }, { dialect, own, key, fits }) => {
      assert.equal(fitsKey(dialect, readKeyType({ type: own }), readKeyType({ type: key })), fits)
    })

  test('a text must have the collation of its key on MySQL', ({ assert }) => {
    const [key, own] = ['ascii_bin', 'utf8mb4_general_ci'].map((collation) =>
      readKeyType({ type: 'varchar(26)', collation })
    )
    assert.isTrue(fitsKey('mysql', key, key))
    assert.isFalse(fitsKey('mysql', own, key))
  })

  test('"{type}" of {dialect} is made by {call}')
    .with([
      { dialect: 'mysql', type: 'int(10) unsigned', call: ".integer('user_id').unsigned()" },
      { dialect: 'mysql', type: 'int(11)', call: ".integer('user_id')" },
      { dialect: 'mysql', type: 'bigint', call: ".bigInteger('user_id')" },
      {
        dialect: 'mysql',
        type: 'smallint(5) unsigned',
        call: ".specificType('user_id', 'smallint(5) unsigned')",
      },
      { dialect: 'mysql', type: 'char(36)', call: ".uuid('user_id')" },
      { dialect: 'mysql', type: 'binary(16)', call: ".specificType('user_id', 'binary(16)')" },
      { dialect: 'postgres', type: 'bigint', call: ".bigInteger('user_id').unsigned()" },
      { dialect: 'postgres', type: 'uuid', call: ".uuid('user_id')" },
      { dialect: 'postgres', type: 'text', call: ".text('user_id')" },
      { dialect: 'mysql', type: 'varchar(20)', call: ".string('user_id', 20)" },
    ])
    .run(({ assert }, { dialect, type, call }) => {
      assert.equal(describeKeyColumn('user_id', { type }, dialect).join(''), call)
    })

  test('names the collation unless it is that of new columns', ({ assert }) => {
    const column = { type: 'varchar(26)', collation: 'ascii_bin' }
    const describe = (usual: string) => describeKeyColumn('user_id', column, 'mysql', usual)
    assert.deepEqual(describe('ascii_bin'), [".string('user_id', 26)"])
    assert.deepEqual(describe('utf8mb4_general_ci'), [
      ".string('user_id', 26)",
      ".collate('ascii_bin')",
    ])
  })
})
