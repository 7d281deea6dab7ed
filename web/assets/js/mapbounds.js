// Boxes as the addresses of pages have them: south, west, north, east, in degrees.
import L from 'leaflet'

export const numbers = (text) => (text ? text.split(',').map(Number) : [])

/** The bounds of a box of four numbers, or null when it is none. */
export function boundsOf(box) {
  if (box.length !== 4 || !box.every(Number.isFinite)) return null
  const [s, w, n, e] = box
  return L.latLngBounds([s, w], [n, e])
}

/** The box of bounds, cut off at the edges of the map. */
export function boxOf(bounds) {
  const cut = (value, edge) => Number(Math.max(-edge, Math.min(edge, value)).toFixed(5))
  return [cut(bounds.getSouth(), 85), cut(bounds.getWest(), 180), cut(bounds.getNorth(), 85), cut(bounds.getEast(), 180)]
}
