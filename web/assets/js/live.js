// Live updates. An element that says hx-trigger="live:case:REF from:body" asks
// for itself again when that topic changes.
//
// Browsers allow six connections to a server, so that six tabs with a stream
// each would block a seventh page. One tab leads (it holds a lock), listens for
// all, and tells the others over a channel. Tabs that nobody looks at neither
// lead nor listen; when they are looked at again they refresh what they show.
import { ask, signedOut } from './signedout.js'

const maxTopics = 64 // as the server allows
const me = crypto.randomUUID?.() ?? String(Math.random())
const channel = 'BroadcastChannel' in window ? new BroadcastChannel('casement-live') : null
const locks = navigator.locks // missing where the page is not secure

let wanted = [] // the topics of this tab
let leading = false
let release = null // gives the lead away
let source = null
let listening = new Set() // the topics of the open stream
let reopening = 0
let failures = 0
const others = new Map() // while leading: tab → its topics

function topicsOfPage() {
  const found = new Set()
  for (const element of document.querySelectorAll('[hx-trigger*="live:"]')) {
    for (const match of element.getAttribute('hx-trigger').matchAll(/\blive:([^\s,[]+)/g)) found.add(match[1])
  }
  return [...found].slice(0, maxTopics)
}

function dispatch(topic) {
  document.body.dispatchEvent(new CustomEvent(`live:${topic}`))
}

// everyone tells all tabs, this one included.
function everyone(topic) {
  channel?.postMessage({ kind: 'change', topic })
  dispatch(topic)
}

function allTopics() {
  const all = new Set(wanted)
  for (const topics of others.values()) for (const topic of topics) all.add(topic)
  return [...all].slice(0, maxTopics)
}

// listen opens the stream, or opens it again when a topic is missing from it.
function listen() {
  if (!leading) return
  const topics = allTopics()
  if (source && topics.every((topic) => listening.has(topic))) return
  clearTimeout(reopening)
  reopening = setTimeout(open, source ? 100 : 0)
}

function open() {
  source?.close()
  source = null
  const topics = allTopics()
  if (!leading || topics.length === 0 || signedOut()) return
  listening = new Set(topics)
  const stream = new EventSource(`/live?topics=${encodeURIComponent(topics.join(','))}`)
  source = stream
  let interrupted = failures > 0
  stream.addEventListener('open', () => {
    failures = 0
    // What changed while nobody listened is not known: ask for everything.
    if (interrupted) topics.forEach(everyone)
    interrupted = false
  })
  stream.addEventListener('change', (event) => everyone(event.data))
  stream.addEventListener('error', () => {
    interrupted = true
    if (stream.readyState !== EventSource.CLOSED) return // it comes back by itself
    failures++
    if (source === stream) source = null
    ask() // perhaps the session has ended
    const wait = Math.min(60, 5 * 2 ** failures) * 1000 * (0.5 + Math.random())
    clearTimeout(reopening)
    reopening = setTimeout(open, wait)
  })
}

function close() {
  clearTimeout(reopening)
  source?.close()
  source = null
  listening = new Set()
}

function announce() {
  channel?.postMessage({ kind: 'topics', tab: me, topics: wanted })
}

function startLeading() {
  leading = true
  others.clear()
  channel?.postMessage({ kind: 'who' })
  listen()
}

function stopLeading() {
  leading = false
  close()
  release?.()
  release = null
}

let asking = null // ends the wait for the lead
function takePart() {
  wanted = topicsOfPage()
  if (!locks) {
    startLeading()
    return
  }
  announce()
  if (leading || asking) return
  const waiting = new AbortController()
  asking = waiting
  locks.request('casement-live', { signal: waiting.signal }, () => new Promise((give) => {
    asking = null
    release = give
    startLeading()
  })).catch(() => {}) // given up while waiting
}

function leave() {
  channel?.postMessage({ kind: 'leave', tab: me })
  asking?.abort()
  asking = null
  stopLeading()
}

channel?.addEventListener('message', ({ data }) => {
  switch (data.kind) {
    case 'change':
      if (!document.hidden) dispatch(data.topic)
      break
    case 'who':
      if (!document.hidden) announce()
      break
    case 'topics':
      if (leading) {
        others.set(data.tab, data.topics)
        listen()
      }
      break
    case 'leave':
      others.delete(data.tab)
  }
})

document.addEventListener('visibilitychange', () => {
  if (document.hidden) {
    leave()
    return
  }
  takePart()
  wanted.forEach(dispatch)
})
document.addEventListener('signed-out', leave)
window.addEventListener('pagehide', leave)
window.addEventListener('pageshow', (event) => { if (event.persisted) takePart() })

let settled = 0
document.addEventListener('htmx:afterSettle', () => {
  clearTimeout(settled)
  settled = setTimeout(() => {
    const before = wanted.join()
    wanted = topicsOfPage()
    if (document.hidden || wanted.join() === before) return
    announce()
    listen()
  }, 50)
})

if (!document.hidden) takePart()
