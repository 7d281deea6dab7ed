package formpages_test

import (
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/intake/intaketest"
	"github.com/casement-dev/casement/core/pluginhost/hosttest"
)

// pliant is a browser on a form with buttons, a table, and a question that tells
// of changes; its heading says what it was told last.
func pliant(t *testing.T) *browser {
	t.Helper()
	s := newSite(t, nil)
	if err := s.Host.Install(intaketest.PluginModule(t, "core/pluginhost/hosttest/testdata/guests/pliant"), nil); err != nil {
		t.Fatal(err)
	}
	s.Change(t, intaketest.Wilful, func(ct *core.CaseType) { ct.Form = core.FormRule{Plugin: hosttest.Plugin, Entry: "form"} })
	return s.browser(t).begin(intaketest.Wilful)
}

const onePage = "/forms/wilful/one"

func TestAButtonOfAFormIsPressedWithoutSendingItOff(t *testing.T) {
	t.Parallel()
	b := pliant(t)
	b.wants(`value="press:more"`).lacks("press more")
	if res := b.post(onePage, "do", "press:more", "f:say", "half a sentence"); res.StatusCode != 303 || res.Header.Get("Location") != onePage {
		t.Fatalf("%d %s", res.StatusCode, b.body)
	}
	if d := b.site.lastView(t); d != "press more " {
		t.Errorf("the form was told %q", d)
	}
	b.get(onePage, 200)
	if res := b.post(onePage, "do", "table:rows:-1:2", "f:say", "half a sentence"); res.StatusCode != 303 {
		t.Fatalf("%d %s", res.StatusCode, b.body)
	}
	if d := b.site.lastView(t); d != "press rows -1" {
		t.Errorf("the form was told %q", d)
	}
}

func TestAButtonThatChecksHasTheAnswersChecked(t *testing.T) {
	t.Parallel()
	b := pliant(t)
	b.refused(422, "do", "press:sends", "f:say", "").wants("One answer needs another look")
	if res := b.post(onePage, "do", "press:sends", "f:say", "all of it"); res.StatusCode != 303 {
		t.Fatalf("%d %s", res.StatusCode, b.body)
	}
	if d := b.site.lastView(t); d != "submit sends " {
		t.Errorf("the form was told %q", d)
	}
}

func TestAChangeIsAnsweredWithThePageAsItNowIs(t *testing.T) {
	t.Parallel()
	b := pliant(t)
	if res := b.post(onePage, "do", "change:say", "f:say", "half"); res.StatusCode != 200 || !strings.Contains(b.body, "change say") || !strings.Contains(b.body, "half</textarea>") {
		t.Fatalf("%d %s", res.StatusCode, b.body)
	}
}

func TestWhatIsNotOnThePageIsKeptAndNothingElse(t *testing.T) {
	t.Parallel()
	b := pliant(t)
	for _, do := range []string{"press:other", "press:", "change:rows", "change:", "table:other:1:1", "press:say"} {
		b.get(onePage, 200)
		if res := b.post(onePage, "do", do, "f:say", "kept"); res.StatusCode != 303 {
			t.Fatalf("%s: %d %s", do, res.StatusCode, b.body)
		}
		if d := b.site.lastView(t); strings.HasPrefix(d, "press") || strings.HasPrefix(d, "change") || strings.HasPrefix(d, "submit") {
			t.Errorf("%s: the form was told %q", do, d)
		}
		b.get(onePage, 200).wants("kept</textarea>")
	}
}

// lastView is the heading of the page at which the only draft stands.
func (s *site) lastView(t *testing.T) string {
	t.Helper()
	var label string
	if err := s.Pool.QueryRow(t.Context(), `SELECT coalesce(view->>'label', '') FROM form_drafts`).Scan(&label); err != nil {
		t.Fatal(err)
	}
	return label
}
