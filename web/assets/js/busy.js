// A form whose answer takes a while says so when it is sent, and is not sent
// twice. Its words are in data-busy.
document.addEventListener('submit', (event) => {
  const form = event.target
  if (!form.dataset.busy || event.defaultPrevented) return
  const row = form.querySelector('.button-row')
  const said = document.createElement('p')
  said.className = 'busy'
  said.setAttribute('role', 'status')
  const bar = document.createElement('progress')
  bar.setAttribute('aria-label', 'Working')
  said.append(bar, ` ${form.dataset.busy}`)
  row.after(said)
  const buttons = form.querySelectorAll('button[type=submit]')
  setTimeout(() => { // what is disabled is not sent
    for (const button of buttons) button.disabled = true
  })
  addEventListener('pageshow', () => { // the way back leads here
    said.remove()
    for (const button of buttons) button.disabled = false
  }, { once: true })
})
