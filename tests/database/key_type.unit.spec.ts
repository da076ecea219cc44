import { test } from '@japa/runner'

import { describeKeyColumn, fitsKey, readKeyType } from '../../src/database/key_type.ts'

test.group('Key types', () => {
  test('"{own}" holds the keys of "{key}": {fits}')
    .with([
      { own: 'integer', key: 'integer', fits: true },
      { own: 'bigint', key: 'integer', fits: true },
      { own: 'integer', key: 'bigint', fits: false },
      { own: 'int(10) unsigned', key: 'int unsigned', fits: true },
      { own: 'int(11)', key: 'int(10) unsigned', fits: false },
      { own: 'mediumint(8) unsigned', key: 'int(10) unsigned', fits: false },
      { own: 'character varying(255)', key: 'character varying(20)', fits: true },
      { own: 'varchar(20)', key: 'char(36)', fits: false },
      { own: 'text', key: 'character varying', fits: true },
      { own: 'varchar(36)', key: 'text', fits: false },
      { own: 'uuid', key: 'uuid', fits: true },
      { own: 'character varying(36)', key: 'uuid', fits: false },
      { own: 'uuid', key: 'integer', fits: false },
    ])
    .run(({ assert }, { own, key, fits }) => {
      assert.equal(fitsKey(readKeyType({ type: own }), readKeyType({ type: key })), fits)
    })

  test('"{type}" is made by {call}')
    .with([
      { type: 'int(10) unsigned', call: ".integer('user_id').unsigned()" },
      { type: 'bigint', call: ".bigInteger('user_id').unsigned()" },
      { type: 'uuid', call: ".uuid('user_id')" },
      { type: 'varchar(20)', call: ".string('user_id', 20)" },
      { type: 'text', call: ".text('user_id')" },
      { type: 'numeric(10,0)', call: undefined },
    ])
    .run(({ assert }, { type, call }) => {
      assert.equal(describeKeyColumn('user_id', readKeyType({ type })), call)
    })
})
