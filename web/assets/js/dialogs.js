// Dialogs are native. data-open="id" opens one; a click beside it closes it.
import { openPalette } from './palette.js'

export function openDialog(id) {
  const dialog = document.getElementById(id)
  if (!dialog?.showModal) return false
  if (!dialog.open) dialog.showModal()
  return true
}

document.addEventListener('click', (event) => {
  const opener = event.target.closest?.('[data-open]')
  if (opener && !event.ctrlKey && !event.metaKey) {
    const id = opener.dataset.open
    if (id === 'palette' ? openPalette() : openDialog(id)) event.preventDefault()
    return
  }
  if (event.target instanceof HTMLDialogElement && event.target.open) {
    const box = event.target.getBoundingClientRect()
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom
    if (!inside) event.target.close()
  }
})
