import { Form } from '@inertiajs/react'

export default function Cart({ owner }: { owner: number | null }) {
  return (
    <>
      <h1>Cart</h1>
      <p id="owner">{owner}</p>
      <Form action="/cart" method="post">
        <button type="submit">Add</button>
      </Form>
    </>
  )
}
