import { ESLint } from 'eslint'
import { test } from '@japa/runner'

/**
 * What lint says of a file with these lines, which need not exist
 */
async function lint(filePath: string, text: string): Promise<string[]> {
  const [{ messages }] = await new ESLint().lintText(`${text}\n`, { filePath })
  return messages.map(({ message }) => message)
}

test.group('The storeys of src/', () => {
  test('{file} may not contain {line}')
    .with([
      {
        file: 'src/database/catalog.ts',
        line: "export { GuestCreator } from '../guests/guest_creator.ts'",
      },
      { file: 'src/errors.ts', line: "import './merge/transfer.ts'" },
      { file: 'src/merge/transfer.ts', line: "import '../cleanup/pace.ts'" },
      { file: 'src/plugins/japa/api_client.ts', line: "import '../../http/visit_key.ts'" },
      { file: 'src/http/visit_key.ts', line: "await import('../admin/chart.ts')" },
    ])
    .run(async ({ assert }, { file, line }) => {
      assert.match((await lint(file, line)).join(), /An import goes down a storey/)
    })

  test('what is below may be imported', async ({ assert }) => {
    const line = "export { readCatalog } from '../database/catalog.ts'"
    assert.isEmpty(await lint('src/guests/guest_creator.ts', line))
  })

  test('no other file stands loose in src/', async ({ assert }) => {
    assert.match(
      (await lint('src/helpers.ts', 'export const x = 1')).join(),
      /folder of its storey/
    )
    assert.isEmpty(await lint('src/age.ts', 'export const x = 1'))
  })

  test('production code uses no factories', async ({ assert }) => {
    const line = "export { GuestFactory } from '../../factories/main.ts'"
    assert.match((await lint('src/guests/expiry.ts', line)).join(), /Factories are for tests/)
  })
})
