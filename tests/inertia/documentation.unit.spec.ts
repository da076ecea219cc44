import { join } from 'node:path'
import { test } from '@japa/runner'
import typescript from 'typescript'
import { readFile } from 'node:fs/promises'
import { compileTemplate } from 'vue/compiler-sfc'

const PAGE = join(import.meta.dirname, '../../docs/inertia.md')

test.group('The examples of docs/inertia.md', () => {
  test('compile', async ({ assert }) => {
    const page = await readFile(PAGE, 'utf-8')
    const blocks = [...page.matchAll(/^```(tsx|vue)\n([\s\S]*?)^```/gm)]
    assert.sameMembers(
      blocks.map(([, language]) => language),
      ['tsx', 'tsx', 'vue']
    )

    for (const [, language, source] of blocks) {
      const problems =
        language === 'vue'
          ? compileTemplate({ source, filename: PAGE, id: 'example' }).errors
          : typescript.transpileModule(source, {
              reportDiagnostics: true,
              fileName: 'example.tsx',
              compilerOptions: { jsx: typescript.JsxEmit.ReactJSX },
            }).diagnostics
      assert.deepEqual(problems, [], source)
    }
  })
})
