// Shows the next version as soon as it is there. What is typed and not sent is
// kept first, and the field that has the focus has it again.
const form = () => document.querySelector('form[data-tree]')
let dirty = false
let busy = false

document.addEventListener('input', (event) => { if (form()?.contains(event.target)) dirty = true })
document.addEventListener('submit', () => { busy = true })

const keep = async () => {
  const typed = form()
  if (!dirty || !typed) return
  const data = new FormData(typed)
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name)
  data.set('do', 'keep')
  await fetch('/turn', { method: 'POST', body: new URLSearchParams(data), redirect: 'manual' }).catch(() => {})
}

const focused = sessionStorage.getItem('focus')
sessionStorage.removeItem('focus')
if (focused) document.getElementById(focused)?.focus()

const source = new EventSource('/events')
source.addEventListener('building', () => { document.getElementById('state').textContent = 'Building…' })
source.addEventListener('revision', async (event) => {
  if (event.data === document.body.dataset.revision || busy) return
  busy = true
  source.close()
  await keep()
  if (document.activeElement?.id) sessionStorage.setItem('focus', document.activeElement.id)
  location.reload()
})
