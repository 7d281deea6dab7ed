// Draws vector tiles in the style of Protomaps. Loaded by mapground.js alone,
// and only where the organisation's file holds vectors.
import { leafletLayer } from 'protomaps-leaflet'

window.casementVector = leafletLayer
