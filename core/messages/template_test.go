package messages_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/messages"
)

func template(text string) messages.Template {
	return messages.Template{
		Key: "test", Name: "Test", Audience: messages.ForRequester,
		Languages: map[string]messages.Wording{"en": {Subject: "About {{ case.reference }}", Text: text}},
	}
}

func preview(t *testing.T, text string, data messages.Data) messages.Rendered {
	t.Helper()
	r, err := messages.Preview(template(text), "en", data)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestEveryShippedTemplateCanBePublishedAndReadsWell(t *testing.T) {
	want := strings.Fields(`assigned breached cancelled case-reopened case-withdrawn closed closed-not-upheld closed-upheld closed-withdrawn colleague-note
		confirmation contact-changed digest escalated extended follow-confirm follower-news mail-waits new-case public-note question
		question-answered question-reminder question-unanswered reassigned-group reminder reopened resolved sign-in status-changed
		task-answered task-asked task-assigned task-cancelled task-completed task-due task-handed-back task-late task-returned
		task-time-requested tasks-done update-received webhook-off withdrawn work-started`)
	got := map[string]messages.Template{}
	for _, template := range messages.Shipped() {
		got[template.Key] = template
	}
	if len(got) != len(want) {
		t.Errorf("%d templates are shipped, want %d", len(got), len(want))
	}
	for _, key := range want {
		template, ok := got[key]
		if !ok {
			t.Errorf("%s is missing", key)
			continue
		}
		if err := messages.Check(template); err != nil {
			t.Errorf("%s: %v", key, err)
			continue
		}
		for name, data := range map[string]messages.Data{"sample data": messages.Sample(), "no data": {}} {
			r, err := messages.Preview(template, "en", data)
			if err != nil {
				t.Errorf("%s with %s: %v", key, name, err)
				continue
			}
			if r.Subject == "" || strings.Contains(r.Text, "\n\n\n") || strings.Contains(r.Text+r.Subject, "{") {
				t.Errorf("%s with %s reads %q\n%s", key, name, r.Subject, r.Text)
			}
		}
	}
}

func TestAMessageToARequesterSaysWhereToTurn(t *testing.T) {
	for _, template := range messages.Shipped() {
		if template.Audience != messages.ForRequester || template.Key == messages.SignIn || template.Key == "mail-waits" { // of no case
			continue
		}
		r, err := messages.Preview(template, "en", messages.Sample())
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"CMP-7K2M-4QX9", "01632 960000", "Northmoor Council"} {
			if !strings.Contains(r.Text, word) || !strings.Contains(r.HTML, word) {
				t.Errorf("%s does not say %q", template.Key, word)
			}
		}
	}
}

func TestABrokenTemplateCannotBePublished(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"a block left open":       {"Dear\n\n{% if case.subject %}you", ""},
		"an unclosed value":       {"Dear\nyou {{ case.reference", "Line 2"},
		"an unknown tag":          {"a\nb\n{% frobnicate %}", "Line 3"},
		"an include":              {`{% include "/etc/passwd" %}`, "include"},
		"an assignment":           {"{% assign a = 1 %}x", "assign"},
		"a capture":               {"{% capture a %}x{% endcapture %}y", "capture"},
		"a table":                 {"{% tablerow a in answers %}x{% endtablerow %}", "tablerow"},
		"an endless loop":         {"{% for i in (1..1000000000) %}{% endfor %}x", "loop"},
		"a loop over letters":     {`{% for i in case.subject %}{{ i }}{% endfor %}`, "not a list"},
		"a loop with a modifier":  {`{% for i in answers limit: 1000000 %}x{% endfor %}`, "loop"},
		"too many loops":          {strings.Repeat("{% for a in answers %}", 3) + "x" + strings.Repeat("{% endfor %}", 3), "loops"},
		"too many blocks":         {strings.Repeat("{% if reason %}", 30) + "x" + strings.Repeat("{% endif %}", 30), "blocks"},
		"an unknown filter":       {`{{ case.subject | replace: "", "x" }}`, "replace"},
		"a hidden unknown filter": {`{% if false %}{{ case.subject | split: "" }}{% endif %}x`, "split"},
		"a slip in a name":        {"{{ case.refrence }}", `"case.reference"`},
		"a slip behind a branch":  {"{% if reason %}a{% elsif case.refrence %}b{% endif %}", `"case.reference"`},
		"a slip in a loop":        {"{% for a in answers %}{{ a.qestion }}{% endfor %}", "qestion"},
		"an index":                {`{{ reason["a"] }}`, "cannot be used"},
		"nothing":                 {" \n ", "empty"},
		"nothing but a comment":   {"{% comment %}x{% endcomment %}", "nothing is left"},
		"too much":                {strings.Repeat("x", 20_001), "longer"},
		"bytes that are no text":  {"a\xffb", "UTF-8"},
	} {
		err := messages.Check(template(c.text))
		var said *core.Error
		if !errors.As(err, &said) || said.Kind != core.ErrInvalid {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if message := said.Fields["languages.en.text"]; message == "" || !strings.Contains(message, c.says) {
			t.Errorf("%s: the author is told %q, want something with %q", name, said.Fields, c.says)
		}
	}
}

func TestATemplateNeedsAKeyANameAnAudienceAndTheDefaultLanguage(t *testing.T) {
	for field, change := range map[string]func(*messages.Template){
		"key":                  func(t *messages.Template) { t.Key = "No Key" },
		"name":                 func(t *messages.Template) { t.Name = " " },
		"audience":             func(t *messages.Template) { t.Audience = "everybody" },
		"languages":            func(t *messages.Template) { t.Languages = map[string]messages.Wording{"cy": t.Languages["en"]} },
		"languages.en.subject": func(t *messages.Template) { t.Languages["en"] = messages.Wording{Subject: "a\nb", Text: "x"} },
	} {
		broken := template("Hello")
		change(&broken)
		var said *core.Error
		if err := messages.Check(broken); !errors.As(err, &said) || said.Fields[field] == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestWhatSomebodyTypedIsNeverMarkupNorTemplate(t *testing.T) {
	evil := `<script>alert(1)</script> {{ organisation.name }} {% include "x" %} "><img src=x onerror=alert(1)> javascript:alert(1)` + "\u202e\x00"
	r := preview(t, "Dear {{ requester.name }},\n\n{{ question.text }}\n\n- {{ note.text }}", messages.Data{
		"requester": map[string]any{"name": evil}, "question": map[string]any{"text": evil}, "note": map[string]any{"text": evil},
	})
	for _, bad := range []string{"<script", "<img", `href="javascript`, "\u202e", "\x00"} {
		if strings.Contains(r.HTML, bad) {
			t.Errorf("the HTML has %q:\n%s", bad, r.HTML)
		}
	}
	if !strings.Contains(r.Text, "{{ organisation.name }}") {
		t.Errorf("what was typed was read as a template: %s", r.Text)
	}
}

func TestTheHTMLHasTheParagraphsLinesListsAndLinksOfTheText(t *testing.T) {
	r := preview(t, "Hello,\nyou.\n\n\n\nSee https://northmoor.example/a?b=1&c=2.\n\n- one\n- two (http://x.example)\n{% if reason %}{{ reason }}{% endif %}\n", messages.Data{})
	for _, want := range []string{
		"<p>Hello,<br>you.</p>",
		`<p>See <a href="https://northmoor.example/a?b=1&amp;c=2">https://northmoor.example/a?b=1&amp;c=2</a>.</p>`,
		`<ul><li>one</li><li>two (<a href="http://x.example">http://x.example</a>)</li></ul>`,
	} {
		if !strings.Contains(r.HTML, want) {
			t.Errorf("%s is not in\n%s", want, r.HTML)
		}
	}
	if !strings.HasPrefix(r.Text, "Hello,\nyou.\n\nSee ") {
		t.Errorf("the text is %q", r.Text)
	}
}

func TestASubjectIsOneLineWhateverIsInIt(t *testing.T) {
	r := preview(t, "x", messages.Data{"case": map[string]any{"reference": "CMP\r\nBcc: a@example.org\u2028" + strings.Repeat("é", 500)}})
	if strings.ContainsAny(r.Subject, "\r\n\u2028") || len([]rune(r.Subject)) > 201 {
		t.Errorf("the subject is %q", r.Subject)
	}
}

func TestTheReadersLanguageIsUsedIfThereIsOne(t *testing.T) {
	both := template("Hello")
	both.Languages["cy"] = messages.Wording{Subject: "Am {{ case.reference }}", Text: "Helo"}
	for language, want := range map[string]string{"cy": "Helo", "cy-GB": "Helo", "en": "Hello", "fr": "Hello", "": "Hello"} {
		r, err := messages.Preview(both, language, messages.Data{})
		if err != nil || r.Text != want {
			t.Errorf("%q reads %q, %v", language, r.Text, err)
		}
	}
}

func TestDataOfAnySizeMakesABoundedMessageOrNone(t *testing.T) {
	many := make([]any, 100_000)
	for i := range many {
		many[i] = map[string]any{"question": strings.Repeat("q", 1000), "answer": "a"}
	}
	loops := template("{% for a in answers %}{% for b in answers %}{{ b.question }}{% endfor %}{% endfor %}")
	if _, err := messages.Preview(loops, "en", messages.Data{"answers": many}); err == nil || core.KindOf(err) != "" {
		t.Errorf("a message without end gave %v", err)
	}
	r := preview(t, "{{ note.text }}", messages.Data{"note": map[string]any{"text": strings.Repeat("é", 1_000_000)}})
	if len(r.Text) > 100_000 {
		t.Errorf("the text has %d bytes", len(r.Text))
	}
	deep := map[string]any{}
	deep["fields"] = deep
	if r := preview(t, "x{{ case.fields.fields }}", messages.Data{"case": deep}); !strings.HasPrefix(r.Text, "x") {
		t.Errorf("data inside itself gave %q", r.Text)
	}
}

func FuzzATemplateIsRefusedOrRenders(f *testing.F) {
	for _, t := range messages.Shipped() {
		f.Add(t.Languages["en"].Text)
	}
	f.Add(`{% case case.status %}{% when "a" %}b{% else %}c{% endcase %}`)
	f.Add("{% for a in answers %}{% break %}{{ forloop.index }}{% endfor %}{%- raw -%}{{{% endraw %}")
	f.Add("{{ 'a' | truncate: -5 | default }}{% unless blank %}x{% endunless %}")
	f.Fuzz(func(t *testing.T, text string) {
		if messages.Check(template(text)) != nil {
			return
		}
		for _, data := range []messages.Data{nil, {"case": "odd"}, {"answers": []any{1, "x", nil}, "reason": 5}} {
			r, err := messages.Preview(template(text), "en", data)
			if err != nil && core.KindOf(err) != "" {
				t.Fatalf("%q passed the check and was refused: %v", text, err)
			}
			if len(r.Text) > 120_000 {
				t.Fatalf("%q made %d bytes", text, len(r.Text))
			}
		}
	})
}
