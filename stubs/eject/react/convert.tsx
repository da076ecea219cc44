import { Head, router } from '@inertiajs/react'
import { Form, Link } from '@adonisjs/inertia/react'

type ConvertProps = {
  fields: {
    name: string
    type: 'text' | 'email' | 'password'
    label: string
    hint?: string
    autocomplete: string
    isRequired: boolean
    maxLength?: number
  }[]
  prefill: Record<string, string>
  formUrl: string
  loginUrl: string
  texts: {
    title: string
    lede: string
    optional: string
    submit: string
    loginQuestion: string
    login: string
  }
}

export default function Convert({ fields, prefill, formUrl, loginUrl, texts }: ConvertProps) {
  const focusFirstInvalid = (errors: Record<string, unknown>) => {
    const invalid = fields.find(({ name }) => errors[name])
    if (invalid) {
      document.getElementById(invalid.name)?.focus()
    }
  }

  return (
    <div className="form-container">
      <Head title={texts.title} />
      <div>
        <h1>{texts.title}</h1>
        <p>{texts.lede}</p>
      </div>

      <div>
        <Form
          action={{ url: formUrl, method: 'post' }}
          noValidate
          onError={focusFirstInvalid}
          // Pages that were prefetched for the guest
          onSuccess={() => router.flushAll()}
        >
          {({ errors, processing }) => (
            <>
              {fields.map(({ name, type, label, hint, autocomplete, isRequired }) => (
                <div key={name}>
                  <label htmlFor={name}>
                    {label} {!isRequired && `(${texts.optional})`}
                  </label>
                  {hint && (
                    <small id={`${name}_hint`} style={{ color: 'var(--gray-6)' }}>
                      {hint}
                    </small>
                  )}
                  <input
                    type={type}
                    name={name}
                    id={name}
                    autoComplete={autocomplete}
                    required={isRequired}
                    defaultValue={prefill[name]}
                    data-invalid={errors[name] ? 'true' : undefined}
                    aria-invalid={errors[name] ? 'true' : undefined}
                    aria-describedby={
                      [hint && `${name}_hint`, errors[name] && `${name}_error`]
                        .filter(Boolean)
                        .join(' ') || undefined
                    }
                  />
                  {errors[name] && <div id={`${name}_error`}>{errors[name]}</div>}
                </div>
              ))}

              <div>
                <button type="submit" className="button" disabled={processing}>
                  {texts.submit}
                </button>
              </div>

              <div>
                {texts.loginQuestion}{' '}
                <Link href={loginUrl} style={{ textDecoration: 'underline' }}>
                  {texts.login}
                </Link>
              </div>
            </>
          )}
        </Form>
      </div>
    </div>
  )
}
