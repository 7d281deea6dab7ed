package messages_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/messages"
)

// crowded is a case whose form has as many answers as templates are given, each
// as long as they are given.
func crowded() messages.Data {
	data := messages.Sample()
	answers := make([]any, 200)
	for i := range answers {
		answers[i] = map[string]any{"question": strings.Repeat("where? ", 2800), "answer": strings.Repeat("a", 20_000)}
	}
	data["answers"] = answers
	return data
}

// talkative is a case with as many answers, as people write them.
func talkative() messages.Data {
	data := crowded()
	for _, a := range data["answers"].([]any) {
		a.(map[string]any)["question"], a.(map[string]any)["answer"] = "What happened?", strings.Repeat("Much. ", 50)
	}
	return data
}

func twice(inside string) string {
	return "{% for a in answers %}{% for b in answers %}" + inside + "{% endfor %}{% endfor %}"
}

// hostile are templates that were written to keep a server busy, or by mistake.
func hostile() map[string]string {
	fill := func(piece string) string { return strings.Repeat(piece, 19_000/len(piece)) }
	return map[string]string{
		"loops in loops that show nothing":       strings.Repeat(twice(""), 19_000/len(twice(""))),
		"conditions in loops":                    twice(fill(`{% if a.answer contains "zz" %}x{% endif %}`)),
		"one long condition in loops":            twice(`{% if ` + fill(`a.answer contains "zz" or `) + ` false %}x{% endif %}`),
		"many branches in loops":                 twice(`{% if false %}` + fill(`{% elsif a.answer contains "zz" %}`) + `{% endif %}`),
		"filters over long values, case":         twice(`{% case a.answer` + fill(` | one_line | capitalize`) + ` %}{% when "x" %}x{% endcase %}`),
		"filters with nothing around them":       twice(`{{ a.answer` + fill(` | strip | truncate: 20000`) + ` }}`),
		"a list as a condition":                  twice(fill(`{% if answers contains b.answer %}x{% endif %}`)),
		"conditions inside conditions, in loops": twice(strings.Repeat(`{% if a.answer %}`, 15) + strings.Repeat(`{% endif %}`, 15)),
	}
}

// tooMuch reports whether a limit was met: that of work, or on a slow machine that
// of time, which stands behind it.
func tooMuch(words string) bool {
	return strings.Contains(words, "it does too much") || strings.Contains(words, "it takes longer than")
}

func TestAHostileTemplateIsRefusedBeforeItIsPublished(t *testing.T) {
	before := runtime.NumGoroutine()
	for name, text := range hostile() {
		err := messages.Check(template("For {{ requester.name }} " + text))
		var refused *core.Error
		if !errors.As(err, &refused) || !tooMuch(refused.Fields["languages.en.text"]) {
			t.Errorf("%s: published, or refused with %v", name, err)
		}
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines are left of %d refused templates", after-before, len(hostile()))
	}
}

func TestAnOrdinaryTemplateMayLoopTwiceOverEveryList(t *testing.T) {
	for name, text := range map[string]string{
		"the answers":  "For {{ requester.name }}\n{% for a in answers %}- {{ a.question | one_line }}: {% if a.answer %}{{ a.answer | truncate: 200 }}{% else %}none{% endif %}\n{% endfor %}",
		"a comparison": "For {{ requester.name }} {% for a in answers %}{% for b in answers %}{% if b.question == a.answer %}.{% endif %}{% endfor %}{% endfor %}",
	} {
		if err := messages.Check(template(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := messages.Preview(template(text), "en", talkative()); err != nil {
			t.Errorf("%s of a case with much in it: %v", name, err)
		}
	}
}

// sly does its work only where a real case has what samples have not.
func sly() string {
	return `For {{ requester.name }} {% if requester.name == "Sly" %}` + twice(strings.Repeat(`{% if a.answer contains "zz" %}x{% endif %}`, 100)) + `{% endif %}`
}

func TestATemplateThatIsHostileWithOneCaseAloneEndsInItsPreview(t *testing.T) {
	if err := messages.Check(template(sly())); err != nil {
		t.Fatalf("with samples it is harmless: %v", err)
	}
	data := crowded()
	data["requester"] = map[string]any{"name": "Sly"}
	_, err := messages.PreviewPieces(template(sly()), "en", data)
	if err == nil || !tooMuch(messages.Unwritable(err)) {
		t.Errorf("the preview says %v", err)
	}
	_, err = messages.Fill(sly(), data)
	if core.KindOf(err) != core.ErrInvalid || !tooMuch(err.Error()) {
		t.Errorf("filling it says %v", err)
	}
}

func TestAMessageThatCannotBeWrittenIsKeptSayingWhy(t *testing.T) {
	i := install(t)
	text := template(sly())
	text.Key = "confirmation"
	if _, err := i.Publish(t.Context(), administrator, text, ""); err != nil {
		t.Fatal(err)
	}
	id := i.post(t, func(o *messages.Outgoing) {
		o.Data = crowded()
		o.Data["requester"] = map[string]any{"name": "Sly"}
	})
	if tally := i.due(t); tally.Handled() != 0 {
		t.Errorf("delivered %+v", tally)
	}
	e := i.wantState(t, id, core.DeliveryRefused, 0)
	if !e.Unwritten() || !tooMuch(e.Detail) || e.Subject != "Test" {
		t.Errorf("it stands there as %q: %q", e.Subject, e.Detail)
	}
	if err := i.SendAgain(t.Context(), administrator, id); core.KindOf(err) != core.ErrConflict {
		t.Errorf("sent again, though it has no words: %v", err)
	}

	// One that becomes too long ends the same way.
	long := template("{% for a in answers %}{{ a.answer }}{% endfor %}")
	long.Key = "closed"
	if _, err := i.Publish(t.Context(), administrator, long, ""); err != nil {
		t.Fatal(err)
	}
	id = i.post(t, func(o *messages.Outgoing) { o.Template, o.EventSeq, o.Data = "closed", 8, crowded() })
	if e := i.wantState(t, id, core.DeliveryRefused, 0); !strings.Contains(e.Detail, "longer than") {
		t.Errorf("it says %q", e.Detail)
	}
	// Everybody else is written to as before.
	other := i.post(t, func(o *messages.Outgoing) { o.EventSeq = 9 })
	if i.due(t); i.find(t, other).State != core.DeliverySent {
		t.Error("an ordinary message was not sent")
	}
}
