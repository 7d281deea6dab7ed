// "3 minutes ago" stays true. The words are those of web/render/say.go.
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

const many = (n, one) => `${n} ${n === 1 ? one : `${one}s`}`

function span(ms) {
  const days = Math.floor(ms / day)
  if (ms < minute) return ''
  if (ms < hour) return many(Math.floor(ms / minute), 'minute')
  if (ms < day) return many(Math.floor(ms / hour), 'hour')
  if (days < 14) return many(days, 'day')
  if (days < 60) return many(Math.floor(days / 7), 'week')
  if (days < 730) return many(Math.floor(days / 30), 'month')
  return many(Math.floor(days / 365), 'year')
}

const say = {
  ago(ms) {
    const words = span(Math.abs(ms))
    if (!words) return 'just now'
    return ms < 0 ? `in ${words}` : `${words} ago`
  },
  age(ms) {
    if (ms < minute) return 'now'
    if (ms < hour) return `${Math.floor(ms / minute)} min`
    if (ms < day) return `${Math.floor(ms / hour)} h`
    return `${Math.floor(ms / day)} d`
  },
}

// The server's clock counts, not this machine's: what has passed since the
// page came is added to what the server said.
const began = performance.now()
const serverNow = Number(document.documentElement.dataset.now)

function refresh() {
  if (document.hidden || !serverNow) return
  const now = serverNow + performance.now() - began
  for (const element of document.querySelectorAll('time[data-time]')) {
    const words = say[element.dataset.time]?.(now - Date.parse(element.dateTime))
    if (words && element.textContent !== words) element.textContent = words
  }
}

setInterval(refresh, 30_000)
document.addEventListener('visibilitychange', refresh)
