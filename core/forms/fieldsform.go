package forms

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/dialogue"
	"github.com/casement-dev/casement/sdk/view"
)

// FieldsForm is the form of a case type that has no plugin: one page with a
// question for each of the type's fields that is not private, and a page to
// check the answers.
type FieldsForm struct{}

// The steps of a FieldsForm.
const (
	stepAnswers = "answers"
	stepCheck   = "check"
)

// maxRadios is how many choices are shown at once; more become a list that
// opens.
const maxRadios = 8

// fieldsState is what lives between two calls.
type fieldsState struct {
	Step    string                 `json:"step"`
	Passed  bool                   `json:"passed,omitempty"` // the answers were right when last sent
	Answers view.Answers           `json:"answers,omitempty"`
	Files   map[string][]view.File `json:"files,omitempty"`
}

// Serve implements [Provider].
func (FieldsForm) Serve(_ context.Context, call Call) (Reply, error) {
	f := fieldsForm{t: call.Type, language: call.Language, viewer: call.Viewer}
	st := fieldsState{Step: stepAnswers}
	if len(call.State) > 0 {
		if err := json.Unmarshal(call.State, &st); err != nil {
			return Reply{}, fmt.Errorf("read the state of the form of %s: %w", call.Type.Key, err)
		}
	}
	if st.Answers == nil {
		st.Answers = f.known()
	}
	if st.Files == nil {
		st.Files = map[string][]view.File{}
	}
	f.st = &st
	errs := f.happen(call.Event)
	reply := Reply{Pin: strconv.Itoa(call.Type.Version), Errors: errs}
	if call.Event.Kind == Submit && st.Step == stepCheck && f.finished {
		reply.Done = f.raise()
	} else {
		reply.View = f.draw(errs)
	}
	var err error
	if reply.State, err = json.Marshal(st); err != nil {
		return Reply{}, fmt.Errorf("write the state of the form of %s: %w", call.Type.Key, err)
	}
	return reply, nil
}

// fieldsForm is one call.
type fieldsForm struct {
	t        *core.CaseType
	language string
	viewer   *Viewer
	st       *fieldsState
	finished bool
}

// asked lists the fields that are questions.
func (f *fieldsForm) asked() []core.Field {
	return slices.DeleteFunc(slices.Clone(f.t.Fields), func(field core.Field) bool { return field.Private || field.Of != "" })
}

// known answers what is known of somebody signed in.
func (f *fieldsForm) known() view.Answers {
	out := view.Answers{}
	if f.viewer == nil {
		return out
	}
	for _, field := range f.asked() {
		value := map[core.FieldUse]string{core.UseName: f.viewer.Name, core.UseEmail: f.viewer.Email, core.UsePhone: f.viewer.Phone}[field.Is]
		if value != "" {
			out[field.Key] = []string{value}
		}
	}
	return out
}

// happen lets the event change the state and returns what is wrong with it.
func (f *fieldsForm) happen(e Event) []view.FieldError {
	if f.st.Step == stepAnswers && e.Kind != Start && e.Kind != View {
		f.record(e)
	}
	switch {
	case e.Kind == Back:
		f.st.Step = stepAnswers
	case e.Kind == Goto && (e.Target == stepAnswers || e.Target == stepCheck && f.st.Passed):
		f.st.Step = e.Target
	case e.Kind == Submit:
		errs := f.check()
		f.st.Passed = len(errs) == 0
		switch {
		case !f.st.Passed:
			f.st.Step = stepAnswers
		case f.st.Step == stepCheck:
			f.finished = true
		default:
			f.st.Step = stepCheck
		}
		return errs
	}
	return nil
}

// record takes what was typed; a question that did not come back with a page
// that was sent is empty.
func (f *fieldsForm) record(e Event) {
	for _, field := range f.asked() {
		if files, given := e.Files[field.Key]; given && field.Kind == core.FieldFiles {
			f.st.Files[field.Key] = files
		}
		if values, given := e.Answers[field.Key]; given {
			f.st.Answers[field.Key] = values
		} else if e.Kind == Submit {
			delete(f.st.Answers, field.Key)
		}
	}
}

// check holds the answers against the page, and then each against its field.
func (f *fieldsForm) check() []view.FieldError {
	page := f.page(nil)
	errs := view.Check(page, dialogue.WithFiles(f.st.Answers, f.st.Files))
	for i, e := range errs {
		if field, ok := f.t.Field(e.Field); ok && f.empty(field) {
			errs[i].Message = missing(field, f.language)
		}
	}
	for _, field := range f.asked() {
		known := slices.ContainsFunc(errs, func(e view.FieldError) bool { return e.Field == field.Key })
		if known || f.empty(field) || field.Kind == core.FieldFiles || field.Kind == core.FieldLocation {
			continue
		}
		field.Choices = f.choices(field)
		value, ok := Value(field, f.st.Answers[field.Key])
		message := "This cannot be understood. Please enter it again"
		if ok {
			message = strings.TrimSuffix(field.Check(value), ".")
		}
		if message != "" {
			errs = append(errs, view.FieldError{Field: field.Key, Message: message})
		}
	}
	return errs
}

func (f *fieldsForm) empty(field core.Field) bool {
	if field.Kind == core.FieldFiles {
		return len(f.st.Files[field.Key]) == 0
	}
	return strings.Trim(strings.Join(f.st.Answers[field.Key], ""), " \n\t-") == ""
}

// missing says what to do about a question that must be answered.
func missing(field core.Field, language string) string {
	label := strings.TrimRight(field.Label.In(language), "?:. ")
	switch field.Kind {
	case core.FieldChoice, core.FieldChoices, core.FieldYesNo:
		return "Choose an answer to “" + label + "”"
	case core.FieldFiles:
		return "Add a file to “" + label + "”"
	case core.FieldLocation:
		return "Say where: “" + label + "”"
	}
	return "Answer “" + label + "”"
}

func (f *fieldsForm) draw(errs []view.FieldError) *view.Node {
	if f.st.Step == stepCheck {
		return f.review()
	}
	return f.page(errs)
}

// page is the page of questions.
func (f *fieldsForm) page(errs []view.FieldError) *view.Node {
	root := &view.Node{Type: view.Form, ID: stepAnswers, Label: f.t.Name.In(f.language), Part: 1, Parts: 2}
	for _, field := range f.asked() {
		n := f.question(field)
		n.Value, n.Files = f.st.Answers[field.Key], f.st.Files[field.Key]
		for _, e := range errs {
			if e.Field == field.Key {
				n.Error = e.Message
			}
		}
		root.Items = append(root.Items, n)
	}
	return root
}

var kindsOfFields = map[core.FieldKind]string{
	core.FieldText: view.KindText, core.FieldLongText: view.KindTextArea, core.FieldChoices: view.KindCheckboxes, core.FieldYesNo: view.KindRadios,
	core.FieldDate: view.KindDate, core.FieldNumber: view.KindNumber, core.FieldEmail: view.KindEmail, core.FieldPhone: view.KindTel,
	core.FieldLocation: view.KindLocation, core.FieldFiles: view.KindFile, core.FieldChoice: view.KindRadios,
}

var autocompletes = map[core.FieldUse]string{core.UseName: "name", core.UseEmail: "email", core.UsePhone: "tel"}

// question draws one field.
func (f *fieldsForm) question(field core.Field) view.Node {
	n := view.Node{
		Type: view.Field, ID: field.Key, Kind: kindsOfFields[field.Kind], Label: field.Label.In(f.language), Hint: field.Hint.In(f.language),
		Required: field.Required, Autocomplete: autocompletes[field.Is],
	}
	if !field.Required {
		n.Label += " (optional)"
	}
	switch field.Kind {
	case core.FieldText, core.FieldLongText, core.FieldEmail, core.FieldPhone:
		n.MaxLength = field.Limit()
	case core.FieldYesNo:
		n.Options = []view.Option{{Value: "yes", Label: "Yes"}, {Value: "no", Label: "No"}}
	case core.FieldChoice, core.FieldChoices:
		for _, c := range f.choices(field) {
			n.Options = append(n.Options, view.Option{Value: c.Key, Label: c.Name.In(f.language)})
		}
		if field.Kind == core.FieldChoice && len(n.Options) > maxRadios {
			n.Kind = view.KindSelect
		}
	case core.FieldFiles:
		n.MaxFiles, n.MaxBytes = min(f.t.Attachments.Files, view.MaxFiles), f.t.Attachments.Bytes
	}
	return n
}

// choices are a field's own, or the type's subtypes for the field that is the
// case's subtype.
func (f *fieldsForm) choices(field core.Field) []core.Choice {
	if len(field.Choices) > 0 || field.Is != core.UseSubtype {
		return field.Choices
	}
	var out []core.Choice
	for _, s := range f.t.Subtypes {
		out = append(out, core.Choice{Key: s.Key, Name: s.Name})
	}
	return out
}

// review is the page on which the answers are checked.
func (f *fieldsForm) review() *view.Node {
	rows := []view.Node{}
	for _, field := range f.asked() {
		text := f.words(field)
		if text == "" {
			text = "Not given"
		}
		rows = append(rows, view.Node{Type: view.Row, Label: field.Label.In(f.language), Text: text, Goto: stepAnswers})
	}
	return &view.Node{
		Type: view.Form, ID: stepCheck, Label: "Check your answers", Caption: f.t.Name.In(f.language), Part: 2, Parts: 2, Back: stepAnswers, Button: "Send",
		Items: []view.Node{
			{Type: view.Text, Text: "Nothing is sent until you press the button at the foot of this page."},
			{Type: view.Summary, Items: rows},
		},
	}
}

// words is an answer as people read it.
func (f *fieldsForm) words(field core.Field) string {
	if field.Kind == core.FieldFiles {
		names := []string{}
		for _, file := range f.st.Files[field.Key] {
			names = append(names, file.Name)
		}
		return strings.Join(names, "\n")
	}
	if f.empty(field) {
		return ""
	}
	values := f.st.Answers[field.Key]
	if field.Kind == core.FieldLocation {
		if lat, lng, ok := view.Point(values); ok {
			return strings.TrimSpace(values[0] + "\n" + fmt.Sprintf("%v, %v", lat, lng))
		}
		return values[0]
	}
	value, ok := Value(field, values)
	if !ok {
		return strings.Join(values, ", ")
	}
	field.Choices = f.choices(field)
	return field.Words(value, f.language)
}

// raise makes the case of the answers.
func (f *fieldsForm) raise() *Raise {
	r := &Raise{Fields: map[string][]string{}}
	who := Party{}
	for _, field := range f.asked() {
		values := f.st.Answers[field.Key]
		if text := f.words(field); text != "" {
			r.Review = append(r.Review, core.ReviewRow{Question: field.Label.In(f.language), Answer: text})
		}
		if field.Kind == core.FieldFiles {
			for _, file := range f.st.Files[field.Key] {
				r.Files = append(r.Files, file.ID)
			}
			continue
		}
		if f.empty(field) {
			continue
		}
		switch field.Is {
		case core.UseSubject:
			r.Subject = values[0]
		case core.UseDescription:
			r.Description = values[0]
		case core.UseSubtype:
			r.Subtype = values[0]
		case core.UsePlace:
			r.Address = values[0]
			if lat, lng, ok := view.Point(values); ok {
				r.Place = &core.Point{Lat: lat, Lng: lng}
			}
		case core.UseName:
			who.Name = values[0]
		case core.UseEmail:
			who.Email = strings.TrimSpace(values[0])
		case core.UsePhone:
			who.Phone = values[0]
		default:
			r.Fields[field.Key] = values
		}
	}
	if who != (Party{}) {
		r.Requester = &who
	}
	if r.Subject == "" {
		r.Subject = Subject(f.t, r)
	}
	return r
}

// Subject is the line by which staff know a case whose form asks for none.
func Subject(t *core.CaseType, r *Raise) string {
	about := t.Name.String()
	if sub, ok := t.Subtype(r.Subtype); ok {
		about = sub.Name.String()
	}
	first, _, _ := strings.Cut(r.Description, "\n")
	if first == "" {
		first, _, _ = strings.Cut(r.Address, "\n")
	}
	const most = 80
	if letters := []rune(first); len(letters) > most {
		first = string(letters[:most]) + "…"
	}
	if first == "" {
		return about
	}
	return about + ": " + first
}

// Value makes what was typed into a value of the field's kind, as
// [core.Field.Check] wants it. ok is false when it is none.
func Value(field core.Field, values []string) (value any, ok bool) {
	if len(values) == 0 {
		return nil, false
	}
	first := strings.TrimSpace(values[0])
	switch field.Kind {
	case core.FieldYesNo:
		switch strings.ToLower(first) {
		case "yes", "true", "1":
			return true, true
		case "no", "false", "0":
			return false, true
		}
		return nil, false
	case core.FieldNumber:
		n, err := strconv.ParseFloat(first, 64)
		return n, err == nil
	case core.FieldChoices:
		list := make([]any, len(values))
		for i, v := range values {
			list[i] = v
		}
		return list, true
	case core.FieldLocation:
		lat, lng, ok := view.Point(values)
		return map[string]any{"address": values[0], "lat": lat, "lng": lng}, ok
	case core.FieldFiles:
		return nil, false // files are attachments, not values
	case core.FieldLongText:
		return values[0], true
	}
	return first, true
}
