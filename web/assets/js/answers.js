// What is done with answers that are not simply put in their place: messages,
// refusals, and a server that does not answer. Nothing typed is ever lost: the
// page stays as it is and the message says so.
import { toast } from './toasts.js'

document.addEventListener('toast', (event) => toast(event.detail.text, event.detail))

// A refusal carries its own words (render.Failed).
document.addEventListener('problem', (event) => {
  toast(`${event.detail.text}`, { tone: 'bad' })
})

document.addEventListener('htmx:responseError', (event) => {
  const xhr = event.detail.xhr
  if ((xhr.getResponseHeader('HX-Trigger') || '').includes('"problem"')) return
  if (xhr.getResponseHeader('HX-Redirect') || xhr.status === 401) return // signedout.js says it
  toast('That did not work. What you typed is still here; please try again in a minute.', { tone: 'bad' })
})

for (const name of ['htmx:sendError', 'htmx:timeout']) {
  document.addEventListener(name, (event) => {
    // A part that refreshes itself will try again by itself.
    if (event.detail.requestConfig?.verb === 'get') return
    toast('The server could not be reached. What you typed is still here; please try again in a minute.', { tone: 'bad' })
  })
}

// Mistakes are read first, by those who see the page and those who hear it,
// and once: who has gone on to mend them must not be called back.
function focusMistakes(within) {
  const summary = within.querySelector?.('[data-focus]')
  if (!summary) return
  summary.removeAttribute('data-focus')
  summary.focus()
}
focusMistakes(document)
document.addEventListener('htmx:afterSettle', (event) => focusMistakes(event.detail.elt))
