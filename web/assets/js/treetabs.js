// The parts of [data-tabs] become tabs, as ARIA's authoring practices have
// them. Without this file they stand below each other, each under its heading.
const chosen = new Map() // by id of the set: the part that was chosen, kept when the set is drawn anew
const mistake = '[aria-invalid=true], .field-bad'

function begin(set) {
  if (set.classList.contains('is-tabs')) return
  const parts = [...set.children].filter((child) => child.classList.contains('tab-part'))
  if (parts.length < 2) return
  set.classList.add('is-tabs')
  const list = Object.assign(document.createElement('div'), { className: 'tab-list' })
  list.setAttribute('role', 'tablist')
  list.setAttribute('aria-label', set.dataset.tabs)
  const tabs = parts.map((part, i) => {
    const tab = Object.assign(document.createElement('button'), { type: 'button', className: 'tab-choice', id: `${set.id}~tab${i}` })
    tab.textContent = part.querySelector('.tab-head-words').textContent
    if (part.querySelector(mistake)) {
      const mark = Object.assign(document.createElement('span'), { className: 'tab-wrong', textContent: '!' })
      mark.setAttribute('aria-hidden', 'true')
      tab.append(mark, Object.assign(document.createElement('span'), { className: 'hide', textContent: ', needs another look' }))
    }
    tab.setAttribute('role', 'tab')
    part.id ||= `${set.id}~part${i}`
    tab.setAttribute('aria-controls', part.id)
    part.setAttribute('role', 'tabpanel')
    part.setAttribute('aria-labelledby', tab.id)
    part.tabIndex = 0
    list.append(tab)
    return tab
  })
  const open = (at, focus) => {
    tabs.forEach((tab, i) => {
      tab.setAttribute('aria-selected', String(i === at))
      tab.tabIndex = i === at ? 0 : -1
      parts[i].hidden = i !== at
    })
    chosen.set(set.id, at)
    list.scrollLeft = tabs[at].offsetLeft - (list.clientWidth - tabs[at].offsetWidth) / 2
    if (focus) tabs[at].focus()
  }
  list.addEventListener('click', (event) => {
    const at = tabs.indexOf(event.target.closest('[role=tab]'))
    if (at >= 0) open(at)
  })
  list.addEventListener('keydown', (event) => {
    const at = tabs.indexOf(event.target)
    const back = getComputedStyle(set).direction === 'rtl' ? 1 : -1
    const to = { ArrowLeft: at + back, ArrowRight: at - back, Home: 0, End: tabs.length - 1 }[event.key]
    if (at < 0 || to === undefined) return
    event.preventDefault()
    open((to + tabs.length) % tabs.length, true)
  })
  set.addEventListener('casement:reveal', (event) => {
    const at = parts.findIndex((part) => part.contains(event.target))
    if (at >= 0) open(at)
  })
  set.prepend(list)
  const wrong = parts.findIndex((part) => part.querySelector(mistake))
  open(wrong >= 0 ? wrong : Math.min(chosen.get(set.id) ?? 0, parts.length - 1))
}

// A link to something in a part that is not open opens it first.
document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[href^="#"]')
  const goal = link && document.getElementById(decodeURIComponent(link.hash.slice(1)))
  if (goal?.closest('.tab-part[hidden]')) goal.dispatchEvent(new CustomEvent('casement:reveal', { bubbles: true }))
})

// A part of the page that is brought up to date loses its tabs with it.
const find = () => document.querySelectorAll('[data-tabs]').forEach(begin)
find()
document.addEventListener('htmx:afterSettle', find)
