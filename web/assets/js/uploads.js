// Files are sent as soon as they are chosen, and how far they are is shown;
// then the page lists them, each with a button to remove it. Without this file
// they go with the page they were chosen on.
import { toast } from './toasts.js'

document.addEventListener('change', (event) => {
  const input = event.target
  if (input instanceof HTMLInputElement && input.type === 'file' && input.files.length > 0 && input.form && input.closest('.drop')) send(input)
})

function send(input) {
  const form = input.form
  const data = new FormData(form)
  data.set('do', 'attach')
  const request = new XMLHttpRequest()
  const bar = progressBar(input, () => request.abort())
  const buttons = [...form.querySelectorAll('button[type=submit]')]
  const enable = (on) => {
    for (const button of buttons) button.disabled = !on
    input.disabled = !on
  }
  const stopped = (text) => {
    bar.remove()
    enable(true)
    input.value = ''
    input.focus()
    if (text) toast(text, { tone: 'bad' })
  }
  request.upload.addEventListener('progress', (event) => {
    if (event.lengthComputable) bar.show(event.loaded / event.total)
  })
  request.addEventListener('load', () => {
    if (!place(request, input.id)) stopped('The file could not be sent. What you typed is still here; try a smaller one, or another.')
  })
  request.addEventListener('error', () => stopped('The server could not be reached. What you typed is still here; please try again in a minute.'))
  request.addEventListener('abort', () => stopped(''))
  request.open('POST', form.getAttribute('action'))
  request.responseType = 'document'
  request.send(data)
  enable(false)
}

// place puts the page that answered where the old one was. Mistakes are read
// first; else the reader goes on where they were.
function place(request, id) {
  const next = request.response?.querySelector('main')
  if (!next || ![200, 422].includes(request.status)) return false
  const main = document.getElementById('main')
  main.replaceWith(document.adoptNode(next))
  document.title = request.response.title
  const mistakes = next.querySelector('[data-focus]')
  mistakes?.removeAttribute('data-focus')
  const goal = mistakes ?? document.getElementById(id) ?? next
  goal.focus()
  if (!mistakes) say('The file was added.')
  return true
}

// say tells it to those who do not see the list: #toasts is a live region.
function say(text) {
  const words = document.createElement('span')
  words.className = 'hide'
  words.textContent = text
  document.getElementById('toasts')?.append(words)
  setTimeout(() => words.remove(), 3000)
}

function progressBar(input, stop) {
  const box = document.createElement('div')
  box.className = 'upload'
  const words = document.createElement('span')
  words.setAttribute('role', 'status')
  words.textContent = input.files.length === 1 ? `Sending ${input.files[0].name}` : `Sending ${input.files.length} files`
  const bar = document.createElement('progress')
  bar.max = 1
  bar.value = 0
  bar.setAttribute('aria-label', 'Sent so far')
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'link-button'
  button.textContent = 'Stop'
  button.addEventListener('click', stop)
  box.append(words, bar, button)
  input.after(box)
  return {
    show: (share) => { bar.value = share },
    remove: () => box.remove(),
  }
}
