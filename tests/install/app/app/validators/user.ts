import vine from '@vinejs/vine'

export const signupValidator = vine.create({
  fullName: vine.string().nullable(),
  email: vine.string().email(),
  password: vine.string().minLength(8),
})
