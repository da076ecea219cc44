import { test } from '@japa/runner'

import {
  listBlockingPaths,
  listCertainlyBlockingPaths,
  listPaths,
  type DeleteEffect,
  type DependentKey,
} from '../../src/database/dependents.ts'

/**
 * A foreign key of one table that points at another
 */
function key(child: string, parent: string, effect: DeleteEffect, isReadable = true): DependentKey {
  return {
    name: null,
    schema: null,
    table: child,
    isVisible: true,
    columns: [`${parent}_id`],
    referencedColumns: ['id'],
    onDelete: effect === 'deleted' ? 'cascade' : 'restrict',
    isReadable,
    child,
    parent,
    effect,
  }
}

/**
 * `users < notes < files`
 */
function describe(paths: DependentKey[][]): string[] {
  return paths.map((path) => ['users', ...path.map(({ child }) => child)].join(' < '))
}

const NOTES = key('notes', 'users', 'deleted')
const FILES = key('files', 'notes', 'deleted')
const ORDERS = key('orders', 'users', 'blocking')

test.group('Paths of foreign keys', () => {
  test('go on behind rows that are deleted, and end behind others', ({ assert }) => {
    const likes = key('likes', 'notes', 'detached')
    const behindLikes = key('reactions', 'likes', 'deleted')
    const paths = listPaths([NOTES, ORDERS, FILES, likes, behindLikes], 'users')
    assert.deepEqual(describe(paths), [
      'users < notes',
      'users < orders',
      'users < notes < files',
      'users < notes < likes',
    ])
  })

  test('pass no key twice, even where tables point at each other', ({ assert }) => {
    const replies = key('notes', 'notes', 'deleted')
    const superiors = key('users', 'users', 'deleted')
    assert.deepEqual(describe(listPaths([NOTES, replies], 'users')), [
      'users < notes',
      'users < notes < notes',
      'users < notes < notes < notes',
    ])
    assert.deepEqual(describe(listPaths([superiors, ORDERS], 'users')), [
      'users < users',
      'users < orders',
      'users < users < users',
      'users < users < orders',
    ])
  })

  test('end somewhere, however many there are', ({ assert }) => {
    const chain = Array.from({ length: 20 }, (_, index) =>
      key(`t${index + 1}`, index === 0 ? 'users' : `t${index}`, 'deleted')
    )
    assert.equal(Math.max(...listPaths(chain, 'users').map((path) => path.length)), 6)

    const names = Array.from({ length: 12 }, (_, index) => `t${index}`)
    const all = names.flatMap((child) =>
      ['users', ...names].map((parent) => key(child, parent, 'deleted'))
    )
    assert.isBelow(listPaths(all, 'users').length, 200 * 13)
  })
})

test.group('Paths that block a delete', () => {
  test('are those whose last key does', ({ assert }) => {
    const paths = listPaths([NOTES, FILES, ORDERS, key('scans', 'files', 'blocking')], 'users')
    assert.deepEqual(describe(listBlockingPaths(paths)), [
      'users < orders',
      'users < notes < files < scans',
    ])
    assert.lengthOf(listCertainlyBlockingPaths(paths, 'users'), 2)
  })

  test('are uncertain where the rows may be deleted along another path', ({ assert }) => {
    const invited = key('invitations', 'users', 'deleted')
    const inviting = key('invitations', 'users', 'blocking')
    const paths = listPaths([invited, inviting, ORDERS], 'users')
    assert.lengthOf(listBlockingPaths(paths), 2)
    assert.deepEqual(describe(listCertainlyBlockingPaths(paths, 'users')), ['users < orders'])
  })

  test('are uncertain where users block users, whatever the schema', ({ assert }) => {
    const superiors = key('users', 'users', 'blocking')
    assert.isEmpty(listCertainlyBlockingPaths([[superiors]], 'users'))
    assert.isEmpty(listCertainlyBlockingPaths([[superiors]], 'app.users'))
  })

  test('are uncertain where a table on the way cannot be read', ({ assert }) => {
    const hidden = key('bills', 'users', 'blocking', false)
    const behindHidden = [key('notes', 'users', 'deleted', false), key('x', 'notes', 'blocking')]
    assert.isEmpty(listCertainlyBlockingPaths([[hidden], behindHidden], 'users'))
    assert.lengthOf(listBlockingPaths([[hidden], behindHidden]), 2)
  })
})
