import { readFile } from 'node:fs/promises'
import { test } from '@japa/runner'

import { dialect } from './app/test_database.ts'
import { Visitor } from './app/visitor.ts'
import { ANN, becomeGuest, createShop } from './app/shop_app.ts'
import { enteredFiles } from './app/entered_files.ts'

/**
 * The files that CONTRIBUTING.md names for a walk
 */
async function documentedFiles(heading: string, label = 'Files'): Promise<string[]> {
  const text = await readFile(new URL('../CONTRIBUTING.md', import.meta.url), 'utf-8')
  const [section] = text.split(`### ${heading}\n`)[1].split('\n## ')[0].split('\n### ')
  const line = section.split('\n').find((candidate) => candidate.startsWith(`${label}: `))!
  return [...line.matchAll(/`([^`]+)`/g)].map(([, file]) => file)
}

/**
 * A shop in which each walk was taken once: the first time, modules are loaded
 * and the password hash of the guests is made
 */
async function createWalkedShop() {
  const shop = await createShop()
  const { visitor } = await becomeGuest(shop.app)
  await visitor.post('/login', ANN)
  await becomeGuest(shop.app)
  await shop.app.expireGuests()
  await shop.app.guestUsers.cleanup()
  return shop
}

test.group('The walks of CONTRIBUTING.md', () => {
  test('a first visit, and the next one', async ({ assert, cleanup }) => {
    const { app } = await createWalkedShop()
    cleanup(() => app.close())
    const visitor = new Visitor(app.url)

    const first = await enteredFiles(() => visitor.get('/cart'))
    // One statement there, without a question about the dialect
    const unused = dialect === 'postgres' ? ['database/catalog.ts'] : []
    assert.deepEqual([...first, ...unused].sort(), await documentedFiles('A first visit'))
    const second = await enteredFiles(() => visitor.get('/cart'))
    assert.deepEqual(second, await documentedFiles('A return visit'))
  })

  test('a guest signs in to an account', async ({ assert, cleanup }) => {
    const { app } = await createWalkedShop()
    cleanup(() => app.close())
    const { visitor, id } = await becomeGuest(app)
    await app.db.table('notes').insert({ user_id: id, body: 'one' })

    const files = await enteredFiles(() => visitor.post('/login', ANN))
    assert.deepEqual(files, await documentedFiles('A guest signs in to an account'))
  })

  test('a cleanup of guests whom nothing keeps', async ({ assert, cleanup }) => {
    const { app } = await createWalkedShop()
    cleanup(() => app.close())
    await becomeGuest(app)
    await app.expireGuests()

    const files = await enteredFiles(() => app.guestUsers.cleanup())
    const label = dialect === 'postgres' ? 'Files on PostgreSQL' : 'Files elsewhere'
    assert.deepEqual(files, await documentedFiles('A run of the cleanup', label))
  })
})
