import { Form } from '@inertiajs/react'

export default function Signup() {
  return (
    <Form action="/signup" method="post">
      {({ errors }) => (
        <>
          <h1>Sign up</h1>
          <input name="email" type="email" aria-label="Email" />
          {errors.email && <p id="email_error">{errors.email}</p>}
          <input name="password" type="password" aria-label="Password" />
          <button type="submit">Create account</button>
        </>
      )}
    </Form>
  )
}
