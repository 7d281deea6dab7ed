// The task of collecting information: the questions of the brief, answered by
// whoever knows.
package main

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/host"
	"github.com/casement-dev/casement/sdk/state"
	"github.com/casement-dev/casement/sdk/tasks"
)

const (
	maxQuestions = 20
	longestAsked = 120    // letters of a question; what is longer stands below it
	longestNote  = 18_000 // letters of all that goes on the case
)

// Collected is what is asked, and what came back.
type Collected struct {
	Intro     string
	Questions []Question
	Why       string // it could not be obtained: a key of reasons
	More      string
	By        string
}

// Question is one line of the brief, and its answer.
type Question struct {
	Asked    string
	Rest     string // what did not fit into a heading
	Kind     string // "", short, yes/no, date, file
	Optional bool
	Answer   string
	Files    []forms.File
}

func keep(k *state.Keeper, v *Collected) {
	k.Text("intro", &v.Intro)
	state.List(k, "questions", &v.Questions, func(k *state.Keeper, q *Question) {
		k.Text("asked", &q.Asked)
		k.Text("rest", &q.Rest)
		k.Text("kind", &q.Kind)
		k.Bool("optional", &q.Optional)
		k.Text("answer", &q.Answer)
		k.Files("files", &q.Files)
	})
	k.Text("why", &v.Why)
	k.Text("more", &v.More)
	k.Text("by", &v.By)
}

// Task is the entry "collect" of the manifest.
var Task = tasks.Task[Collected]{
	ID:    "collect",
	Keep:  keep,
	Start: start,
	Steps: []tasks.Step[Collected]{
		{ID: "answer", Status: "Being collected", View: ask, Check: fits, Outcomes: []tasks.Outcome[Collected]{
			{ID: "send", Label: "Send the answers", Then: func(c *tasks.Ctx, v *Collected) {
				v.Why, v.More = "", ""
				v.end(c, "Collected: "+count(v.answered(), "answer", "answers"))
			}},
			{ID: "save", Label: "Save and go on later", Unchecked: true, Then: func(c *tasks.Ctx, v *Collected) {
				c.Stay()
				if n := v.answered(); n > 0 {
					c.Status(strconv.Itoa(n) + " of " + count(len(v.Questions), "question", "questions") + " answered")
				}
			}},
			{ID: "cannot", Label: "I cannot get all of it", Unchecked: true, Goto: "missing"},
		}},
		{ID: "missing", Back: "answer", Status: "Being collected", View: missing, Check: fits, Outcomes: []tasks.Outcome[Collected]{
			{ID: "send", Label: "Send what there is", Then: func(c *tasks.Ctx, v *Collected) {
				said := "Could not be obtained: "
				if n := v.answered(); n > 0 {
					said = strconv.Itoa(n) + " of " + count(len(v.Questions), "answer", "answers") + " collected; the rest could not be obtained: "
				}
				v.end(c, said+reason(v.Why))
			}},
		}},
	},
	Returned: func(c *tasks.Ctx, v *Collected, why string) { c.Goto("answer") },
	Watch: func(c *tasks.Ctx, v *Collected) forms.Page {
		return forms.Page{Body: append(v.intro(), forms.Summary(v.rows()...))}
	},
	Done: func(c *tasks.Ctx, v *Collected) forms.Page {
		body := forms.Body{forms.If(v.Why == "", forms.Success("Everything that was asked for is here", ""))}
		if v.Why != "" {
			body = forms.Body{forms.Warning(reason(v.Why), v.More)}
		}
		return forms.Page{Body: append(body, forms.Summary(v.rows()...), v.evidence())}
	},
}

// start reads the questions: a line each. A line that ends with a colon leads in.
func start(c *tasks.Ctx, v *Collected) {
	var lines []string
	for line := range strings.Lines(c.Task.Brief) {
		switch line = strings.TrimSpace(line); {
		case line == "":
		case strings.HasSuffix(line, ":"):
			v.Intro = strings.TrimSpace(v.Intro + "\n" + line)
		default:
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		lines = c.ConfigList("questions")
	}
	if len(lines) == 0 {
		lines = []string{"What did you find out?"}
	}
	for _, line := range lines[:min(len(lines), maxQuestions)] {
		v.Questions = append(v.Questions, read(line))
	}
}

// marks are the endings of a line that say how it is answered.
var marks = [...]string{"yes/no", "date", "file", "short"}

// read makes a question of a line: "- When was it seen? (date) (optional)".
func read(line string) Question {
	q := Question{Asked: strings.TrimSpace(strings.TrimLeft(line, "-*•"))}
	for again := true; again; {
		again = false
		if rest, ok := ending(q.Asked, "optional"); ok {
			q.Asked, q.Optional, again = rest, true, true
		}
		for _, mark := range marks {
			rest, ok := ending(q.Asked, mark)
			if !ok {
				rest, ok = ending(q.Asked, mark+"s") // (files)
			}
			if ok {
				q.Asked, q.Kind, again = rest, mark, true
			}
		}
	}
	if runes := []rune(q.Asked); len(runes) > longestAsked {
		q.Rest, q.Asked = q.Asked, string(runes[:longestAsked-1])+"…"
	}
	if runes := []rune(q.Rest); len(runes) > 450 {
		q.Rest = string(runes[:449]) + "…"
	}
	return q
}

func ending(line, mark string) (string, bool) {
	rest, ok := strings.CutSuffix(line, "("+mark+")")
	rest = strings.TrimSpace(rest)
	return rest, ok && rest != ""
}

func (v *Collected) intro() forms.Body {
	return forms.Body{forms.If(v.Intro != "", forms.Lead(v.Intro))}
}

func ask(c *tasks.Ctx, v *Collected) forms.Page {
	body := v.intro()
	for i := range v.Questions {
		q, id := &v.Questions[i], "q"+strconv.Itoa(i+1)
		var field *forms.Field
		missing := "Answer “" + clip(q.Asked, 80) + "”, or press “I cannot get all of it”"
		switch q.Kind {
		case "yes/no":
			field = forms.YesNo(id, &q.Answer, q.label())
		case "date":
			field = forms.Date(id, &q.Answer, q.label())
		case "file":
			missing = "Add a file for “" + clip(q.Asked, 80) + "”, or press “I cannot get all of it”"
			field = forms.Files(id, &q.Files, q.label()).Max(10).MaxMegabytes(20)
		case "short":
			field = forms.Line(id, &q.Answer, q.label())
		default:
			field = forms.TextArea(id, &q.Answer, q.label()).Max(v.longestAnswer())
		}
		if !q.Optional {
			field.Required(missing)
		}
		body = append(body, field.Short(q.Asked).Hint(q.Rest))
	}
	return forms.Page{Title: "What we need to know", Body: body}
}

// longestAnswer is how many letters an answer may have: fewer, the more
// questions share the room.
func (v *Collected) longestAnswer() int { return min(4000, 24_000/len(v.Questions)) }

func (q *Question) label() string {
	if q.Optional {
		return q.Asked + " (optional)"
	}
	return q.Asked
}

// said is the answer in words; "" when there is none.
func (q *Question) said() string {
	switch q.Kind {
	case "yes/no":
		switch q.Answer {
		case "yes":
			return "Yes"
		case "no":
			return "No"
		}
		return ""
	case "date":
		if strings.Trim(q.Answer, "-") == "" {
			return ""
		}
		return host.SayDate(q.Answer)
	case "file":
		names := make([]string, len(q.Files))
		for i, f := range q.Files {
			names[i] = f.Name
		}
		return strings.Join(names, "\n")
	}
	return strings.TrimSpace(q.Answer)
}

func (v *Collected) answered() (n int) {
	for i := range v.Questions {
		if v.Questions[i].said() != "" {
			n++
		}
	}
	return n
}

func (v *Collected) rows() (rows []*forms.Listed) {
	for i := range v.Questions {
		q := &v.Questions[i]
		text := q.said()
		if text == "" {
			text = "Not answered"
		}
		rows = append(rows, forms.Row(q.Asked, text))
	}
	return rows
}

// evidence lists the files that came with the answers, up to what a list holds.
func (v *Collected) evidence() forms.Node {
	var files []forms.File
	for _, q := range v.Questions {
		files = append(files, q.Files...)
	}
	return forms.If(len(files) > 0, forms.FileList("Files", files[:min(len(files), 50)]...))
}

// fits keeps the answers within what a note holds.
func fits(c *tasks.Ctx, v *Collected) {
	letters := 0
	for i := range v.Questions {
		letters += utf8.RuneCountInString(v.Questions[i].Asked) + utf8.RuneCountInString(v.Questions[i].said()) + 3
	}
	if letters > longestNote {
		c.Error("", "The answers are longer than one note can be, by "+strconv.Itoa(letters-longestNote)+" letters. Please shorten them, or send them as a file.")
	}
}

var reasons = [...]struct{ key, words string }{
	{"not-ours", "It is not ours to know"}, {"no-record", "There is no record of it"},
	{"nobody", "Whoever knows did not answer"}, {"may-not", "It may not be passed on"}, {"other", "Another reason"},
}

func reason(key string) string {
	for _, r := range reasons {
		if r.key == key {
			return r.words
		}
	}
	return ""
}

func missing(c *tasks.Ctx, v *Collected) forms.Page {
	why := forms.Radios("why", &v.Why, "Why can it not be obtained?").Required("Choose why")
	for _, r := range reasons {
		why.Option(r.key, r.words)
	}
	var open []*forms.Listed
	for i := range v.Questions {
		if q := &v.Questions[i]; q.said() == "" {
			open = append(open, forms.Row(q.Asked, "Not answered"))
		}
	}
	return forms.Page{Title: "What is missing?", Body: forms.Body{
		forms.Summary(open...), why,
		forms.TextArea("more", &v.More, "What should the case manager know?").Hint("Whom you asked, and who might know").
			Required("Say whom you asked").Max(1000),
	}}
}

// end puts the answers on the case.
func (v *Collected) end(c *tasks.Ctx, outcome string) {
	v.By = ""
	if c.User != nil {
		v.By = c.User.Name
	}
	var note strings.Builder
	note.WriteString("Answers to “" + c.Task.Title + "”")
	if v.By != "" {
		note.WriteString(", from " + v.By)
	}
	for i := range v.Questions {
		q := &v.Questions[i]
		text := q.said()
		if text == "" {
			text = "Not answered"
		}
		note.WriteString("\n\n" + q.Asked + "\n" + text)
	}
	if v.Why != "" {
		note.WriteString("\n\n" + reason(v.Why) + ". " + v.More)
	}
	c.AddNote(note.String())
	c.Done(outcome)
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// clip shortens a question for the list of mistakes.
func clip(text string, letters int) string {
	runes := []rune(text)
	if len(runes) <= letters {
		return text
	}
	return string(runes[:letters-1]) + "…"
}
