/*
 * A convenience: without it, every page works. It selects the guests of a page
 * at once, and goes on with a long deletion by itself.
 */
const selectPage = document.querySelector('[data-select-page]')
if (selectPage) {
  offerSelectPage(selectPage)
}

const deletion = document.querySelector('[data-deletion]')
const wasJustConfirmed = takeConfirmation()
if (deletion && wasJustConfirmed) {
  goOn(deletion)
}
document.querySelectorAll('form:has([name="deletion"])').forEach((form) => {
  form.addEventListener('submit', keepConfirmation)
})

function offerSelectPage(label) {
  const all = label.querySelector('input')
  const boxes = [...label.closest('form').querySelectorAll('[name="guests"]')]
  const update = () => {
    const count = boxes.filter((box) => box.checked).length
    all.checked = count === boxes.length
    all.indeterminate = count > 0 && count < boxes.length
  }

  all.addEventListener('change', () => {
    boxes.forEach((box) => (box.checked = all.checked))
  })
  boxes.forEach((box) => box.addEventListener('change', update))
  label.hidden = false
  // Browsers remember what was checked before Back
  update()
}

/*
 * From the button to the page that it leads to, and no further: a page that is
 * found in the history, or loaded again, deletes nothing by itself
 */
function keepConfirmation() {
  sessionStorage.setItem('guest_user_deletion', 'confirmed')
}

function takeConfirmation() {
  const isKept = sessionStorage.getItem('guest_user_deletion') !== null
  sessionStorage.removeItem('guest_user_deletion')
  return isKept
}

/*
 * Takes one step after the other. What fails leaves the buttons, which work
 * without this script
 */
async function goOn(form) {
  const stop = form.querySelector('[name="command"]')
  const byHand = form.querySelector('[data-go-on]')
  let isGoing = true
  let isStopping = false

  stop.addEventListener('click', (event) => {
    if (isGoing) {
      event.preventDefault()
      isStopping = true
      stop.disabled = true
    }
  })
  byHand?.toggleAttribute('hidden', true)

  try {
    while (form.dataset.deletion === 'running' && !isStopping) {
      await takeStep(form)
    }
    stop.disabled = false
    form.requestSubmit(stop)
  } catch {
    byHand?.toggleAttribute('hidden', false)
    stop.disabled = false
  }
  isGoing = false
}

/*
 * Each request deletes for a moment and answers with the page that says how far
 * it got
 */
async function takeStep(form) {
  const body = new URLSearchParams(new FormData(form))
  body.set('command', 'step')
  const response = await fetch(form.action, { method: 'POST', body })
  const page = new DOMParser().parseFromString(await response.text(), 'text/html')
  const next = page.querySelector('[data-deletion]')
  if (!next) {
    throw new Error('Another page came, such as the login')
  }

  history.replaceState(null, '', response.url)
  for (const name of ['deletion', '_csrf']) {
    const own = form.querySelector(`[name="${name}"]`)
    if (own) {
      own.value = next.querySelector(`[name="${name}"]`).value
    }
  }
  form
    .querySelector('[data-progress]')
    .replaceChildren(...next.querySelector('[data-progress]').childNodes)
  form.dataset.deletion = next.dataset.deletion
}
