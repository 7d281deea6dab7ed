// Lists that keys move through. [data-list] holds rows, [data-row] is one, and
// its first link (or the one that says data-row-link) opens it: the focus is on that link, so that Enter needs no
// help and a screen reader follows. x ticks the row's box; any other key
// presses what in the row says data-row-key.
const rowsOf = (list) => [...list.querySelectorAll('[data-row]')]
const currentRow = () => document.activeElement?.closest('[data-row]') ?? document.querySelector('[data-row].is-cursor')
const linkOf = (row) => row.querySelector('[data-row-link], a[href]')

export function moveInList(step) {
  const row = currentRow()
  const list = row?.closest('[data-list]') ?? document.querySelector('[data-list]')
  if (!list) return false
  const rows = rowsOf(list)
  const at = row ? rows.indexOf(row) : -1
  const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step]
  if (!next) return at >= 0
  mark(next)
  linkOf(next)?.focus({ preventScroll: true })
  next.scrollIntoView({ block: 'nearest' })
  return true
}

function mark(row) {
  for (const other of document.querySelectorAll('[data-row].is-cursor')) if (other !== row) other.classList.remove('is-cursor')
  row.classList.add('is-cursor')
}

export function pressInRow(key) {
  const row = currentRow()
  if (!row) return false
  const target = key === 'x' ? row.querySelector('input[type=checkbox]') : row.querySelector(`[data-row-key="${CSS.escape(key)}"]`)
  target?.click()
  return Boolean(target)
}

document.addEventListener('focusin', (event) => {
  const row = event.target.closest?.('[data-list] [data-row]')
  if (row) mark(row)
})

// A list that was put in place anew keeps the cursor where it was. Whoever
// moved on meanwhile stays there: only a focus that was lost is given back.
let kept = null
document.addEventListener('htmx:beforeSwap', () => {
  const row = currentRow()
  kept = row?.id ? { id: row.id, focused: row.contains(document.activeElement) } : null
})
document.addEventListener('htmx:afterSettle', () => {
  if (!kept) return
  const row = document.activeElement?.closest('[data-row]') ?? document.getElementById(kept.id)
  if (row?.matches('[data-row]')) {
    mark(row)
    if (kept.focused && document.activeElement === document.body) linkOf(row)?.focus({ preventScroll: true })
  }
  kept = null
})
