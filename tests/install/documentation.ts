import { join } from 'node:path'
import { readdir, readFile } from 'node:fs/promises'

const ROOT = join(import.meta.dirname, '../..')
const TYPESCRIPT_BLOCK = /^```ts\n([\s\S]*?)^```/gm
const FILE_BLOCK =
  /^```(?:ts|edge)\n(?:\/\/ |\{\{-- )(\S+\.(?:ts|edge))(?: --\}\})?\n([\s\S]*?)^```/gm

/**
 * Pages whose blocks import each other: specs of their own compile them where
 * they belong, and run them
 */
const RECIPES = [
  'docs/api.md',
  'docs/email_verification.md',
  'docs/schedules.md',
  'docs/social_login.md',
  'docs/testing.md',
]

const MODEL = (name: string, columns: string) => `
import { BaseModel, column } from '@adonisjs/lucid/orm'

export default class ${name} extends BaseModel {
  @column({ isPrimary: true })
  declare id: number
${columns}
}
`

/**
 * What the examples take for granted in an application
 */
export const ASSUMED_FILES: Record<string, string> = {
  'app/services/tenancy.ts': `
    import { AsyncLocalStorage } from 'node:async_hooks'
    export const tenancy = new AsyncLocalStorage<string>()
  `,
  'app/models/note.ts': MODEL(
    'Note',
    '  @column() declare userId: number\n  @column() declare body: string'
  ),
  'app/models/cart.ts': MODEL(
    'Cart',
    '  @column() declare userId: number\n  @column() declare total: number'
  ),
  'app/models/vote.ts': MODEL('Vote', '  @column() declare voterId: number'),
}

export const ASSUMED_RELATIONS = `
  @column()
  declare isAdmin: boolean

  @hasMany(() => Note)
  declare notes: HasMany<typeof Note>

  @hasOne(() => Cart)
  declare cart: HasOne<typeof Cart>
`

export const ASSUMED_IMPORTS = `
import Cart from '#models/cart'
import Note from '#models/note'
import { hasMany, hasOne } from '@adonisjs/lucid/orm'
import type { HasMany, HasOne } from '@adonisjs/lucid/types/relations'
`

/**
 * The TypeScript in README and docs, by a file name that tells where it is from
 */
export async function readTypescriptBlocks(): Promise<Record<string, string>> {
  const docs = await readdir(join(ROOT, 'docs'))
  const pages = ['README.md', ...docs.map((page) => join('docs', page))]

  const blocks: Record<string, string> = {}
  for (const page of pages.filter((file) => file.endsWith('.md') && !RECIPES.includes(file))) {
    const text = await readFile(join(ROOT, page), 'utf-8')
    for (const [index, [, code]] of [...text.matchAll(TYPESCRIPT_BLOCK)].entries()) {
      // Without an export, a block would share its names with the others
      blocks[`${page.replaceAll(/\W/g, '_')}_${index + 1}.ts`] = `${code}\nexport {}\n`
    }
  }
  return blocks
}

/**
 * The files of a recipe: blocks whose first line is a comment with the path
 *
 * @param section the heading that they are under; the whole page without it
 */
export async function readRecipe(page: string, section?: string): Promise<Record<string, string>> {
  const text = await readPage(page, section)
  return Object.fromEntries([...text.matchAll(FILE_BLOCK)].map(([, path, code]) => [path, code]))
}

/**
 * A page of the documentation, or the part of it under a heading
 */
export async function readPage(page: string, section?: string): Promise<string> {
  const text = await readFile(join(ROOT, page), 'utf-8')
  if (section === undefined) {
    return text
  }
  const [, part] = text.split(`\n## ${section}\n`)
  return part.split('\n## ')[0]
}
