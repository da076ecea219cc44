import { Head } from '@inertiajs/react'
import { Link } from '@adonisjs/inertia/react'

type ConvertSuccessProps = {
  continueUrl: string
  texts: {
    title: string
    lede: string
    continue: string
  }
}

export default function ConvertSuccess({ continueUrl, texts }: ConvertSuccessProps) {
  return (
    <div className="form-container">
      <Head title={texts.title} />
      <div>
        <h1>{texts.title}</h1>
        <p role="status">{texts.lede}</p>
      </div>

      <div>
        <Link href={continueUrl} style={{ textDecoration: 'underline' }}>
          {texts.continue}
        </Link>
      </div>
    </div>
  )
}
