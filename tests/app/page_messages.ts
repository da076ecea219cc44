/**
 * The status and error messages of a page
 */
export function messages(html: string): string[] {
  return [...html.matchAll(/role="(?:status|alert)">([^<]*)</g)].map(([, text]) => text)
}
