// Maps are heavy, so no page loads them before one comes into view. This small
// file is part of every page; it finds maps, loads map.js and map.css by the
// addresses the elements carry (data-js, data-css), and hands them over.
const loading = new Map()

function load(tag, address, attributes) {
  if (!loading.has(address)) {
    loading.set(address, new Promise((done, fail) => {
      const element = Object.assign(document.createElement(tag), attributes)
      element.addEventListener('load', done, { once: true })
      element.addEventListener('error', () => {
        loading.delete(address) // so that opening the map again tries again
        element.remove()
        fail(new Error(`${address} did not load`))
      }, { once: true })
      document.head.append(element)
    }))
  }
  return loading.get(address)
}

async function open(element) {
  try {
    await Promise.all([
      load('link', element.dataset.css, { rel: 'stylesheet', href: element.dataset.css }),
      load('script', element.dataset.js, { src: element.dataset.js }),
    ])
    window.casementMaps.begin(element)
  } catch {
    element.dataset.failed = 'true'
    element.textContent = 'The map did not load. Reload the page to try again; everything works without it.'
  }
}

const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue
    seen.unobserve(target)
    open(target)
  }
}, { rootMargin: '200px' })

function find(within) {
  for (const map of within.querySelectorAll('[data-map][data-js]:not([data-found])')) {
    map.dataset.found = 'true'
    seen.observe(map) // a hidden one is never in view; it is opened by being shown
  }
}

// Choosing a place: the map is opened by a button, which works from here on.
function show(picker) {
  const map = picker.querySelector('[data-map]')
  map.hidden = false
  for (const opener of picker.querySelectorAll('[data-map-open]')) opener.hidden = true
  return map
}

document.addEventListener('click', (event) => {
  const opener = event.target.closest?.('[data-map-open]')
  if (opener) {
    show(opener.closest('[data-map-pick]')).dataset.focus = 'true'
    return
  }
  const locate = event.target.closest?.('[data-map-locate]')
  if (locate) usePosition(locate)
})

// The device's position goes into the inputs, and the map shows it to be put right.
function usePosition(button) {
  const picker = button.closest('[data-map-pick]')
  const form = button.closest('form')
  const status = (picker ?? form).querySelector('[data-map-status]')
  const say = (words) => { if (status) status.textContent = words }
  if (!navigator.geolocation) {
    say('This device does not tell its position.')
    return
  }
  button.disabled = true
  say('Asking the device where it is …')
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    button.disabled = false
    say('')
    const lat = picker ? picker.querySelector('[data-location-lat], [name=lat]') : form.elements.lat
    const lng = picker ? picker.querySelector('[data-location-lng], [name=lng]') : form.elements.lng
    lat.value = coords.latitude.toFixed(5)
    lng.value = coords.longitude.toFixed(5)
    if (!picker) {
      form.requestSubmit()
      return
    }
    show(picker)
    lng.dispatchEvent(new Event('change', { bubbles: true }))
  }, (error) => {
    button.disabled = false
    say(error.code === error.PERMISSION_DENIED ? 'You did not allow this page to know your position.' : 'The device could not find its position.')
  }, { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 })
}

find(document)
document.addEventListener('htmx:load', (event) => find(event.target))
