// The composer. Which of its words are shown for which mode is said in the
// styles; drafts are kept by htmx. Here: Ctrl Enter sends, and a part that is
// put in place anew does not take the words or the cursor from a writer.
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
  const form = event.target.closest?.('form[data-composer]')
  if (!form) return
  event.preventDefault()
  form.requestSubmit()
})

document.addEventListener('htmx:beforeSwap', (event) => {
  const writing = document.activeElement?.closest?.('form[data-composer] textarea')
  // An answer to the composer itself may replace it; a refresh may not.
  if (writing && event.detail.target.contains(writing) && !event.detail.requestConfig.elt.closest('form[data-composer]')) {
    event.detail.shouldSwap = false
  }
})
