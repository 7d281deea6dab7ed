// The page of a case. Acts are small forms that come into a dialog, or into
// their place; parts refresh when the case changes, without closing what the
// reader has opened and without touching what they are writing.
const dialog = () => document.getElementById('act')
const note = () => document.getElementById('compose-text')
const written = () => (note()?.value.trim() ?? '') !== ''

// A form that has come into the dialog opens it; when the act is done, it goes.
document.addEventListener('htmx:afterSwap', (event) => {
  if (event.detail.target?.id !== 'act-body') return
  const box = dialog()
  if (event.detail.target.querySelector('form')) {
    for (const menu of document.querySelectorAll('details.drop[open]')) menu.open = false
    if (!box.open) box.showModal()
    box.querySelector('[data-focus], .input, input:not([type=hidden]), button[type=submit]')?.focus()
  } else if (box.open) {
    box.close()
  }
})
document.addEventListener('act-done', () => {
  if (dialog()?.open) dialog().close()
})

document.addEventListener('click', (event) => {
  const cancel = event.target.closest?.('[data-act-cancel]')
  if (cancel) {
    const box = cancel.closest('dialog')
    const place = cancel.closest('.field-row')
    if (!box && !place) return // a page of its own: the link leads back
    event.preventDefault()
    if (box) box.close()
    else refresh()
    return
  }
  const opener = event.target.closest?.('[data-compose]')
  if (opener && note() && !event.ctrlKey && !event.metaKey) {
    event.preventDefault()
    choose(opener.dataset.compose)
    return
  }
  const link = event.target.closest?.('[data-reveal]')
  if (link) reveal(document.getElementById(link.dataset.reveal), event)
})

function refresh() {
  const tab = document.getElementById('tab')
  tab?.querySelector('.act-form')?.remove()
  document.body.dispatchEvent(new CustomEvent('case-changed'))
}

function choose(mode) {
  const radio = document.querySelector(`#composer-modes input[value="${CSS.escape(mode)}"]`)
  if (radio) {
    radio.checked = true
    radio.dispatchEvent(new Event('change', { bubbles: true }))
  }
  note().focus()
  note().scrollIntoView({ block: 'nearest' })
}

// A promise in the head leads to how it was calculated.
function reveal(section, event) {
  if (!section) return
  event.preventDefault()
  const ledger = section.querySelector('details[id$="-ledger"]')
  if (ledger) ledger.open = true
  for (const other of document.querySelectorAll('.side-section.is-revealed')) other.classList.remove('is-revealed')
  section.classList.add('is-revealed')
  section.scrollIntoView({ block: 'center' })
  ledger?.querySelector('summary')?.focus({ preventScroll: true })
}

// What asks for itself again waits while somebody types into it or has typed and
// not sent it, and keeps open what they opened.
const typingIn = (element) => element.querySelector('.act-form') !== null || typedInto(element)

document.addEventListener('htmx:beforeRequest', (event) => {
  const element = event.detail.elt
  const menu = element.closest('.case-head details.drop, .case-side details.drop')
  if (menu) menu.open = false // something in it was chosen
  if (element.matches('[data-presence]') && document.hidden) event.preventDefault()
  if (element.matches('[data-keep]') && typingIn(element)) event.preventDefault()
  if (element.matches('[data-section-news]') && typedInto(element.closest('.case-section'))) event.preventDefault()
})

// Something differs from what the server drew there: it is not drawn anew under
// whoever typed it, who is told when they send it. Sections of a case see to
// themselves, within whatever they stand.
const typedInto = (part) => {
  if (part === null) return false
  if (part.contains(document.activeElement) && document.activeElement.matches('input:not([type=hidden]), textarea, select')) return true
  const own = (kind) => [...part.querySelectorAll(kind)].filter((field) => part.matches('.case-section') || field.closest('.case-section') === null)
  return (
    own('input:not([type=hidden]), textarea').some((field) => (field.matches('[type=radio], [type=checkbox]') ? field.checked !== field.defaultChecked : field.value !== field.defaultValue)) ||
    own('option').some((option) => option.selected !== option.defaultSelected && (option.defaultSelected || option.index > 0))
  )
}

let opened = []
document.addEventListener('htmx:beforeSwap', (event) => {
  const target = event.detail.target
  if (!target?.matches?.('[data-keep]')) return
  if (event.detail.requestConfig?.elt === target && typingIn(target)) {
    event.detail.shouldSwap = false // they began while it was on its way
    return
  }
  opened = [...target.querySelectorAll('details[id]')].map((details) => [details.id, details.open])
  const focused = target.contains(document.activeElement) ? document.activeElement : null
  target.dataset.focus = focused?.id || focused?.closest('details[id]')?.id || ''
  if (target.dataset.focus) keptFocus = target.dataset.focus
})
let keptFocus = ''
document.addEventListener('htmx:afterSettle', () => {
  for (const [id, was] of opened) {
    const details = document.getElementById(id)
    if (details) details.open = was
  }
  opened = []
  if (keptFocus && document.activeElement === document.body) {
    const element = document.getElementById(keptFocus)
    ;(element?.matches('details') ? element.querySelector('summary') : element)?.focus({ preventScroll: true })
  }
  keptFocus = ''
})

// While something is written, what is new is counted instead of shown; and the
// others are told what one is doing.
document.addEventListener('htmx:configRequest', (event) => {
  const { elt, parameters } = event.detail
  if (elt.matches('[data-new-entries]') && written()) parameters.writing = '1'
  if (elt.matches('[data-presence]')) parameters.doing = doing()
})

function doing() {
  if (!written()) return 'reading'
  const mode = document.querySelector('#composer-modes input:checked')?.value
  return { staff: 'note', public: 'public', question: 'question' }[mode] ?? 'reading'
}

let told = ''
function tell() {
  if (!document.querySelector('[data-presence]') || doing() === told) return
  told = doing()
  document.body.dispatchEvent(new CustomEvent('presence'))
}

document.addEventListener('input', (event) => {
  if (event.target.id === 'compose-text') tell()
})
document.addEventListener('change', (event) => {
  if (event.target.closest?.('#composer-modes')) {
    if (written()) note().dispatchEvent(new CustomEvent('mode-changed'))
    tell()
  }
  const files = event.target.dataset?.files
  if (files) {
    const names = [...event.target.files].map((file) => file.name)
    document.getElementById(files).textContent = names.length > 2 ? `${names.length} files` : names.join(', ')
  }
})
if (document.querySelector('[data-presence]')) setTimeout(tell, 300)

// On a narrow screen the tabs scroll; the one that is open is in sight.
function showTab() {
  const tab = document.querySelector('#case-main > .tabs [aria-current]')
  const tabs = tab?.parentElement
  if (tabs && tabs.scrollWidth > tabs.clientWidth) tabs.scrollLeft = tab.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2
}
showTab()
document.addEventListener('htmx:afterSettle', (event) => {
  if (event.detail.elt?.id === 'case-main') showTab()
})

// The end of a conversation is where one reads on.
if (location.hash === '#composer') note()?.focus()
