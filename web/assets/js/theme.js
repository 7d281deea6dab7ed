// Light or dark at once; the form keeps the choice. Without this file it is
// sent, and the page comes back in its new colours.
document.addEventListener('submit', (event) => {
  const form = event.target
  if (!form.matches('.theme-switch') || !event.submitter) return
  event.preventDefault()
  const theme = event.submitter.value
  const chosen = new FormData(form)
  chosen.set('theme', theme)
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  for (const button of form.querySelectorAll('[aria-pressed]')) button.setAttribute('aria-pressed', String(button === event.submitter))
  fetch('/theme', { method: 'POST', body: new URLSearchParams(chosen), redirect: 'manual' }).catch(() => {})
})
