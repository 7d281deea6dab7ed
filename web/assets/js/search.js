// The page of search. What htmx does is said by its form; this keeps what a
// reader has opened, and lets the list and the map beside it know of each other.
const form = () => document.getElementById('search-form')
const map = () => document.getElementById('search-map')

// Filters are put in place anew with their counts. Groups that somebody opened
// or closed stay as they are.
let groups = []
document.addEventListener('htmx:oobBeforeSwap', (event) => {
  if (event.detail.target?.id !== 'facets') return
  groups = [...event.detail.target.querySelectorAll('details[id]')].map((details) => [details.id, details.open])
})
document.addEventListener('htmx:oobAfterSwap', () => {
  for (const [id, open] of groups) {
    const details = document.getElementById(id)
    if (details) details.open = open
  }
  groups = []
})

// The map stays where it is while the results change; it is told what to ask
// for now, and what was drawn on it.
document.addEventListener('htmx:afterSettle', (event) => {
  if (event.detail.target?.id !== 'found' || !map()) return
  const told = document.querySelector('#found [data-map-view]')?.dataset
  if (!told) return
  map().dataset.drawnBox = told.mapWithin
  map().dataset.drawnCircle = told.mapNear
  map().dataset.view = told.mapView
})

// What is drawn on the map is a filter like the others, one at a time.
function narrow(name, value) {
  const fields = form().elements
  fields.within.value = name === 'within' ? value : ''
  fields.near.value = name === 'near' ? value : ''
  form().requestSubmit()
}
document.addEventListener('casement:box', (event) => {
  if (event.target === map()) narrow('within', event.detail.box.join(','))
})
document.addEventListener('casement:circle', (event) => {
  const { lat, lng, metres } = event.detail
  if (event.target === map()) narrow('near', [lat, lng, Math.round(metres)].join(','))
})

// From the list to the map: the pin of the result that is pointed at.
let lit = null
function light(ref) {
  if (ref === lit || !map()) return
  lit = ref
  map().dispatchEvent(new CustomEvent('casement:highlight', { detail: { ref } }))
}
const refAt = (element) => element?.closest?.('[data-row][data-placed]')?.dataset.ref ?? null
document.addEventListener('pointerover', (event) => {
  if (event.pointerType !== 'touch') light(refAt(event.target) ?? refAt(document.activeElement))
})
document.addEventListener('focusin', (event) => light(refAt(event.target)))

// And from the map to the list.
const rowOf = (ref) => (ref ? document.getElementById(`result-${ref}`) : null)
document.addEventListener('casement:over', (event) => {
  if (event.target !== map()) return
  for (const row of document.querySelectorAll('.spot.is-over')) row.classList.remove('is-over')
  rowOf(event.detail.ref)?.classList.add('is-over')
})
document.addEventListener('casement:pin', (event) => {
  if (event.target !== map()) return
  const row = rowOf(event.detail.ref)
  for (const other of document.querySelectorAll('[data-row].is-cursor')) if (other !== row) other.classList.remove('is-cursor')
  row?.classList.add('is-cursor')
  row?.scrollIntoView({ block: 'nearest' })
})
