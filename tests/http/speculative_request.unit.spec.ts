import { test } from '@japa/runner'
import { RequestFactory } from '@adonisjs/core/factories/http'

import { isSpeculativeRequest } from '../../src/http/speculative_request.ts'

function request(method: string, headers: Record<string, string> = {}) {
  const created = new RequestFactory().merge({ method }).create()
  Object.assign(created.request.headers, headers)
  return created
}

test.group('isSpeculativeRequest', () => {
  test('{$self} makes no visitor')
    .with([
      ['HEAD', {}],
      ['OPTIONS', {}],
      ['GET', { 'sec-purpose': 'prefetch' }],
      ['GET', { 'sec-purpose': 'prefetch;prerender' }],
      ['GET', { 'sec-purpose': 'prefetch;anonymous-client-ip' }],
      ['GET', { purpose: 'Prefetch' }],
      ['GET', { 'x-purpose': 'preview' }],
      ['GET', { 'x-moz': 'prefetch' }],
    ] as [string, Record<string, string>][])
    .run(({ assert }, [method, headers]) => {
      assert.isTrue(isSpeculativeRequest(request(method, headers)))
    })

  test('somebody who clicks or posts is a visitor', ({ assert }) => {
    assert.isFalse(isSpeculativeRequest(request('GET')))
    assert.isFalse(isSpeculativeRequest(request('POST')))
    assert.isFalse(isSpeculativeRequest(request('GET', { 'sec-fetch-mode': 'navigate' })))
  })
})
