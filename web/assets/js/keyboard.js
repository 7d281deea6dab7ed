// Keys, for those who work here all day. A key is named where it works:
// data-key="c" on what it presses or where it puts the focus, data-go="q" on
// the link that g then q follows. Modifiers and fields keep their own meaning.
import { openDialog } from './dialogs.js'
import { openPalette } from './palette.js'
import { moveInList, pressInRow } from './lists.js'

const goSeconds = 1.5
let goUntil = 0

const typing = (element) => element.closest('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]') !== null

function press(element) {
  if (!element) return false
  if (element.matches('input, textarea, select')) {
    element.focus()
    element.select?.()
  } else {
    element.click()
  }
  return true
}

const visible = (element) => element.getClientRects().length > 0

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.isComposing) return
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k') {
    event.preventDefault()
    openPalette()
    return
  }
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return
  if (typing(event.target)) {
    if (event.key === 'Escape') event.target.blur()
    return
  }
  if (handle(event.key, event.target)) event.preventDefault()
})

function handle(key, target) {
  if (performance.now() < goUntil) {
    goUntil = 0
    return press(document.querySelector(`[data-go="${CSS.escape(key)}"]`))
  }
  switch (key) {
    case 'g':
      goUntil = performance.now() + goSeconds * 1000
      return true
    case '?':
      return openDialog('shortcuts')
    case 'j':
      return moveInList(1)
    case 'k':
      return moveInList(-1)
  }
  if (key.length !== 1) return false
  if (pressInRow(key, target)) return true
  return press([...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(visible))
}
