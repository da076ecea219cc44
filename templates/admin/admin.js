/*
 * A convenience: without it, every page works. It selects the guests of a page
 * at once, and goes on with a long deletion by itself.
 */
const selectPage = document.querySelector('[data-select-page]')
if (selectPage) {
  offerSelectPage(selectPage)
}

const deletion = document.querySelector('[data-deletion]')
if (deletion) {
  goOn(deletion)
}

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
 * Each request deletes for a moment and answers with the page that says how far
 * it got. What fails leaves the buttons, which work without this script
 */
async function goOn(form) {
  const stop = form.querySelector('[name="command"]')
  const byHand = form.querySelector('[data-go-on]')
  let isStopping = false
  if (byHand) {
    byHand.hidden = true
  }
  stop.addEventListener('click', (event) => {
    if (form.dataset.deletion === 'running' && !isStopping) {
      event.preventDefault()
      isStopping = true
      stop.disabled = true
    }
  })

  while (form.dataset.deletion === 'running' && !isStopping) {
    const body = new URLSearchParams(new FormData(form))
    body.set('command', 'step')
    let page
    try {
      const response = await fetch(form.action, { method: 'POST', body })
      page = new DOMParser().parseFromString(await response.text(), 'text/html')
    } catch {
      // Offline: the buttons are still there
    }

    const next = page?.querySelector('[data-deletion]')
    if (!next) {
      stop.disabled = false
      byHand.hidden = false
      return
    }
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

  stop.disabled = false
  form.requestSubmit(stop)
}
