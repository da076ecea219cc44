import vine, { SimpleMessagesProvider } from '@vinejs/vine'

const messages = new SimpleMessagesProvider({
  'required': 'This cannot be empty.',
  'email': 'This does not look like an email address.',
  'email.database.unique': 'This address has an account already. Log in instead?',
  'password.minLength': 'Use {{ min }} characters or more.',
  'maxLength': 'Use {{ max }} characters or fewer.',
})

export const signupValidator = vine.create({
  fullName: vine.string().trim().maxLength(80),
  email: vine.string().email().maxLength(254).unique({ table: 'users', column: 'email' }),
  password: vine.string().minLength(8).maxLength(72),
})
signupValidator.messagesProvider = messages

export const loginValidator = vine.create({
  email: vine.string(),
  password: vine.string(),
})
loginValidator.messagesProvider = messages
