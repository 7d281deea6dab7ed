package pluginpages

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/sdk/abi"
)

// RequestForm is a request for somebody who writes no JSON: what was answered,
// what it remembers, and the case it is about.
type RequestForm struct {
	Answers    []Answer
	Action     string // of a button or a page; "" unless the event names one
	HasAction  bool
	Text       string // of what was returned for correction
	HasText    bool
	State      string
	Case       []CaseMember
	CaseFields string // one a line
	HasCase    bool
}

// Answer is the answer to one question, as it would be sent.
type Answer struct {
	No    int
	Field string
	Value string // several, one a line
	Whole bool   // it is one, of several lines
}

// CaseMember is one thing of the case.
type CaseMember struct{ Name, Label, Value string }

// members of a case that the form has.
func members(cs *abi.Case) []struct {
	name, label string
	value       *string
} {
	return []struct {
		name, label string
		value       *string
	}{
		{"case-ref", "Reference", &cs.Ref}, {"case-type", "Type", &cs.Type}, {"case-subtype", "Subtype", &cs.Subtype}, {"case-subject", "Subject", &cs.Subject},
		{"case-description", "Description", &cs.Description}, {"case-status", "Status", &cs.Status}, {"case-stage", "Stage", &cs.Stage},
		{"case-priority", "Priority", &cs.Priority}, {"case-group", "Group", &cs.Group}, {"case-assignee", "Who has it", &cs.Assignee},
	}
}

// moreAnswers is how many empty rows a form has for answers of its reader's own.
const moreAnswers = 1

// formOf shows a request as a form. Members of the case that the plugin does
// not see are left out.
func formOf(r *abi.Request) RequestForm {
	f := RequestForm{State: indented(r.State)}
	if e := r.Event; e != nil {
		for _, field := range slices.Sorted(maps.Keys(e.Fields)) {
			values := e.Fields[field]
			whole := len(values) == 1 && strings.Contains(values[0], "\n")
			f.Answers = append(f.Answers, Answer{len(f.Answers), field, strings.Join(values, "\n"), whole})
		}
		f.Action, f.HasAction = e.Action, e.Type == abi.EventPress || e.Type == abi.EventGoto || e.Action != ""
		f.Text, f.HasText = e.Text, e.Type == abi.EventReturn
		if e.Type != abi.EventStart && e.Type != abi.EventView && e.Type != abi.EventRun && e.Type != abi.EventTimer {
			for range moreAnswers {
				f.Answers = append(f.Answers, Answer{No: len(f.Answers)})
			}
		}
	}
	if cs := r.Context.Case; cs != nil {
		for _, m := range members(cs) {
			if *m.value != "" {
				f.Case = append(f.Case, CaseMember{m.name, m.label, *m.value})
			}
		}
		var lines []string
		for _, key := range slices.Sorted(maps.Keys(cs.Fields)) {
			for _, value := range cs.Fields[key] {
				lines = append(lines, key+": "+strings.ReplaceAll(value, "\n", " "))
			}
		}
		f.CaseFields, f.HasCase = strings.Join(lines, "\n"), true
	}
	return f
}

// take puts what was typed into the form into the request.
func take(c *fiber.Ctx, r *abi.Request) error {
	sent := sentForm(c)
	if e := r.Event; e != nil {
		if sent.Has("answers") {
			e.Fields = takenAnswers(sent)
		}
		if sent.Has("action") {
			e.Action = strings.TrimSpace(sent.Get("action"))
		}
		if sent.Has("text") {
			e.Text = sent.Get("text")
		}
	}
	if sent.Has("state") {
		state := strings.TrimSpace(sent.Get("state"))
		switch {
		case state == "":
			r.State = nil
		case !json.Valid([]byte(state)):
			return core.InvalidField("state", "What it remembers is not written as JSON.")
		default:
			var small bytes.Buffer
			if err := json.Compact(&small, []byte(state)); err != nil {
				return err
			}
			r.State = small.Bytes()
		}
	}
	if cs := r.Context.Case; cs != nil {
		for _, m := range members(cs) {
			if sent.Has(m.name) {
				*m.value = sent.Get(m.name)
			}
		}
		if sent.Has("case-fields") {
			cs.Fields = takenFields(sent.Get("case-fields"))
		}
	}
	return nil
}

// maxAnswers bounds how many rows are read.
const maxAnswers = 500

func takenAnswers(sent url.Values) map[string][]string {
	out := map[string][]string{}
	for i := range maxAnswers {
		field := strings.TrimSpace(sent.Get("answer-" + itoa(i) + "-field"))
		value := strings.ReplaceAll(sent.Get("answer-"+itoa(i)), "\r\n", "\n")
		if field == "" {
			continue
		}
		out[field] = []string{}
		if value != "" {
			out[field] = strings.Split(value, "\n")
		}
		if sent.Get("answer-"+itoa(i)+"-whole") == yes {
			out[field] = []string{value}
		}
	}
	return out
}

func takenFields(text string) map[string][]string {
	out := map[string][]string{}
	for line := range strings.Lines(strings.ReplaceAll(text, "\r\n", "\n")) {
		key, value, found := strings.Cut(strings.TrimSpace(line), ":")
		if key = strings.TrimSpace(key); found && key != "" {
			out[key] = append(out[key], strings.TrimSpace(value))
		}
	}
	return out
}

// sentForm is everything that was sent, but for files.
func sentForm(c *fiber.Ctx) url.Values {
	out := url.Values{}
	for key, value := range c.Request().PostArgs().All() {
		out.Add(string(key), string(value))
	}
	if form, err := c.MultipartForm(); err == nil {
		for key, values := range form.Value {
			out[key] = append(out[key], values...)
		}
	}
	return out
}

// indented is JSON as people read it; what is none stays as it is.
func indented(raw []byte) string {
	if len(raw) == 0 {
		return ""
	}
	var out bytes.Buffer
	if json.Indent(&out, raw, "", "  ") != nil {
		return strings.ToValidUTF8(string(raw), "\uFFFD")
	}
	return out.String()
}
