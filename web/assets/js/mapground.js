// What lies under the marks of a map. /map/ground says what there is: tiles of
// a server, tiles of the organisation's own file (pictures or vectors), or
// nothing but the outline of countries with the names of towns.
import L from 'leaflet'
import { feature } from 'topojson-client'

let asked
const about = () => (asked ??= getJSON('/map/ground'))

async function getJSON(address) {
  const answer = await fetch(address)
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`)
  return answer.json()
}

const isDark = () => {
  const chosen = document.documentElement.dataset.theme
  return chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
}

/** Puts the ground under a map; ready resolves to what /map/ground says of it. */
export function ground(one) {
  const ready = about().catch(() => {
    asked = undefined
    return { kind: 'none' }
  }).then((what) => {
    if (one.element.isConnected) lay(one, what)
    return what
  })
  return { ready }
}

function lay(one, what) {
  const { map, element } = one
  element.classList.add(`map-${what.kind}`)
  const options = { minNativeZoom: what.min ?? 0, maxNativeZoom: what.max ?? 19, maxZoom: 19, referrerPolicy: 'origin', keepBuffer: 1 }
  switch (what.kind) {
    case 'tiles':
    case 'raster':
      if (what.bounds) options.bounds = L.latLngBounds([what.bounds[0], what.bounds[1]], [what.bounds[2], what.bounds[3]])
      L.tileLayer(what.tiles, options).addTo(map)
      break
    case 'vector':
      vector(one, what)
      break
    case 'outline':
      outline(one, what.outline)
      break
  }
  credit(one, what)
  L.control.scale({ imperial: false, position: 'bottomright' }).addTo(map)
}

// credit says whose map it is, and what it lacks, in words that cannot be
// missed: the attribution of many maps is a condition of their use.
function credit({ element }, what) {
  const line = element.appendChild(document.createElement('p'))
  line.className = 'map-credit'
  if (what.kind === 'outline' || what.kind === 'none') {
    const notice = element.appendChild(document.createElement('p'))
    notice.className = 'map-notice'
    notice.textContent = what.kind === 'none' ? 'No map could be loaded.' : 'Outline only: no street map is set up.'
  }
  const [before, ...after] = (what.attribution ?? '').split('OpenStreetMap')
  line.append(before)
  if (after.length > 0) {
    line.append(Object.assign(document.createElement('a'), { href: 'https://www.openstreetmap.org/copyright', textContent: 'OpenStreetMap', rel: 'noreferrer' }), after.join('OpenStreetMap'))
  }
  line.hidden = line.textContent === ''
}

// A vector map is drawn in its colours, so it is drawn again when they change.
function vector({ map, over }, what) {
  let layer
  const draw = (make) => {
    layer?.remove()
    layer = make({
      url: what.tiles, flavor: isDark() ? 'dark' : 'light', maxDataZoom: what.max, attribution: '', lang: document.documentElement.lang.slice(0, 2) || 'en',
    }).addTo(map)
  }
  import_(what.script).then((make) => {
    draw(make)
    onTheme(over, () => draw(make))
  })
}

// The drawing of vectors is a file of its own: few installations need it.
function import_(address) {
  if (window.casementVector) return Promise.resolve(window.casementVector)
  return new Promise((done, fail) => {
    const script = Object.assign(document.createElement('script'), { src: address })
    script.addEventListener('load', () => done(window.casementVector))
    script.addEventListener('error', fail)
    document.head.append(script)
  })
}

function onTheme(over, change) {
  const watch = new MutationObserver(change)
  watch.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
  const system = matchMedia('(prefers-color-scheme: dark)')
  system.addEventListener('change', change)
  over(() => {
    watch.disconnect()
    system.removeEventListener('change', change)
  })
}

let world
const readWorld = (addresses) => (world ??= Promise.all([getJSON(addresses.countries), getJSON(addresses.places)]).then(([topology, places]) => ({
  countries: together(feature(topology, topology.objects.countries).features), towns: townsOf(places),
})))

// together makes one shape of all countries: one element on the page instead of
// hundreds.
const together = (features) => ({
  type: 'MultiPolygon',
  coordinates: features.flatMap(({ geometry: { type, coordinates } }) => (type === 'Polygon' ? [coordinates] : coordinates)),
})

// townsOf reads outline/places.json, as outline.mjs writes it.
function townsOf({ names, tiers, at }) {
  const towns = []
  let lat = 0
  let lng = 0
  let tier = 0
  let left = tiers[0]
  names.split('\n').forEach((name, i) => {
    while (left === 0) left = tiers[++tier]
    left--
    lat += at[2 * i]
    lng += at[2 * i + 1]
    towns.push({ name, lat: lat / 100, lng: lng / 100, tier })
  })
  return towns
}

// From this zoom on the towns of a tier have names.
const namedFrom = [3, 5, 6, 7]
const mostNames = 80

function outline({ map, element }, addresses) {
  readWorld(addresses).then(({ countries, towns }) => {
    if (!element.isConnected) return
    map.whenReady(() => draw(countries, towns))
  }).catch(() => {
    world = undefined // asked again by the next map
  })
  function draw(countries, towns) {
    map.createPane('ground').style.zIndex = 150 // below everything else
    L.geoJSON(countries, { pane: 'ground', interactive: false, style: { className: 'map-country', weight: 1 }, smoothFactor: 1.2 }).addTo(map)
    const names = L.layerGroup().addTo(map)
    const name = () => {
      names.clearLayers()
      const bounds = map.getBounds().pad(0.1)
      const zoom = map.getZoom()
      const taken = []
      let left = mostNames
      for (const town of towns) { // the largest first
        if (zoom < namedFrom[town.tier] || left === 0) break
        if (!bounds.contains([town.lat, town.lng])) continue
        const at = map.latLngToLayerPoint([town.lat, town.lng])
        const room = L.bounds(at.subtract([4, 9]), at.add([14 + 7 * town.name.length, 9]))
        if (taken.some((other) => other.intersects(room))) continue
        taken.push(room)
        left--
        const text = Object.assign(document.createElement('span'), { textContent: town.name })
        L.marker([town.lat, town.lng], { interactive: false, keyboard: false, pane: 'ground', icon: L.divIcon({ className: `map-town map-town-${town.tier}`, html: text, iconSize: null }) }).addTo(names)
      }
    }
    name()
    map.on('moveend', name)
  }
}
