// A question whose answers are rows of a list of the installation: rows are
// suggested while typing. The hidden inputs beside it keep the value of the
// row that was chosen, and its label, so that the server sees whether the words
// were changed since. Without this file the words alone are sent.
const wait = 150 // milliseconds after the last key
const state = new WeakMap()
let count = 0

function begin(box) {
  const one = state.get(box) ?? make(box)
  state.set(box, one)
  if (one.rows.isConnected) return
  // New, or the page was brought up to date around it.
  const { input, rows } = one
  box.append(rows, one.said)
  input.removeAttribute('list')
  for (const [name, value] of Object.entries({ role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': rows.id })) input.setAttribute(name, value)
}

function make(box) {
  const input = box.querySelector('input:not([type=hidden])')
  const rows = Object.assign(document.createElement('div'), { className: 'lookup-rows', id: `lookup-${++count}`, hidden: true })
  rows.setAttribute('role', 'listbox')
  rows.setAttribute('aria-label', input.labels?.[0]?.textContent ?? 'Suggestions')
  const said = Object.assign(document.createElement('p'), { className: 'hide' })
  said.setAttribute('role', 'status')
  const one = { box, input, rows, said, at: -1, step: 0, timer: 0, running: undefined, shown: '' }
  input.addEventListener('input', () => soon(one))
  input.addEventListener('keydown', (event) => keys(one, event))
  input.addEventListener('blur', () => close(one))
  input.addEventListener('click', () => { if (rows.hidden) ask(one) })
  rows.addEventListener('mousedown', (event) => event.preventDefault()) // the focus stays where it is
  rows.addEventListener('click', (event) => {
    const row = event.target.closest('.lookup-row')
    if (row) choose(one, row)
  })
  return one
}

function soon(one) {
  clearTimeout(one.timer)
  one.timer = setTimeout(() => ask(one), wait)
}

async function ask(one) {
  one.running?.abort()
  const mine = (one.running = new AbortController())
  const address = new URL(one.box.dataset.lookup, location.href)
  address.searchParams.set('q', one.input.value)
  try {
    const answer = await fetch(address, { signal: mine.signal, headers: { Accept: 'application/json' } })
    if (!answer.ok) throw new Error(String(answer.status))
    show(one, await answer.json())
  } catch (error) {
    if (error.name !== 'AbortError') close(one)
  }
}

function show(one, { rows = [], more = false }) {
  if (document.activeElement !== one.input) return
  const same = JSON.stringify(rows) === one.shown && !one.rows.hidden
  one.shown = JSON.stringify(rows)
  if (same) return // what was reached with the arrows stays
  one.at = -1
  one.input.removeAttribute('aria-activedescendant')
  one.rows.replaceChildren(...(rows ?? []).map(({ value, label }, i) => {
    const row = Object.assign(document.createElement('div'), { className: 'lookup-row', id: `${one.rows.id}-${i}`, textContent: label || value })
    row.setAttribute('role', 'option')
    row.setAttribute('aria-selected', 'false')
    row.dataset.value = value
    return row
  }))
  const none = one.rows.children.length === 0
  one.said.textContent = none ? 'Nothing in the list begins so.' : `${one.rows.children.length}${more ? ' or more' : ''} to choose from.`
  one.rows.hidden = none
  one.input.setAttribute('aria-expanded', String(!none))
  if (!none && one.step) move(one, one.step)
  one.step = 0
}

function close(one) {
  clearTimeout(one.timer)
  one.running?.abort()
  one.rows.hidden = true
  one.at = -1
  one.step = 0
  one.input.setAttribute('aria-expanded', 'false')
  one.input.removeAttribute('aria-activedescendant')
}

function choose(one, row) {
  one.input.value = row.textContent
  one.box.querySelector('[data-lookup-label]').value = row.textContent
  one.box.querySelector('[data-lookup-value]').value = row.dataset.value
  close(one)
  one.input.dispatchEvent(new Event('change', { bubbles: true }))
}

function move(one, step) {
  const rows = [...one.rows.children]
  one.at = one.at < 0 && step < 0 ? rows.length - 1 : (one.at + step + rows.length) % rows.length
  rows.forEach((row, i) => row.setAttribute('aria-selected', String(i === one.at)))
  rows[one.at].scrollIntoView({ block: 'nearest' })
  one.input.setAttribute('aria-activedescendant', rows[one.at].id)
}

function keys(one, event) {
  switch (event.key) {
    case 'ArrowDown':
    case 'ArrowUp': {
      event.preventDefault()
      const step = event.key === 'ArrowDown' ? 1 : -1
      if (one.rows.hidden) {
        one.step = step // taken once the rows are there
        ask(one)
      } else {
        move(one, step)
      }
      return
    }
    case 'Enter':
      if (one.rows.hidden || one.at < 0) return
      event.preventDefault()
      choose(one, one.rows.children[one.at])
      return
    case 'Escape':
      if (one.rows.hidden) return
      event.preventDefault()
      event.stopPropagation()
      close(one)
  }
}

const find = () => document.querySelectorAll('[data-lookup]').forEach(begin)
find()
document.addEventListener('htmx:afterSettle', find)
