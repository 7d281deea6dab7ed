package messages_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/messages"
)

func TestAMergeFieldWithoutAValueIsNeverSentAsABlank(t *testing.T) {
	both := template("Dear {{ requester.name }},\n\nby {{ case.expected | upcase }}. {{ reason | default: \"no reason\" }}{% if note.text %}{{ note.text }}{% endif %}")
	both.Languages["cy"] = messages.Wording{Subject: "{{ case.reference }}", Text: "Annwyl {{ requester.name }}"}
	for language, want := range map[string]string{
		"en": "Dear (not given),\n\nby (not given). no reason", "cy": "Annwyl (heb ei roi)",
	} {
		r, err := messages.Preview(both, language, messages.Data{"requester": map[string]any{"name": "  "}, "case": map[string]any{"reference": "CMP-1"}, "note": map[string]any{"text": ""}})
		if err != nil || r.Text != want || strings.Contains(r.HTML, "<p></p>") {
			t.Errorf("%s reads %q, %v", language, r.Text, err)
		}
		if !slices.Contains(r.Missing, "requester.name") || slices.Contains(r.Missing, "reason") || slices.Contains(r.Missing, "note.text") {
			t.Errorf("%s is missing %q", language, r.Missing)
		}
	}
}

func TestZeroAndNoAreValues(t *testing.T) {
	r := preview(t, "{{ case.level }} {{ task.unclaimed }}", messages.Data{"case": map[string]any{"level": 0, "reference": "x"}, "task": map[string]any{"unclaimed": false}})
	if r.Text != "0 false" || len(r.Missing) > 0 {
		t.Errorf("it reads %q, missing %q", r.Text, r.Missing)
	}
}

func TestNobodyCanWriteThePlaceOfAMissingValue(t *testing.T) {
	r := preview(t, "{{ note.text }}", messages.Data{"case": map[string]any{"reference": "x"}, "note": map[string]any{"text": "a\ue000case.expected\ue001b"}})
	if r.Text != "acase.expectedb" || len(r.Missing) > 0 {
		t.Errorf("it reads %q, missing %q", r.Text, r.Missing)
	}
}

func TestThePreviewShowsWhichFieldHasNoValueAndNoSecretOfALink(t *testing.T) {
	p, err := messages.PreviewPieces(template("Dear {{ requester.name }},\n\n{{ case.link }}\n\n<b>{{ note.text }}</b>"), "en",
		messages.Data{"case": map[string]any{"reference": "CMP-1", "link": secrets["tracking"]}, "note": map[string]any{"text": "<script>x</script>"}})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(p.Text, messages.Piece{Missing: "requester.name"}) || !slices.Equal(p.Missing, []string{"requester.name"}) {
		t.Errorf("the text is %q, missing %q", p.Text, p.Missing)
	}
	if !strings.Contains(string(p.Body), "<mark>requester.name</mark>") || strings.Contains(string(p.Body), "<script") || strings.Contains(string(p.Body), "<b>") {
		t.Errorf("the HTML is %s", p.Body)
	}
	for _, piece := range p.Text {
		if strings.Contains(piece.Words, "Zm9v") {
			t.Errorf("the preview has a secret: %s", piece.Words)
		}
	}
}

func TestWhatATemplateShowsWithoutAskingIsDemanded(t *testing.T) {
	demands := template("{{ note.text }}\n{% if reason %}{{ reason }}{% elsif update.text %}{{ update.text }}{% endif %}\n{{ case.expected | default: \"soon\" }}\n{% for a in answers %}{{ a.answer }}{% endfor %}\n{{ question.text }}").Demands()
	var got []string
	for _, d := range demands {
		got = append(got, d.Path)
	}
	slices.Sort(got)
	if !slices.Equal(got, []string{"case.reference", "note.text", "question.text"}) {
		t.Errorf("demanded is %q", got)
	}
	for _, d := range demands {
		if d.Path == "question.text" && (d.Line != 5 || d.Part != "languages.en.text") {
			t.Errorf("it is at %s, line %d", d.Part, d.Line)
		}
	}
}

func TestHTMLOfATemplateHasItsValuesAsWordsAndNothingElse(t *testing.T) {
	both := template("text")
	both.Languages["en"] = messages.Wording{Subject: "x", Text: "text",
		HTML: `<p>Dear <strong>{{ requester.name }}</strong>, <a href="{{ case.link }}">your case</a></p>{% for a in answers %}<ul><li>{{ a.answer | one_line }}</li></ul>{% endfor %}`}
	evil := `<img src=x onerror=alert(1)>"><script>alert(1)</script>`
	for link, kept := range map[string]bool{"https://northmoor.example/track/x": true, "javascript:alert(1)": false, `" onclick="alert(1)`: false} {
		r, err := messages.Preview(both, "en", messages.Data{"requester": map[string]any{"name": evil + "\nsecond line"},
			"case": map[string]any{"link": link}, "answers": []any{map[string]any{"answer": evil}}})
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"<img", "<script", "onclick=", `href="javascript`} {
			if strings.Contains(strings.ReplaceAll(r.HTML, "&#34; onclick=", ""), bad) {
				t.Errorf("with %s the HTML has %s:\n%s", link, bad, r.HTML)
			}
		}
		if strings.Contains(r.HTML, `href="`+link+`"`) != kept || !strings.Contains(r.HTML, "<br>") || r.Text != "text" {
			t.Errorf("with %s it reads\n%s", link, r.HTML)
		}
	}
}

func TestHTMLThatHasNoPlaceInAMessageCannotBePublished(t *testing.T) {
	for html, says := range map[string]string{
		`<script>x</script>`:                  "<script> cannot be used",
		`<p style="color: red">x</p>`:         "attribute style",
		`<img src="https://x.example/p.gif">`: "<img> cannot be used",
		`<a href="javascript:x">x</a>`:        "whole address",
		`<a href="/relative">x</a>`:           "whole address",
		`<p>x`:                                "<p> is not closed",
		`x</p>`:                               "closes nothing",
		`<!-- note --><p>x</p>`:               "Comments",
		`{{ case.refrence }}`:                 "case.reference",
		`{% include "x" %}`:                   "include",
	} {
		broken := template("text")
		broken.Languages["en"] = messages.Wording{Subject: "x", Text: "text", HTML: html}
		var said *core.Error
		if err := messages.Check(broken); !errors.As(err, &said) || !strings.Contains(said.Fields["languages.en.html"], says) {
			t.Errorf("%s: %v", html, err)
		}
	}
}

func TestACaseTypesOwnWordsGoBeforeTheInstallations(t *testing.T) {
	i := install(t)
	configurator := core.StaffActor(core.NewID[core.StaffID](), "Con", core.RoleConfigurator)
	own, _, err := i.Template(t.Context(), "confirmation")
	if err != nil {
		t.Fatal(err)
	}
	own.Type, own.Languages = "complaint", map[string]messages.Wording{"en": {Subject: "Ours", Text: "Complaints alone."}}
	if _, err := i.PublishAfter(t.Context(), configurator, own, "", 0); err != nil {
		t.Fatal(err)
	}
	if _, err := i.PublishAfter(t.Context(), configurator, own, "", 0); core.KindOf(err) != core.ErrConflict {
		t.Errorf("published over a version that was not seen: %v", err)
	}
	says := func(caseType, want string) {
		t.Helper()
		e := i.find(t, i.post(t, func(o *messages.Outgoing) { o.CaseType, o.EventSeq = caseType, 0 }))
		if !strings.Contains(e.Text, want) {
			t.Errorf("%q was sent %s", caseType, e.Text)
		}
	}
	says("complaint", "Complaints alone.")
	says("report", "Thank you for contacting us.")
	says("", "Thank you for contacting us.")
	if keys, err := i.OwnOf(t.Context(), "complaint"); err != nil || !slices.Equal(keys, []string{"confirmation"}) {
		t.Errorf("of its own it has %q, %v", keys, err)
	}
	if all, err := i.Templates(t.Context()); err != nil || len(all) != len(messages.Shipped()) {
		t.Errorf("the installation has %d, %v", len(all), err)
	}
	stranger := own
	stranger.Key = "no-such"
	if _, err := i.Publish(t.Context(), configurator, stranger, ""); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("words of its own for nothing: %v", err)
	}
	if _, err := i.Withdraw(t.Context(), configurator, "complaint", "confirmation", 1); err != nil {
		t.Fatal(err)
	}
	says("complaint", "Thank you for contacting us.")
	if _, err := i.Withdraw(t.Context(), configurator, "complaint", "confirmation", 2); core.KindOf(err) != core.ErrConflict {
		t.Errorf("withdrawn twice: %v", err)
	}
}

func TestATemplatesVersionsSayWhatChangedAndCanBeGoneBackTo(t *testing.T) {
	i := install(t)
	configurator := core.StaffActor(core.NewID[core.StaffID](), "Con", core.RoleConfigurator)
	ours, _, err := i.Template(t.Context(), "confirmation")
	if err != nil {
		t.Fatal(err)
	}
	shipped := ours.Languages["en"]
	ours.AtLeastOnce, ours.Languages = true, map[string]messages.Wording{"en": {Subject: "Ours", Text: shipped.Text + "\nMore.", HTML: "<p>x</p>"}, "cy": {Subject: "x", Text: "y"}}
	if _, err := i.Publish(t.Context(), configurator, ours, "clearer"); err != nil {
		t.Fatal(err)
	}
	old, err := i.VersionAt(t.Context(), "", "confirmation", 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := i.PublishAfter(t.Context(), configurator, old, "As shipped with Casement.", 1); err != nil {
		t.Fatal(err)
	}
	if now, version, err := i.Template(t.Context(), "confirmation"); err != nil || version != 2 || now.Languages["en"] != shipped {
		t.Errorf("version %d is %+v, %v", version, now, err)
	}
	list, err := i.Versions(t.Context(), "", "confirmation")
	if err != nil || len(list) != 3 || list[0].Version != 2 || list[2].Version != 0 || list[0].Note == "" {
		t.Fatalf("the versions are %+v, %v", list, err)
	}
	for _, says := range []string{"sent again", "Subject (en): ‘" + shipped.Subject + "’ → ‘Ours’.", "Text (en): 1 line new, 0 gone.", "HTML (en): 1 line new, 0 gone.", "Written in “cy”."} {
		if !slices.ContainsFunc(list[1].Changes, func(c string) bool { return strings.Contains(c, says) }) {
			t.Errorf("%q is not among %q", says, list[1].Changes)
		}
	}
	if _, err := i.Versions(t.Context(), "", "no-such"); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("versions of nothing: %v", err)
	}
	lines := messages.Lines("a\nb\nc", "a\nc\nd")
	if want := []messages.Line{{Sign: " ", Text: "a"}, {Sign: "-", Text: "b"}, {Sign: " ", Text: "c"}, {Sign: "+", Text: "d"}}; !slices.Equal(lines, want) {
		t.Errorf("compared: %q", lines)
	}
}

func TestAMessageSaysInTheOutboxWhatItWentOutWithout(t *testing.T) {
	i := install(t)
	id := i.post(t, func(o *messages.Outgoing) {
		o.EventSeq, o.Template, o.Data = 0, "question", messages.Data{"case": map[string]any{"reference": "CMP-1", "type": "Complaint", "subject": "Bins"}}
	})
	if e := i.find(t, id); !slices.Contains(e.Missing, "question.text") || !strings.Contains(e.Text, "(not given)") {
		t.Errorf("missing is %q in %s", e.Missing, e.Text)
	}
	if e := i.find(t, i.post(t)); len(e.Missing) > 0 && !strings.Contains(e.Text, "(not given)") {
		t.Errorf("missing is %q", e.Missing)
	}
}
