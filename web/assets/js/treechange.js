// A field with data-change tells the plugin at once that it was changed, and
// the form comes back as it now is. htmx sends and swaps; here nothing that is
// typed meanwhile is lost: neither words, nor ticks, nor chosen files.
const sent = new WeakMap() // by field: how the controls of its form stood

const controls = (form) => [...form.elements].filter((control) => control.id && control.type !== 'hidden' && !(control instanceof HTMLButtonElement))
const stand = (control) => (control.type === 'radio' || control.type === 'checkbox' ? control.checked : control.value)
const changing = (event) => event.detail.requestConfig?.elt?.closest?.('[data-change]')

document.addEventListener('htmx:beforeRequest', (event) => {
  const form = event.detail.elt.closest?.('form[data-tree]')
  if (!form) return
  const field = event.detail.elt.closest('[data-change]')
  for (const other of form.querySelectorAll('[data-change]')) {
    if (other !== field) other.dispatchEvent(new CustomEvent('htmx:abort', { bubbles: true, detail: { elt: other } })) // what follows says it all
  }
  if (field) sent.set(field, new Map(controls(form).map((control) => [control.id, stand(control)])))
})

document.addEventListener('htmx:beforeSwap', (event) => {
  const field = changing(event)
  if (!field) return
  const form = field.closest('form')
  const answer = new DOMParser().parseFromString(event.detail.serverResponse, 'text/html')
  if (!form || !answer.querySelector(`form[id="${CSS.escape(form.id)}"]`)) {
    event.detail.shouldSwap = false // an answer that is no such form: what is here stays
    return
  }
  const before = sent.get(field) ?? new Map()
  const kept = controls(form).filter((control) => control.files?.length || (before.has(control.id) && before.get(control.id) !== stand(control)))
  const { id } = form
  document.addEventListener('htmx:afterSwap', () => {
    const next = document.getElementById(id)
    for (const old of kept) {
      const now = next?.elements[old.id]
      if (!now || now.type !== old.type) continue
      if (old.type === 'file') now.files = old.files
      else if (old.type === 'radio' || old.type === 'checkbox') now.checked = old.checked
      else now.value = old.value
    }
  }, { once: true })
})
