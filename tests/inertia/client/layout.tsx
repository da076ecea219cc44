import type { ReactNode } from 'react'
import { Link, usePage } from '@inertiajs/react'

interface SharedProps extends Record<string, unknown> {
  visitor: { kind: 'anonymous' | 'guest' | 'regular'; isGuest: boolean }
  messages: string[]
}

/**
 * Guests are offered to sign up and to log in, and not to log out
 */
export default function Layout({ children }: { children: ReactNode }) {
  const { visitor, messages } = usePage<SharedProps>().props

  return (
    <>
      <header data-visitor={visitor.kind}>
        <Link href="/">Home</Link>
        <Link href="/cart" prefetch="hover">
          Cart
        </Link>
        <Link href="/orders" prefetch="hover">
          Orders
        </Link>
        <Link href="/orders/new">New order</Link>
        <Link href="/convert">Keep my cart</Link>
        <Link href="/admin">Guests</Link>
        {visitor.kind === 'regular' ? (
          <span>Your account</span>
        ) : (
          <>
            <Link href="/signup">Sign up</Link>
            <Link href="/login">Log in</Link>
          </>
        )}
      </header>
      {messages.map((message) => (
        <p role="alert" key={message}>
          {message}
        </p>
      ))}
      <main>{children}</main>
    </>
  )
}
