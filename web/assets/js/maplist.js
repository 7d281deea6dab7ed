// A list beside a map that shows the same: data-list names it, and its items
// carry data-ref. A pin that is chosen brings its item into view instead of
// opening a card; an item under the pointer or with the focus lights its pin.

/** Ties the list that the element names to its pins. */
export function list({ element, over }) {
  const items = document.getElementById(element.dataset.list)
  if (!items) return
  const itemOf = (ref) => [...items.children].find((item) => item.dataset.ref === ref)
  const light = (event) => {
    const item = event.target.closest?.('[data-ref]')
    element.dispatchEvent(new CustomEvent('casement:highlight', { detail: { ref: item?.dataset.ref ?? null } }))
  }
  const chosen = (event) => {
    const item = itemOf(event.detail.ref)
    if (!item) return
    event.preventDefault()
    for (const other of items.children) other.classList.toggle('is-current', other === item)
    item.scrollIntoView({ block: 'start', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : 'smooth' })
    item.focus({ preventScroll: true })
    element.dispatchEvent(new CustomEvent('casement:highlight', { detail: { ref: event.detail.ref } }))
  }
  element.addEventListener('casement:pin', chosen)
  items.addEventListener('pointerover', light)
  items.addEventListener('focusin', light)
  over(() => {
    element.removeEventListener('casement:pin', chosen)
    items.removeEventListener('pointerover', light)
    items.removeEventListener('focusin', light)
  })
}
