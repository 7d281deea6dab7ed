// What lies on a map: clusters and pins, asked for as the map moves, or given
// with the page. A pin's shape says what kind of status its case has, and its
// colour says it again: never the colour alone.
import L from 'leaflet'
import { boundsOf, boxOf, numbers } from './mapbounds.js'

const SVG = 'http://www.w3.org/2000/svg'
const settle = 200 // milliseconds a map stands still before it asks

// The shapes, in a square of 24.
const shapes = {
  new: { label: 'New', draw: ['rect', { x: 5, y: 5, width: 14, height: 14, rx: 3 }] },
  open: { label: 'In progress', draw: ['circle', { cx: 12, cy: 12, r: 8 }] },
  wait: { label: 'Waiting', draw: ['path', { d: 'm12 2 10 10-10 10-10-10Z' }] },
  late: { label: 'Late', draw: ['path', { d: 'M12 2 22 20H2Z' }] },
  done: { label: 'Closed', draw: ['circle', { cx: 12, cy: 12, r: 6.5 }] },
}
const shapeOfKind = { start: 'new', open: 'open', waiting: 'wait', resolved: 'done', final: 'done', info: 'new', warn: 'wait', bad: 'late', good: 'done' }
const shapeOf = (pin) => (pin.late ? 'late' : shapeOfKind[pin.kind] ?? 'open')

function svg(name, attributes) {
  const element = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  return element
}

function drawShape(shape, label) {
  const picture = svg('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' })
  const [name, attributes] = shapes[shape].draw
  picture.append(svg(name, { ...attributes, class: `map-pin map-pin-${shape}` }))
  if (label) {
    const text = svg('text', { x: 12, y: shape === 'late' ? 17.5 : 16, class: 'map-pin-label' })
    text.textContent = label
    picture.append(text)
  }
  return picture
}

/** Explains the shapes beside the map. */
export function key({ element }) {
  const list = element.appendChild(document.createElement('ul'))
  list.className = 'map-legend'
  list.setAttribute('aria-label', 'Key')
  for (const [shape, { label }] of Object.entries(shapes)) {
    const item = document.createElement('li')
    item.dataset.shape = shape
    item.append(drawShape(shape), label)
    item.hidden = shape === 'done' // shown once there is one
    list.append(item)
  }
}

const words = new Intl.NumberFormat(document.documentElement.lang || 'en')

/** Draws what the element asks for and keeps it as the map moves. */
export function marks(one) {
  const { element, map } = one
  const drawn = new Map() // by key: what was drawn, and its marker
  const layer = L.layerGroup().addTo(map)
  const status = element.appendChild(document.createElement('p'))
  status.className = 'map-status'
  status.setAttribute('role', 'status')

  // draw changes only what differs, so that the focus stays where it is.
  function draw({ clusters = [], pins = [], total, first }) {
    const wanted = new Map()
    for (const cluster of clusters) wanted.set(`c ${cluster.box} ${cluster.n}`, () => clusterMark(one, cluster))
    const together = new Map()
    for (const pin of pins) {
      const place = `${pin.lat.toFixed(5)} ${pin.lng.toFixed(5)}`
      together.set(place, [...(together.get(place) ?? []), pin])
    }
    for (const group of together.values()) {
      group.forEach((pin, i) => wanted.set(`p ${pin.ref} ${shapeOf(pin)} ${pin.lat} ${pin.lng} ${pin.label ?? ''} ${i} ${group.length}`, () => pinMark(one, pin, i, group.length)))
    }
    for (const [name, marker] of drawn) {
      if (wanted.has(name)) continue
      layer.removeLayer(marker)
      drawn.delete(name)
    }
    for (const [name, make] of wanted) {
      if (!drawn.has(name)) drawn.set(name, make().addTo(layer))
    }
    if (total !== undefined) status.textContent = `${words.format(total)} ${total === 1 ? 'case' : 'cases'} in view${first ? ', of the first ones found' : ''}`
    const closed = element.querySelector('.map-legend [data-shape=done]')
    if (closed) closed.hidden = !pins.some((pin) => shapeOf(pin) === 'done')
    element.dataset.ready = 'true'
    one.tell('drawn', { total, first, pins })
  }

  const pinOf = (ref) => [...drawn.values()].find((marker) => marker.pin?.ref === ref)
  const light = (ref) => {
    for (const marker of drawn.values()) {
      const lit = marker.pin?.ref === ref && ref != null
      marker.getElement()?.classList.toggle('is-lit', lit)
      if (marker.pin) marker.setZIndexOffset(lit ? 1000 : 0)
    }
  }
  const listen = (name, act) => {
    const hear = (event) => { if (event.target === element) act(event.detail ?? {}) }
    element.addEventListener(name, hear)
    one.over(() => element.removeEventListener(name, hear))
  }
  listen('casement:highlight', ({ ref }) => light(ref))
  listen('casement:show', ({ ref }) => {
    const marker = pinOf(ref)
    if (!marker) return
    light(ref)
    map.panInside(marker.getLatLng(), { padding: [48, 48] })
    openCard(one, marker)
  })

  if (element.dataset.pins !== undefined) {
    const read = () => draw({ pins: JSON.parse(element.dataset.pins || '[]') })
    read()
    watch(one, ['data-pins'], read)
  } else if (element.dataset.view) {
    ask(one, draw, status)
  } else {
    draw({})
  }
  shown(one)
}

// ask keeps what is drawn true to what is in view: debounced, and an answer
// that is overtaken by another move is given up.
function ask(one, draw, status) {
  const { element, map } = one
  let timer
  let running
  async function now() {
    running?.abort()
    const mine = (running = new AbortController())
    const address = new URL(element.dataset.view, location.href)
    const box = boxOf(map.getBounds())
    address.searchParams.set('box', box)
    address.searchParams.set('zoom', map.getZoom())
    one.tell('view', { box, zoom: map.getZoom() })
    element.setAttribute('aria-busy', 'true')
    try {
      const answer = await fetch(address, { signal: mine.signal, headers: { Accept: 'application/json' } })
      if (!answer.ok) throw new Error(String(answer.status))
      draw(await answer.json())
    } catch (error) {
      if (error.name === 'AbortError') return
      status.textContent = 'The map could not be brought up to date. Move it to try again.'
    }
    if (running === mine) element.removeAttribute('aria-busy')
  }
  const soon = () => {
    clearTimeout(timer)
    timer = setTimeout(now, settle)
  }
  now()
  map.on('moveend', soon)
  watch(one, ['data-view'], soon)
  one.over(() => {
    clearTimeout(timer)
    running?.abort()
  })
}

function watch({ element, over }, attributes, act) {
  const changes = new MutationObserver(act)
  changes.observe(element, { attributes: true, attributeFilter: attributes })
  over(() => changes.disconnect())
}

// shown draws the box or circle that the page says.
function shown(one) {
  const { element, map } = one
  const layer = L.layerGroup().addTo(map)
  const draw = () => {
    layer.clearLayers()
    const box = boundsOf(numbers(element.dataset.drawnBox))
    if (box) L.rectangle(box, { className: 'map-drawn', interactive: false }).addTo(layer)
    const [lat, lng, metres] = numbers(element.dataset.drawnCircle)
    if (metres > 0) L.circle([lat, lng], { radius: metres, className: 'map-drawn', interactive: false }).addTo(layer)
  }
  draw()
  watch(one, ['data-drawn-box', 'data-drawn-circle'], draw)
}

// Between 28 and 48 pixels wide: 1 … 10,000 cases.
const widthOf = (n) => Math.round(Math.min(48, 24 + 6 * Math.log10(n) + Math.sqrt(Math.min(n, 100))))
const short = (n) => (n < 1000 ? String(n) : n < 10_000 ? `${(n / 1000).toFixed(1).replace('.0', '')}k` : `${Math.round(n / 1000)}k`)

function clusterMark(one, cluster) {
  const { map } = one
  const width = widthOf(cluster.n)
  const marker = named(L.marker([cluster.lat, cluster.lng], {
    icon: L.divIcon({ className: 'map-cluster-mark', html: Object.assign(document.createElement('span'), { textContent: short(cluster.n) }), iconSize: [width, width] }),
  }), `${cluster.n < 1000 ? cluster.n : `${short(cluster.n)}, exactly ${words.format(cluster.n)}`} cases here, zoom in`)
  const open = () => {
    const bounds = boundsOf(cluster.box)
    const before = map.getZoom()
    if (before >= map.getMaxZoom()) one.tell('box', { box: cluster.box })
    else map.fitBounds(bounds, { maxZoom: Math.min(map.getMaxZoom(), before + 3) })
  }
  return marker.on('click', open)
}

function pinMark(one, pin, i, together) {
  const shape = shapeOf(pin)
  const size = pin.label ? 32 : 24
  // Cases at one and the same place stand around it.
  const turn = (2 * Math.PI * i) / together
  const aside = together === 1 ? 0 : 13 / Math.sin(Math.PI / together) // so that 24 pixels lie between neighbours
  const marker = named(L.marker([pin.lat, pin.lng], {
    icon: L.divIcon({
      className: `map-pin-mark map-pin-mark-${shape}`, html: drawShape(shape, pin.label), iconSize: [size, size],
      iconAnchor: [size / 2 + aside * Math.cos(turn), size / 2 + aside * Math.sin(turn)],
    }),
  }), [pin.label, pin.named ? '' : pin.ref, pin.subject, pin.status, pin.late && pin.status !== 'Late' ? 'late' : ''].filter(Boolean).join(', '))
  marker.pin = pin
  marker.on('click', () => {
    if (one.tell('pin', { ref: pin.ref, url: pin.url })) openCard(one, marker)
  })
  marker.on('mouseover focus', () => one.tell('over', { ref: pin.ref }))
  marker.on('mouseout blur', () => one.tell('over', { ref: null }))
  return marker
}

// named gives a marker its name for screen readers, and the focus its events.
function named(marker, name) {
  return marker.on('add', () => {
    const element = marker.getElement()
    element.setAttribute('aria-label', name)
    element.addEventListener('focus', () => marker.fire('focus'))
    element.addEventListener('blur', () => marker.fire('blur'))
    element.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return
      event.preventDefault()
      event.stopPropagation()
      marker.fire('click')
    })
  })
}

function openCard({ map }, marker) {
  const { pin } = marker
  if (!pin.url) return
  const card = document.createElement('div')
  card.className = 'map-card'
  const link = Object.assign(document.createElement('a'), { href: pin.url, textContent: pin.ref })
  const about = Object.assign(document.createElement('p'), { textContent: [pin.status, pin.late ? 'late' : ''].filter(Boolean).join(', ') })
  card.append(link, Object.assign(document.createElement('strong'), { textContent: pin.subject }), about)
  L.popup({ offset: [0, -6], maxWidth: 260 }).setLatLng(marker.getLatLng()).setContent(card).openOn(map)
  const back = () => marker.getElement()?.focus()
  card.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    map.closePopup()
    back()
  })
  link.focus({ preventScroll: true })
}
