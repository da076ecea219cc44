import { test } from '@japa/runner'

import { createDiagnosedApp } from '../app/diagnosed_app.ts'

test.group('guest:doctor in a process of its own', (group) => {
  group.each.timeout(60_000)

  test('a healthy application: one JSON object, exit status 0', async ({ assert, cleanup }) => {
    const app = await createDiagnosedApp()
    cleanup(() => app.remove())
    const { exitCode, stderr, report } = await app.diagnose()
    assert.equal(stderr, '')
    assert.deepEqual(report, { ok: true, errors: 0, warnings: 0, infos: 0, findings: [] })
    assert.equal(exitCode, 0)
  })
})
