import { test } from '@japa/runner'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import { execFile } from 'node:child_process'

const SCRIPT = fileURLToPath(new URL('../app/explained_visits.ts', import.meta.url))

test.group('NODE_DEBUG=guest_user', () => {
  test('says why a visitor did not become a guest', async ({ assert }) => {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['--import=@poppinss/ts-exec', SCRIPT],
      { env: { ...process.env, NODE_DEBUG: 'guest_user' } }
    )
    assert.equal(stdout.trim(), '1 guest')

    const lines = [...stderr.matchAll(/no guest for (\w+) (\S+): (.*)/g)]
    const reasons = [
      /HEAD or OPTIONS/,
      /sec-purpose/,
      /Sec-Fetch-Dest/,
      /no User-Agent/,
      /crawler/,
      /token/,
      /"allow" of "config\/guest_user.ts"/,
      /readonly/,
      /signed in/,
      /"enabled" of "config\/guest_user.ts"/,
    ]
    assert.lengthOf(lines, reasons.length, stderr)
    for (const [index, reason] of reasons.entries()) {
      const [, method, pattern, text] = lines[index]
      assert.equal(method, index === 0 ? 'HEAD' : 'GET')
      assert.equal(pattern, '/carts/:name')
      assert.match(text, reason)
    }
    assert.notMatch(stderr, /secret|carts\/ann/)
  })
})
