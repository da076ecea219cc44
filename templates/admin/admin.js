/*
 * Every page works without this script. It selects all guests of a page at once,
 * and continues a long deletion by itself.
 */
const selectPage = document.querySelector('[data-select-page]')
if (selectPage) {
  offerSelectPage(selectPage)
}

const deletion = document.querySelector('[data-deletion]')
const wasJustConfirmed = takeConfirmation()
if (deletion && wasJustConfirmed) {
  continueDeletion(deletion)
}
document.querySelectorAll('form:has([name="deletion"])').forEach((form) => {
  form.addEventListener('submit', rememberConfirmation)
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
 * The confirmation lasts from the button to the page that it leads to: a page
 * that is reloaded, or found in the history, deletes nothing by itself
 */
function rememberConfirmation() {
  sessionStorage.setItem('guest_user_deletion', 'confirmed')
}

function takeConfirmation() {
  const isConfirmed = sessionStorage.getItem('guest_user_deletion') !== null
  sessionStorage.removeItem('guest_user_deletion')
  return isConfirmed
}

/*
 * Takes one step after the other. After a failure, the buttons remain, which work
 * without this script
 */
async function continueDeletion(form) {
  const stop = form.querySelector('[name="command"]')
  const continueButton = form.querySelector('[data-go-on]')
  let isRunning = true
  let isStopping = false

  stop.addEventListener('click', (event) => {
    if (isRunning) {
      event.preventDefault()
      isStopping = true
      stop.disabled = true
    }
  })
  continueButton?.toggleAttribute('hidden', true)

  try {
    while (form.dataset.deletion === 'running' && !isStopping) {
      await takeStep(form)
    }
    stop.disabled = false
    form.requestSubmit(stop)
  } catch {
    continueButton?.toggleAttribute('hidden', false)
    stop.disabled = false
  }
  isRunning = false
}

/*
 * Each request deletes for a moment and answers with the page that shows how far
 * it got
 */
async function takeStep(form) {
  const body = new URLSearchParams(new FormData(form))
  body.set('command', 'step')
  const response = await fetch(form.action, { method: 'POST', body })
  const page = new DOMParser().parseFromString(await response.text(), 'text/html')
  const next = page.querySelector('[data-deletion]')
  if (!next) {
    throw new Error('The answer is another page, such as the login')
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
