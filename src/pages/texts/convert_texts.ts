/**
 * Texts of the conversion pages
 */
export const CONVERT_TEXTS = {
  'convert.title': 'Create your account',
  'convert.lede': 'Everything you did as a guest stays with you.',
  'convert.full_name': 'Full name',
  'convert.name': 'Name',
  'convert.username': 'Username',
  'convert.email': 'Email address',
  'convert.password': 'Password',
  'convert.password_hint': 'At least 8 characters',
  'convert.password_confirmation': 'Repeat the password',
  'convert.optional': 'optional',
  'convert.submit': 'Create account',
  'convert.login_question': 'You have an account already?',
  'convert.login': 'Log in',
  'convert.required': 'This cannot be empty',
  'convert.invalid_email': 'This does not look like an email address',
  'convert.min_length': 'Use at least {min} characters',
  'convert.max_length': 'Use at most {max} characters',
  'convert.control_characters': 'Please use letters, digits and symbols only',
  'convert.password_mismatch': 'The two passwords are not the same',
  'convert.taken': 'This belongs to an account already. Log in instead?',
  'convert.error_prefix': 'Error',
  'success.title': 'Your account is ready',
  'success.lede': 'Everything you did as a guest is still here, and stays with you.',
  'success.continue': 'Continue',
}
