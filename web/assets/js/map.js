// The map. It is loaded by mapopen.js when an element asks for it:
//
//   <div data-map data-js="{{asset "map.js"}}" data-css="{{asset "map.css"}}" …></div>
//
// What lies under it (street map, the organisation's own file, or a country
// outline) is asked of /map/ground. What lies on it, and what it can do, is said
// by attributes of the element; all but data-map, data-js and data-css
// may be missing:
//
//   data-label="Map of results"     its name for screen readers
//   data-box="s,w,n,e"              the part of the earth to begin with, in degrees
//   data-at="lat,lng,zoom"          or a point to begin at
//   data-view="/search/map?q=…"     asked for what is in view, with box=s,w,n,e and zoom=z added, whenever
//                                   that changes; answers as below. A new value is taken up at once.
//   data-pins='[pin, …]'            pins that are there from the start, instead of data-view
//   data-fit                        begin with all of these pins in view
//   data-list="stops"               the id of a list of the same cases, whose items have data-ref: see maplist.js
//   data-tools="box circle locate"  which tools stand beside the zoom buttons
//   data-drawn-box="s,w,n,e"        a box to show, such as the one searched in
//   data-drawn-circle="lat,lng,m"   a circle to show, its radius in metres
//   data-key                        explain the shapes
//   data-still                      a small picture of one place: no zooming by wheel, no dragging by one finger
//
// data-view answers with JSON:
//
//   {clusters: [{lat, lng, n, box: [s, w, n, e], kinds: {open: 3, …}}],
//    pins: [{lat, lng, ref, subject, url, kind, late, status, label}], total, first}
//
// kind is the kind of status (start, open, waiting, resolved, final), status its
// words; label is a letter or number inside the pin. On the map of a view tree,
// kind is info, good, warn or bad, and named says that ref is only for the list
// beside the map. first: only the first so
// many matches are counted.
//
// Its height is --map-height, its looks map-small (a picture in a column) or
// map-framed (a control in a form); as .map-pane it fills a page.
//
// Events, all bubbling from the element:
//
//   casement:view       {box: [s, w, n, e], zoom}      what is in view has changed
//   casement:drawn      {total, first, pins}           what was asked for is drawn
//   casement:box        {box: [s, w, n, e]}            a box was drawn
//   casement:circle     {lat, lng, metres}             a circle was drawn
//   casement:pin        {ref, url}                     a pin was chosen; unless prevented, a card opens
//   casement:over       {ref}                          the pointer or the focus is on a pin; null: on none
//   casement:position   {lat, lng, metres}             the device has said where it is, and how exactly
//
// It listens to casement:highlight {ref} (null: none), and to casement:show
// {ref}, which also brings the pin into view and opens its card.
//
// Inside [data-map-pick] it chooses one place instead: see mappick.js.
import L from 'leaflet'
import { boundsOf, numbers } from './mapbounds.js'
import { list } from './maplist.js'
import { ground } from './mapground.js'
import { marks, key } from './mapmarks.js'
import { tools } from './maptools.js'
import { pick } from './mappick.js'

// mapvector.js draws with the same library.
window.L = L

const running = new Map()

function begin(element) {
  if (running.has(element) || !element.isConnected) return
  const still = 'still' in element.dataset
  element.replaceChildren()
  const stage = element.appendChild(document.createElement('div'))
  stage.className = 'map-stage'
  const map = L.map(stage, {
    zoomControl: false, attributionControl: false, worldCopyJump: true, trackResize: false, // the element is watched, below
    maxZoom: 19, minZoom: 1,
    scrollWheelZoom: !still, dragging: !(still && L.Browser.mobile), doubleClickZoom: !still,
    zoomAnimation: !matchMedia('(prefers-reduced-motion: reduce)').matches,
  })
  const parts = []
  const one = {
    element, map, still,
    tell: (name, detail) => element.dispatchEvent(new CustomEvent(`casement:${name}`, { detail, bubbles: true, cancelable: true })),
    over: (part) => { parts.push(part) }, // called when the map goes
  }
  running.set(element, () => {
    for (const part of parts) part()
    map.remove()
  })
  stage.setAttribute('role', 'region')
  stage.setAttribute('aria-label', element.dataset.label || 'Map')
  element.setAttribute('aria-busy', 'true')
  one.ground = ground(one)
  const picker = element.closest('[data-map-pick]')
  one.ground.ready.then((about) => {
    if (!running.has(element)) return
    place(one, about)
    if (picker) pick(one, picker, closest(about))
    else marks(one)
    tools(one)
    if (element.dataset.list) list(one)
    if ('key' in element.dataset) key(one)
    element.removeAttribute('aria-busy')
    if (element.dataset.focus) stage.focus()
  })
  // Turned on its side, a telephone still shows all pins, unless somebody has
  // moved the map.
  const resized = new ResizeObserver(() => {
    const fitted = one.fitted
    const moved = !fitted || map.getZoom() !== fitted.zoom || !map.getCenter().equals(fitted.centre, 1e-6)
    map.invalidateSize({ animate: false })
    if (!moved) fit(one)
  })
  resized.observe(element)
  one.over(() => resized.disconnect())
}

// closest is how far a map zooms in on one place by itself: without streets
// there is nothing to see further in.
const closest = (about) => (about.kind === 'outline' ? 11 : 16)

// place turns the map to where it begins.
function place(one, about) {
  const { element, map } = one
  const box = boundsOf(numbers(element.dataset.box))
  const [lat, lng, zoom] = numbers(element.dataset.at)
  if (box) map.fitBounds(box, { padding: [24, 24], maxZoom: 17 })
  else if (Number.isFinite(lat) && Number.isFinite(lng)) map.setView([lat, lng], zoom || closest(about))
  else if (fit(one)) return
  else if (about.home) map.setView([about.home.lat, about.home.lng], about.home.zoom)
  else if (about.bounds) map.fitBounds(boundsOf(about.bounds))
  else map.setView([30, 0], 2)
}

// fit brings all pins that came with the page into view, where that is wanted.
function fit(one) {
  const { element, map } = one
  const pins = 'fit' in element.dataset ? JSON.parse(element.dataset.pins || '[]') : []
  if (pins.length === 0) return false
  map.fitBounds(L.latLngBounds(pins.map((pin) => [pin.lat, pin.lng])), { padding: [40, 40], maxZoom: 16, animate: false })
  one.fitted = { zoom: map.getZoom(), centre: map.getCenter() }
  return true
}

// A map that is taken from the page gives back what it holds.
const gone = new MutationObserver(() => {
  for (const [element, end] of running) {
    if (element.isConnected) continue
    running.delete(element)
    end()
  }
})
gone.observe(document.documentElement, { childList: true, subtree: true })

window.casementMaps ??= { begin }
