// Choosing one place on a map, beside the inputs that hold it. Everything works
// without the map: the inputs are the answer, the map only fills them in.
//
//   <div data-map-pick>
//     … <input data-location-address> <input data-location-lat> <input data-location-lng>
//     <button type="button" data-map-open>Choose on a map</button>
//     <button type="button" data-map-locate>Use my position</button>
//     <p data-map-status role="status"></p>
//     <div class="map-framed" data-map … hidden></div>
//     <div data-nearby="/forms/report/nearby" aria-live="polite"></div>
//   </div>
//
// Whenever a place is chosen, casement:place {lat, lng} is told from the
// element, and the part at data-nearby is asked for what is known around it.
import L from 'leaflet'

const step = 10 // pixels an arrow key moves the pin; one with Shift

/** Lets one place be chosen on a map; closest is how far it zooms in by itself. */
export function pick(one, picker, closest) {
  const { element, map } = one
  const lat = picker.querySelector('[data-location-lat], [name=lat]')
  const lng = picker.querySelector('[data-location-lng], [name=lng]')
  let pin

  const read = () => {
    const point = [lat.value, lng.value].map((text) => Number(text.trim().replace(',', '.')))
    const given = lat.value.trim() !== '' && lng.value.trim() !== ''
    return given && point.every(Number.isFinite) && Math.abs(point[0]) <= 90 && Math.abs(point[1]) <= 180 ? L.latLng(point) : null
  }

  function put(point, { write = true, follow = false } = {}) {
    const at = point.wrap()
    if (pin) pin.setLatLng(at)
    else pin = make(at)
    if (follow) map.setView(at, Math.max(map.getZoom(), closest))
    else map.panInside(at, { padding: [32, 32] })
    hint.hidden = true
    if (write) {
      lat.value = at.lat.toFixed(5)
      lng.value = at.lng.toFixed(5)
    }
    one.tell('place', { lat: Number(at.lat.toFixed(5)), lng: Number(at.lng.toFixed(5)) })
  }

  function make(at) {
    const shape = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
    shape.setAttribute('viewBox', '0 0 28 36')
    shape.setAttribute('aria-hidden', 'true')
    for (const [name, d] of [['map-drop', 'M14 35C6 23 2 19 2 13a12 12 0 0 1 24 0c0 6-4 10-12 22Z'], ['map-drop-hole', 'M14 8.500a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9Z']]) {
      const path = document.createElementNS(shape.namespaceURI, 'path')
      path.setAttribute('class', name)
      path.setAttribute('d', d)
      shape.append(path)
    }
    const marker = L.marker(at, { draggable: true, autoPan: true, icon: L.divIcon({ className: 'map-drop-mark', html: shape, iconSize: [35, 45], iconAnchor: [17, 44] }) }).addTo(map)
    const made = marker.getElement()
    made.setAttribute('aria-label', 'The place you chose. Arrow keys move it.')
    made.addEventListener('keydown', (event) => {
      const by = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key]
      if (!by) return
      event.preventDefault()
      event.stopPropagation()
      const from = map.latLngToContainerPoint(marker.getLatLng())
      put(map.containerPointToLatLng(from.add(L.point(by).multiplyBy(event.shiftKey ? 1 : step))))
    })
    marker.on('dragend', () => put(marker.getLatLng()))
    return marker
  }

  const hint = element.appendChild(document.createElement('div'))
  hint.className = 'map-hint'
  hint.append('Tap the map where it is. ')
  const middle = Object.assign(document.createElement('button'), { type: 'button', className: 'map-button', textContent: 'Put the pin in the middle' })
  middle.addEventListener('click', () => {
    put(map.getCenter())
    pin.getElement().focus()
  })
  hint.append(middle)
  L.DomEvent.disableClickPropagation(hint)

  map.on('click', ({ latlng }) => put(latlng))
  const typed = () => {
    const point = read()
    if (point) put(point, { write: false, follow: true })
  }
  for (const input of [lat, lng]) input.addEventListener('change', typed)
  one.over(() => {
    for (const input of [lat, lng]) input.removeEventListener('change', typed)
  })
  nearby(one, picker)
  typed()
  element.dataset.ready = 'true'
}

// nearby asks what is known around the place, each time it is chosen.
function nearby({ element }, picker) {
  const part = picker.querySelector('[data-nearby]')
  if (!part) return
  let timer
  let running
  element.addEventListener('casement:place', ({ detail }) => {
    clearTimeout(timer)
    running?.abort()
    timer = setTimeout(async () => {
      const mine = (running = new AbortController())
      const address = new URL(part.dataset.nearby, location.href)
      address.searchParams.set('lat', detail.lat)
      address.searchParams.set('lng', detail.lng)
      try {
        const answer = await fetch(address, { signal: mine.signal, headers: { 'HX-Request': 'true' } })
        part.innerHTML = answer.ok ? await answer.text() : ''
      } catch (error) {
        if (error.name !== 'AbortError') part.replaceChildren()
      }
    }, 400)
  })
}
