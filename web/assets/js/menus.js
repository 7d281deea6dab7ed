// Menus are <details class="drop">, so they open without a script. Escape and
// a click elsewhere close them; the focus goes back to what opened them.
const openMenus = () => document.querySelectorAll('details.drop[open]')

document.addEventListener('click', (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false
})

document.addEventListener('focusin', (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false
})

document.addEventListener('keydown', (event) => {
  const menu = event.target.closest?.('details.drop[open]')
  if (!menu) return
  if (event.key === 'Escape') {
    menu.open = false
    menu.querySelector('summary').focus()
    event.preventDefault()
    return
  }
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const items = [...menu.querySelectorAll('.menu a, .menu button')]
  const step = event.key === 'ArrowDown' ? 1 : -1
  const at = items.indexOf(document.activeElement)
  items[(at + step + items.length) % items.length]?.focus()
  event.preventDefault()
})
