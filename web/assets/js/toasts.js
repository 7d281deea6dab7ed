// Messages that pass by. They are read out because #toasts is a live region,
// and they stay while somebody points at them or has the focus in them.
const seconds = { '': 6, bad: 15 }

export function toast(text, { tone = '', link } = {}) {
  const place = document.getElementById('toasts')
  if (!place || !text) return
  const message = document.createElement('div')
  message.className = tone === 'bad' ? 'toast toast-bad' : 'toast'
  const words = document.createElement('span')
  words.textContent = text
  message.append(words)
  if (link?.URL?.startsWith('/')) {
    const anchor = document.createElement('a')
    anchor.className = 'button button-small'
    anchor.href = link.URL
    anchor.textContent = link.Label
    message.append(anchor)
  }
  place.append(message)
  passBy(message, seconds[tone] ?? seconds[''])
}

function passBy(message, after) {
  let timer
  const wait = () => { timer = setTimeout(() => message.remove(), after * 1000) }
  const stay = () => clearTimeout(timer)
  message.addEventListener('pointerenter', stay)
  message.addEventListener('focusin', stay)
  message.addEventListener('pointerleave', wait)
  message.addEventListener('focusout', wait)
  wait()
}

// The message the page was loaded with.
for (const message of document.querySelectorAll('#toasts > .toast')) passBy(message, seconds[''])
