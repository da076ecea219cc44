/**
 * Parts of the patterns and names of routes for login, signup and forgotten
 * passwords
 */
export const ACCOUNT_WORDS =
  /(^|[/._-])(log-?_?in|sign-?_?in|sign-?_?up|register|registration|session|new_account|passwords?)([/._-]|$)/i
