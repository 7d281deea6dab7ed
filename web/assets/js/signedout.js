// A page stays open longer than a session. When the server says that it has
// ended, what was typed is put aside in this tab, nothing more is asked in
// vain, and a dialog leads to signing in and back to this page, where what was
// typed is put in its place again: if it is the same person who signs in.
const place = `casement-kept ${location.pathname}`
const keptFor = 60 * 60 * 1000 // milliseconds
const longest = 200_000 // letters, of all fields together

let over = false
export const signedOut = () => over

const viewer = () => document.querySelector('.menu-person strong')?.textContent ?? ''

// Fields are told apart by the form they are in, their name, and which of that
// name they are. What the server made, and secrets, are not kept.
function* fields() {
  const seen = new Map()
  for (const field of document.querySelectorAll('form textarea, form select, form input:not([type=hidden], [type=password], [type=file], [type=submit], [type=button])')) {
    if (!field.name) continue
    const key = `${field.form.id || field.form.getAttribute('action') || ''} ${field.name} ${/^(radio|checkbox)$/.test(field.type) ? field.value : ''}`
    const nth = seen.get(key) ?? 0
    seen.set(key, nth + 1)
    yield [`${key} ${nth}`, field]
  }
}

const isTicked = (field) => field.type === 'radio' || field.type === 'checkbox'
const isChanged = (field) => {
  if (isTicked(field)) return field.checked !== field.defaultChecked
  if (field.matches('select')) return [...field.options].some((option) => option.selected !== option.defaultSelected)
  return field.value !== field.defaultValue
}

function keep() {
  const kept = {}
  for (const [key, field] of fields()) if (isChanged(field)) kept[key] = isTicked(field) ? field.checked : field.value
  const text = JSON.stringify({ viewer: viewer(), at: Date.now(), kept })
  if (Object.keys(kept).length === 0 || text.length > longest) return
  try {
    sessionStorage.setItem(place, text)
  } catch {
    // A browser that keeps nothing: the page itself still holds it.
  }
}

function putBack() {
  let found
  try {
    found = JSON.parse(sessionStorage.getItem(place))
    sessionStorage.removeItem(place)
  } catch {
    return
  }
  if (!found || found.viewer === '' || found.viewer !== viewer() || Date.now() - found.at > keptFor) return
  for (const [key, field] of fields()) {
    if (!(key in found.kept) || isChanged(field)) continue
    if (isTicked(field)) field.checked = found.kept[key]
    else field.value = found.kept[key]
    field.dispatchEvent(new Event('input', { bubbles: true }))
  }
}

function show(url) {
  let box = document.getElementById('signed-out')
  if (!box) {
    box = document.createElement('dialog')
    box.id = 'signed-out'
    box.className = 'dialog'
    box.setAttribute('aria-labelledby', 'signed-out-title')
    const head = document.createElement('div')
    head.className = 'dialog-head'
    const title = document.createElement('h2')
    title.id = 'signed-out-title'
    title.textContent = 'You have been signed out'
    head.append(title)
    const body = document.createElement('div')
    body.className = 'dialog-body'
    const words = document.createElement('p')
    words.textContent = 'Sign in again to go on with this page. What you typed is kept in this tab for an hour. Chosen files must be chosen again.'
    body.append(words)
    const foot = document.createElement('div')
    foot.className = 'dialog-foot'
    const link = document.createElement('a')
    link.className = 'button button-main'
    link.textContent = 'Sign in again'
    link.href = url
    link.addEventListener('click', keep) // also what was typed since
    foot.append(link)
    box.append(head, body, foot)
    document.body.append(box)
  }
  if (!box.open) box.showModal()
}

// ended is called with where to sign in, as often as the server says so.
function ended(url) {
  if (!url?.startsWith('/') || url.startsWith('//')) return
  over = true
  keep()
  show(url)
}

document.addEventListener('signed-out', (event) => ended(event.detail?.url))

// What asks by itself asks no more; what somebody does leads to the dialog.
document.addEventListener('htmx:beforeRequest', (event) => {
  if (!over) return
  event.preventDefault()
  if (event.detail.requestConfig?.triggeringEvent?.isTrusted) show()
})

// ask finds out whether the session has ended, for whoever only knows that it
// was not answered.
export async function ask() {
  if (over) return
  try {
    const answer = await fetch('/frame/counts', { headers: { 'HX-Request': 'true', 'HX-Current-URL': location.href } })
    if (answer.status !== 401) return
    ended(JSON.parse(answer.headers.get('HX-Trigger') ?? '{}')['signed-out']?.url)
  } catch {
    // The server is away, which is another matter.
  }
}

putBack()
