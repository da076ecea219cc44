import vine, { SimpleMessagesProvider } from '@vinejs/vine'

export const noteValidator = vine.create({
  body: vine.string().trim().maxLength(1000),
})

noteValidator.messagesProvider = new SimpleMessagesProvider({
  'body.required': 'Write a word or two first.',
  'body.maxLength': 'A note has room for {{ max }} characters.',
})
