// A button with data-confirm asks before it does anything. Without this file
// the server asks, on the page that answers.
let dialog

function made() {
  if (dialog?.isConnected) return dialog
  dialog = document.createElement('dialog')
  dialog.className = 'ask'
  dialog.setAttribute('aria-labelledby', 'ask-words')
  const words = Object.assign(document.createElement('p'), { id: 'ask-words' })
  const row = Object.assign(document.createElement('div'), { className: 'button-row' })
  const no = Object.assign(document.createElement('button'), { type: 'button', className: 'button', textContent: 'No, go back' })
  const yes = Object.assign(document.createElement('button'), { type: 'button' })
  no.addEventListener('click', () => dialog.close())
  yes.addEventListener('click', () => dialog.close('yes'))
  row.append(no, yes)
  dialog.append(words, row)
  document.body.append(dialog)
  return dialog
}

document.addEventListener('click', (event) => {
  const button = event.target.closest?.('form[data-tree] button[data-confirm]')
  if (!button || !HTMLDialogElement.prototype.showModal) return
  event.preventDefault()
  const box = made()
  const [words, row] = box.children
  const [no, yes] = row.children
  words.textContent = button.dataset.confirm
  yes.textContent = button.textContent
  yes.className = button.classList.contains('button-danger') ? 'button button-danger' : 'button button-main'
  box.returnValue = ''
  box.onclose = () => {
    if (box.returnValue === 'yes') send(button)
    else if (!button.classList.contains('hide')) button.focus()
  }
  box.showModal()
  no.focus()
}, true)

// send posts the form as the button would have, with the question answered. The
// button itself has lost the focus, and with it its place in what htmx sends.
function send(button) {
  const { form } = button
  if (!form?.isConnected) return
  const id = button.value.split(':')[1] ?? ''
  const added = [[button.name, button.value], ['confirmed', id]].map(([name, value]) => {
    const input = Object.assign(document.createElement('input'), { type: 'hidden', name, value })
    form.prepend(input)
    return input
  })
  form.requestSubmit()
  for (const input of added) input.remove()
}
