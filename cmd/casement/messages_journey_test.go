package main

import (
	"io"
	"mime/quotedprintable"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core/mail/mailtest"
	"github.com/casement-dev/casement/web/webtest"
)

// An administrator changes the words of a mail, sees them with a case, is kept
// from publishing what cannot be, publishes, and acts: the mail server has the
// new words. A switch of the matrix then keeps the next one from being sent.
func TestTheWordsOfAMailAreChangedOnScreenAndSent(t *testing.T) {
	smtp := mailtest.Start(t, mailtest.Options{})
	in := install(t, "--demo", "--smtp-host", "127.0.0.1", "--smtp-port", strconv.Itoa(smtp.Port), "--smtp-tls", "none", "--smtp-from", "Northmoor <no-reply@northmoor.example>")
	p := in.signIn("morag@northmoor.example")
	ref := in.open(p, "enquiry", "customer-services")

	p.Go(in.url + "/configuration/messages?type=enquiry")
	p.Accessible()
	p.Go(in.url + "/configuration/messages/closed?" + url.Values{"type": {"enquiry"}, "at": {"case.closed requester"}, "case": {ref}}.Encode())
	p.WaitForText(`.message-sheet`, ref)
	p.Accessible()
	p.Type(`#text`, "Good day,\n\nwe have answered {{ question.text }}")
	p.Expect("422")
	p.Click(`button.button-main[type="submit"]`)
	p.WaitForText(`#text-error`, "never has")
	p.Accessible()
	p.Type(`#text`, "Good day {{ requester.name }},\n\nyour enquiry “{{ case.subject }}” ends here: {{ case.reference }}.")
	p.Click(`[aria-labelledby="publish-h"] button[formaction$="/preview"]`)
	p.WaitForText(`.message-sheet`, "ends here: "+ref)
	p.Click(`button.button-main[type="submit"]`)
	p.WaitForText(`.page-sub .chip`, "Own words")

	in.closeCase(p, ref, "answered")
	in.eventually("the mail has the new words", 30*time.Second, func() bool { return mailed(smtp, "ends here: "+ref) == 1 })
	in.reopen(p, ref)
	in.eventually("it is told that the case was opened again", 30*time.Second, func() bool { return mailed(smtp, "We are looking at "+ref) == 1 })

	// Who would get the next one? And then nobody.
	p.Go(in.url + "/configuration/who-is-told?" + url.Values{"case": {ref}, "event": {"case.closed"}}.Encode())
	p.WaitForText(`.message-hearers`, "raised the case")
	p.Accessible()
	p.Go(in.url + "/configuration/types/enquiry/draft?section=messages&item=case.closed")
	p.Accessible()
	in.picture(p, "matrix-line")
	p.Go(in.url + "/configuration/types/complaint/draft?section=examples")
	p.WaitForText(`main`, "Holds")
	p.Accessible()
	in.picture(p, "examples")
	p.Go(in.url + "/configuration/types/enquiry/draft?section=messages")
	p.Accessible()
	in.picture(p, "matrix")
	p.Click(`input[value="case.closed requester"]`)
	p.Click(`.edit-save .button-main`)
	p.WaitForText(`.draft-bar`, "Changed who is told of what")
	p.Go(in.url + "/configuration/types/enquiry/draft/changes")
	p.WaitForText(`main`, "switched off")
	p.Accessible()
	p.Follow(`form[action$="/publish"] .button-main`)
	p.Go(in.url + "/configuration/who-is-told?" + url.Values{"case": {ref}, "event": {"case.closed"}}.Encode())
	p.WaitForText(`main`, "It is switched off.")
	in.closeCase(p, ref, "answered")
	in.reopen(p, ref)
	in.eventually("it is told again that the case was opened again", 30*time.Second, func() bool { return mailed(smtp, "We are looking at "+ref) == 2 })
	if n := mailed(smtp, "ends here: "+ref); n != 1 {
		t.Errorf("what is switched off was sent: %d mails", n)
	}
}

// picture keeps what a page looks like, where pictures are wanted.
func (in *installation) picture(p *webtest.Page, name string) {
	in.t.Helper()
	dir := os.Getenv("CASEMENT_PICTURES")
	if dir == "" {
		return
	}
	p.Screenshot(filepath.Join(dir, name+".png"), 1440, 1400, false)
	p.Screenshot(filepath.Join(dir, name+"-dark.png"), 1440, 1400, true)
	p.Screenshot(filepath.Join(dir, name+"-telephone.png"), 390, 1800, false)
	p.Appear(1280, 800, false)
}

// reopen opens a closed case again, on the page of the action.
func (in *installation) reopen(p *webtest.Page, ref string) {
	in.t.Helper()
	p.Go(in.url + "/cases/" + ref + "/act/reopen")
	p.Submit(`#act-reopen`)
	p.WaitURL("/cases/" + ref)
}

// open is the reference of an open case in a queue.
func (in *installation) open(p *webtest.Page, caseType, group string) string {
	in.t.Helper()
	p.Go(in.url + "/queues/" + caseType + "/" + group)
	refs := webtest.Eval[[]string](p, `[...document.querySelectorAll('main a[href^="/cases/"]')].map(a => a.getAttribute("href").split("/")[2]).filter(r => /^[A-Z]+-/.test(r))`)
	if len(refs) == 0 {
		in.t.Fatal("the queue is empty")
	}
	return refs[0]
}

// mailed counts the mails with some words that have arrived.
func mailed(smtp *mailtest.Server, words string) int {
	n := 0
	for _, m := range smtp.Mails() {
		if strings.Contains(text(m), words) {
			n++
		}
	}
	return n
}

// text is a mail with its transfer encoding undone.
func text(m mailtest.Mail) string {
	raw, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(string(m.Data))))
	if err != nil {
		return string(m.Data)
	}
	return string(raw)
}
