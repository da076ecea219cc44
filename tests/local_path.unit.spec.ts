import fc from 'fast-check'
import { test } from '@japa/runner'

import { isLocalPath } from '../src/local_path.ts'

test.group('isLocalPath', () => {
  test('"{$self}" is a path of the site')
    .with(['/', '/a', '/a/b?c=d#e', '/a//b', '/?next=https://evil.example', '/ü', '/a b', '/@b.c'])
    .run(({ assert }, path) => {
      assert.isTrue(isLocalPath(path))
    })

  test('{shown} leads elsewhere')
    .with(
      [
        '//evil.example',
        '///evil.example',
        '/\\evil.example',
        '\\\\evil.example',
        '/\t/evil.example',
        '/\n/evil.example',
        '/a\r\nSet-Cookie: b=c',
        '/a\u0000',
        '/a\u007f',
        '/a\\b',
        'https://evil.example',
        'javascript:alert(1)',
        'http:evil.example',
        'a/b',
        ' /a',
        '?a=b',
        '#a',
        '',
      ].map((path) => ({ path, shown: JSON.stringify(path) }))
    )
    .run(({ assert }, { path }) => {
      assert.isFalse(isLocalPath(path))
    })

  test('what is no text is no path')
    .with([[undefined], [null], [7], [['/a']], [{}]])
    .run(({ assert }, [value]) => {
      assert.isFalse(isLocalPath(value))
    })

  test('a browser on any site stays there, whatever the path', () => {
    const odd = fc.constantFrom('/', '\\', '.', ':', '@', '#', '?', '\t', '\n', ' ', '%2f', 'a')
    const path = fc.array(odd, { maxLength: 12 }).map((parts) => `/${parts.join('')}`)
    fc.assert(
      fc.property(path, (text) => {
        const site = 'https://shop.example'
        return !isLocalPath(text) || URL.parse(text, site)?.origin === site
      }),
      { numRuns: 2000 }
    )
  })
})
