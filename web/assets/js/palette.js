// The command palette: one field and a list that the server fills. The focus
// stays in the field; the arrows move through the list (aria-activedescendant),
// Enter follows the link.
const dialog = document.getElementById('palette')
const field = document.getElementById('palette-q')
const list = document.getElementById('palette-list')

export function openPalette() {
  if (!dialog?.showModal) return false
  if (!dialog.open) {
    dialog.showModal()
    field.value = ''
    field.focus()
    field.dispatchEvent(new CustomEvent('palette-open', { bubbles: true }))
  }
  return true
}

const options = () => [...list.querySelectorAll('[role=option]')]
const active = () => list.querySelector('[aria-selected=true]')

function choose(option) {
  for (const other of options()) {
    other.classList.toggle('is-active', other === option)
    other.setAttribute('aria-selected', String(other === option))
  }
  if (option) {
    field.setAttribute('aria-activedescendant', option.id)
    option.scrollIntoView({ block: 'nearest' })
  } else {
    field.removeAttribute('aria-activedescendant')
  }
}

field?.addEventListener('keydown', (event) => {
  const all = options()
  const at = all.indexOf(active())
  switch (event.key) {
    case 'ArrowDown':
      choose(all[(at + 1) % all.length])
      break
    case 'ArrowUp':
      choose(all[(at - 1 + all.length) % all.length])
      break
    case 'Enter':
      if (!active()) return // the form sends what was typed
      active().click()
      break
    default:
      return
  }
  event.preventDefault()
})

list?.addEventListener('htmx:afterSettle', () => choose(options()[0]))
