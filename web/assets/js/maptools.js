// The buttons on a map: zooming, drawing a box or a circle, and the device's
// own position. Everything can be done with the keyboard: what is drawn with
// the pointer is then taken from what is in view.
import L from 'leaflet'
import { boxOf } from './mapbounds.js'

const around = 250 // metres, of a circle that is not drawn larger

const icons = { plus: 'M10 4v12M4 10h12', minus: 'M4 10h12', box: 'M4 5h12v10H4z', circle: 'M10 4a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM10 9.500v1', locate: 'M10 3v3M10 14v3M3 10h3M14 10h3M10 6.500a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z' }

function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 20 20')
  svg.setAttribute('class', 'icon')
  svg.setAttribute('aria-hidden', 'true')
  svg.append(Object.assign(document.createElementNS(svg.namespaceURI, 'path')))
  svg.firstChild.setAttribute('d', icons[name])
  return svg
}

function button(picture, label, shown, act) {
  const made = Object.assign(document.createElement('button'), { type: 'button', className: 'map-button' })
  made.append(icon(picture))
  if (shown) made.append(label)
  else made.setAttribute('aria-label', label)
  made.addEventListener('click', act)
  return made
}

/** Puts the buttons on a map. */
export function tools(one) {
  const { element, map, still } = one
  const box = document.createElement('div')
  box.className = 'map-buttons'
  const zoom = box.appendChild(document.createElement('div'))
  zoom.className = 'map-zoom'
  zoom.append(button('plus', 'Zoom in', false, () => map.zoomIn()), button('minus', 'Zoom out', false, () => map.zoomOut()))
  const wanted = (element.dataset.tools ?? '').split(' ')
  if (wanted.includes('box')) box.append(drawing(one, 'box', 'Draw a box'))
  if (wanted.includes('circle')) box.append(drawing(one, 'circle', 'Around here'))
  if (wanted.includes('locate') && navigator.geolocation) box.append(button('locate', 'Where am I?', !still, () => locate(one)))
  L.DomEvent.disableClickPropagation(box)
  // Before the map itself, so that they come first by keyboard as well.
  element.prepend(box)
}

function drawing(one, shape, label) {
  const { element, map } = one
  let stop
  const start = button(shape, label, true, () => (stop ? stop() : begin()))
  start.setAttribute('aria-pressed', 'false')
  function begin() {
    for (const other of element.querySelectorAll('.map-buttons [aria-pressed=true]')) other.click()
    start.setAttribute('aria-pressed', 'true')
    stop = draw(one, shape, (done) => {
      stop = undefined
      start.setAttribute('aria-pressed', 'false')
      start.focus()
      if (done) one.tell(shape, done)
    })
  }
  one.over(() => stop?.())
  map.on('unload', () => { stop = undefined })
  return start
}

// draw lets a box or circle be drawn. It returns what cancels it.
function draw({ element, map }, shape, end) {
  const stage = map.getContainer()
  const hint = element.appendChild(document.createElement('p'))
  hint.className = 'map-hint'
  hint.setAttribute('role', 'status')
  hint.textContent = shape === 'box'
    ? 'Drag over the map to draw a box. Enter takes what is in view, Escape cancels.'
    : 'Tap a place, or drag from it to say how far. Enter takes the middle of the map, Escape cancels.'
  element.classList.add('is-drawing')
  map.dragging.disable()
  const layer = L.layerGroup().addTo(map)
  let from

  const box = (a, b) => ({ box: boxOf(L.latLngBounds(a, b)) })
  const circle = (centre, edge) => {
    const at = centre.wrap()
    const metres = Math.round(edge ? map.distance(centre, edge) : 0)
    return { lat: Number(at.lat.toFixed(5)), lng: Number(at.lng.toFixed(5)), metres: Math.min(100_000, metres >= 20 ? metres : around) }
  }
  const at = (event) => map.mouseEventToLatLng(event)
  const apart = (event) => from && map.latLngToContainerPoint(from).distanceTo(map.mouseEventToContainerPoint(event)) > 6

  function down(event) {
    if (event.button > 0 || event.target.closest('.leaflet-marker-icon, .leaflet-popup') || !event.isPrimary) return
    from = at(event)
    stage.setPointerCapture(event.pointerId)
    event.preventDefault()
  }
  function move(event) {
    if (!from) return
    layer.clearLayers()
    if (!apart(event)) return
    const options = { className: 'map-drawn', interactive: false }
    const to = at(event)
    if (shape === 'box') L.rectangle(L.latLngBounds(from, to), options).addTo(layer)
    else L.circle(from, { ...options, radius: map.distance(from, to) }).addTo(layer)
  }
  function up(event) {
    if (!from) return
    const start = from
    const far = apart(event)
    from = undefined
    if (shape === 'box') {
      if (far) finish(box(start, at(event)))
    } else {
      finish(circle(start, far ? at(event) : undefined))
    }
  }
  function press(event) {
    if (event.key === 'Escape') finish()
    else if (event.key === 'Enter') finish(shape === 'box' ? { box: boxOf(map.getBounds()) } : circle(map.getCenter()))
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  function finish(done) {
    for (const [name, act] of hears) stage.removeEventListener(name, act)
    element.removeEventListener('keydown', press, true)
    element.classList.remove('is-drawing')
    map.dragging.enable()
    layer.remove()
    hint.remove()
    end(done)
  }
  const hears = [['pointerdown', down], ['pointermove', move], ['pointerup', up], ['pointercancel', () => { from = undefined }]]
  for (const [name, act] of hears) stage.addEventListener(name, act)
  element.addEventListener('keydown', press, true)
  stage.focus({ preventScroll: true })
  return () => finish()
}

function locate(one) {
  const { element, map } = one
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    const here = [coords.latitude, coords.longitude]
    one.here?.remove()
    one.here = L.layerGroup([
      L.circle(here, { radius: coords.accuracy, className: 'map-drawn', interactive: false }),
      L.marker(here, { interactive: false, keyboard: false, icon: L.divIcon({ className: 'map-here', iconSize: [18, 18] }) }),
    ]).addTo(map)
    map.setView(here, Math.max(map.getZoom(), 14))
    one.tell('position', { lat: coords.latitude, lng: coords.longitude, metres: coords.accuracy })
  }, () => {
    const hint = element.querySelector('.map-status')
    if (hint) hint.textContent = 'The device does not tell where it is.'
  }, { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 })
}
