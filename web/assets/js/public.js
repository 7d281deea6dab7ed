// Public forms and the portal. Every page works without this file; htmx only
// spares the reader a full page where that helps.
import 'htmx.org'
import './answers.js'
import './mapopen.js'
import './times.js'
import './tree.js'
import './uploads.js'
