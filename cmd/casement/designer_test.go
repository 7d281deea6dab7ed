package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/web/webtest"
)

// A form is made on screen, published, named by a case type and filled in by
// somebody of the public.
func TestAFormMadeWithoutCodeRaisesACaseInTheBrowser(t *testing.T) {
	in := install(t, "--demo")
	p := in.signIn("morag@northmoor.example")
	p.Go(in.url + "/configuration/forms")
	p.Accessible()
	p.Type(`#name`, "Street party")
	p.Click(`form[action="/configuration/forms"] .button-main`)
	p.WaitURL("/configuration/forms/street-party")
	p.Accessible()
	p.Go(in.url + "/configuration/forms/street-party?page=what")
	p.Type(`#new-label`, "Will the road be closed?")
	p.Choose(`#new-kind`, "yes_no")
	p.Click(`.design-new button`)
	p.WaitURL("field=will-the-road-be-closed")
	p.Accessible()
	p.Go(in.url + "/configuration/forms/street-party?page=you")
	p.Type(`#new-label`, "How many neighbours agree?")
	p.Choose(`#new-kind`, "number")
	p.Click(`.design-new button`)
	p.WaitURL("field=how-many-neighbours-agree")
	p.Choose(`select[name="when-test"]`, "will-the-road-be-closed")
	p.Type(`input[name="when-value"]`, "yes")
	p.Click(`.design-save button`)
	p.WaitFor(`select[name="when-value"]`)
	p.Accessible()
	p.Click(`.design-publish summary`)
	p.Click(`form[action$="/publish"] .button-main`)
	p.WaitForText(`.draft-bar`, "Version 1 is live")

	// The case type names it.
	p.Go(in.url + "/configuration/upload")
	source := webtest.Eval[string](p, `fetch("/configuration/types/report/file?version=1").then(r => r.text())`)
	file := filepath.Join(t.TempDir(), "report.yaml")
	var lines []string
	for line := range strings.SplitSeq(source, "\n") {
		if !strings.HasPrefix(line, "form:") {
			lines = append(lines, line)
		}
	}
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\nform: design:street-party\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Upload(`#file`, file)
	p.Click(`main form .button-main`)
	p.WaitFor(`button[formaction="/configuration/publish"]`)
	p.Click(`button[formaction="/configuration/publish"]`)
	p.WaitURL("/configuration/types/report")

	resident := webtest.Open(t, in.url+"/forms/report")
	resident.Submit(`main form`)
	resident.WaitURL("/forms/report/what")
	in.pass(5 * time.Minute)
	resident.Type(`textarea`, "A party for Mill Lane on the first of June.")
	resident.Click(`input[value="yes"]`)
	resident.Accessible()
	resident.Click(`main .button-main[value="submit"]`)
	resident.WaitURL("/forms/report/you")
	resident.Type(`input[autocomplete="name"]`, "Ada Lovelace")
	resident.Type(`input[type="email"]`, "ada@example.org")
	resident.Type(`#f-how-many-neighbours-agree`, "14")
	resident.Click(`main .button-main[value="submit"]`)
	resident.WaitURL("/forms/report/review.page")
	resident.WaitForText(`main`, "14")
	resident.Click(`main .button-main[value="submit"]`)
	resident.WaitURL("/done/")
	resident.Accessible()
}
