// data-copy="words" on a button copies them. Where the clipboard is not to be
// had (a page without https), the button's own words are selected instead.
import { toast } from './toasts.js'

document.addEventListener('click', async (event) => {
  const button = event.target.closest?.('[data-copy]')
  if (!button) return
  event.preventDefault()
  try {
    await navigator.clipboard.writeText(button.dataset.copy)
    toast(`${button.dataset.copy} copied`)
  } catch {
    getSelection().selectAllChildren(button)
  }
})
