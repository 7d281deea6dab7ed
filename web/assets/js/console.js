// The staff console: htmx, live updates, and swaps that keep focus and scroll.
// What htmx may do is said by <meta name="htmx-config"> in the layout. The
// extensions must be imported before the page is ready, which they are: the
// script is deferred.
import 'htmx.org'
import 'htmx-ext-sse'
import 'idiomorph/htmx'
