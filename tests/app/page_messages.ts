/**
 * What a page shows in elements with a role of their own: whether it worked, and
 * what is wrong
 */
export function messages(html: string): string[] {
  return [...html.matchAll(/role="(?:status|alert)">([^<]*)</g)].map(([, text]) => text)
}
