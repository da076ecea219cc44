import { test } from '@japa/runner'
import { RequestFactory } from '@adonisjs/core/factories/http'

import { Visitor } from '../app/visitor.ts'
import { findRequestRefusal } from '../../src/http/guest_refusal.ts'

function request(method: string, headers: Record<string, string> = {}) {
  const created = new RequestFactory().merge({ method }).create()
  Object.assign(created.request.headers, { 'user-agent': Visitor.userAgent, ...headers })
  return created
}

/**
 * What Chromium sends
 */
const fetchedAs = (destination: string, mode: string, site = 'same-origin') => ({
  'sec-fetch-dest': destination,
  'sec-fetch-mode': mode,
  'sec-fetch-site': site,
})

type Case = [method: string, headers: Record<string, string>, reason: RegExp]

const entitled = <Given extends [string, Record<string, string>, RegExp?]>(cases: Given[]) =>
  cases.map((given) => ({ title: `${given[0]} ${JSON.stringify(given[1])}`, given }))

test.group('No visitor opens a page', () => {
  const cases: Case[] = [
    ['HEAD', {}, /HEAD or OPTIONS/],
    ['OPTIONS', {}, /HEAD or OPTIONS/],
    ['GET', { 'sec-purpose': 'prefetch' }, /sec-purpose/],
    ['GET', { 'sec-purpose': 'prefetch;prerender' }, /sec-purpose/],
    ['GET', { 'sec-purpose': 'prefetch;anonymous-client-ip' }, /sec-purpose/],
    ['GET', { purpose: 'Prefetch' }, /\(purpose\)/],
    ['GET', { 'x-purpose': 'preview' }, /x-purpose/],
    ['GET', { 'x-moz': 'prefetch' }, /x-moz/],
    ['GET', fetchedAs('image', 'no-cors', 'cross-site'), /image/],
    ['GET', fetchedAs('image', 'no-cors', 'same-site'), /image/],
    ['GET', fetchedAs('image', 'no-cors'), /image/],
    ['GET', fetchedAs('image', 'cors', 'cross-site'), /image/],
    ['GET', fetchedAs('script', 'no-cors', 'cross-site'), /Sec-Fetch-Dest/],
    ['GET', fetchedAs('style', 'cors'), /Sec-Fetch-Dest/],
    ['GET', fetchedAs('font', 'cors'), /Sec-Fetch-Dest/],
    ['GET', fetchedAs('audio', 'no-cors'), /Sec-Fetch-Dest/],
    ['GET', fetchedAs('video', 'no-cors'), /Sec-Fetch-Dest/],
    ['GET', fetchedAs('manifest', 'cors'), /Sec-Fetch-Dest/],
    ['GET', fetchedAs('serviceworker', 'same-origin'), /Sec-Fetch-Dest/],
    ['POST', fetchedAs('empty', 'no-cors', 'cross-site'), /Sec-Fetch-Mode/],
    ['GET', { 'sec-fetch-mode': 'no-cors' }, /Sec-Fetch-Mode/],
    ['GET', fetchedAs('iframe', 'navigate', 'cross-site'), /Sec-Fetch-Dest/],
    ['GET', fetchedAs('embed', 'navigate', 'cross-site'), /Sec-Fetch-Dest/],
    ['GET', { 'user-agent': '' }, /User-Agent/],
    ['GET', { 'user-agent': ' ' }, /User-Agent/],
    ['POST', { 'user-agent': '' }, /User-Agent/],
    ['GET', { authorization: 'Bearer oat_MTI' }, /token/],
    ['POST', { authorization: 'bearer null' }, /token/],
  ]

  test('{title}')
    .with(entitled(cases))
    .run(({ assert }, { given: [method, headers, reason] }) => {
      assert.match(findRequestRefusal(request(method, headers))!, reason)
    })

  test('without a User-Agent', ({ assert }) => {
    const silent = request('GET')
    delete silent.request.headers['user-agent']
    assert.match(findRequestRefusal(silent)!, /User-Agent/)
  })
})

test.group('Somebody opens a page, or acts', () => {
  const cases: [string, Record<string, string>][] = [
    ['GET', {}],
    ['POST', {}],
    ['DELETE', {}],
    ['GET', { 'sec-fetch-mode': 'navigate' }],
    ['GET', fetchedAs('document', 'navigate', 'none')],
    ['GET', fetchedAs('document', 'navigate', 'cross-site')],
    ['POST', fetchedAs('document', 'navigate')],
    ['GET', fetchedAs('empty', 'cors')],
    ['POST', fetchedAs('empty', 'cors', 'same-site')],
    ['POST', fetchedAs('empty', 'same-origin')],
    ['GET', fetchedAs('iframe', 'navigate')],
    ['GET', fetchedAs('iframe', 'navigate', 'same-site')],
    ['GET', { 'user-agent': 'okhttp/4.12.0' }],
    ['POST', { 'user-agent': 'curl/8.5.0' }],
    ['GET', { authorization: 'Basic YW5uOnNlY3JldA==' }],
  ]

  test('{title}')
    .with(entitled(cases))
    .run(({ assert }, { given: [method, headers] }) => {
      assert.isUndefined(findRequestRefusal(request(method, headers)))
    })
})
