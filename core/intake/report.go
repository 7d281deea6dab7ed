package intake

import (
	"context"
	"maps"
	"slices"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/forms"
)

// Report is what a program sends of a case to raise: what a form would have
// asked for, in the words of a form.
type Report struct {
	Key         string // of the request, so that a repeat raises nothing; "" when there is none
	Type        string
	Subtype     string
	Subject     string // made of the description when empty
	Description string
	Channel     core.Channel
	Place       *core.Point
	Address     string
	Contact     core.Contact
	Fields      map[string][]string
	By          string           // which door it came through: "open311"
	Beside      []core.ReviewRow // what else was sent, kept with the submission
}

// Report raises the case of a report. Unlike a form, which is asked again, a
// program is told of everything that is wrong, by field, and nothing is raised.
func (s *Service) Report(ctx context.Context, by core.Actor, r Report) (Receipt, error) {
	t, err := s.types.Published(ctx, r.Type)
	if err != nil {
		return Receipt{}, err
	}
	if by.IsPublic() {
		if err := mayRaise(by, t); err != nil {
			return Receipt{}, err
		}
	}
	fields, err := r.fields(t)
	if err != nil {
		return Receipt{}, err
	}
	raise := &cases.Raise{
		Type: t.Key, Subtype: r.Subtype, Channel: r.Channel, Description: text(r.Description, cases.MaxDescription),
		Subject: line(r.Subject, cases.MaxSubject), Place: r.Place, Address: text(r.Address, maxWords), Fields: fields,
	}
	if raise.Subject == "" {
		raise.Subject = line(forms.Subject(t, &forms.Raise{Subtype: r.Subtype, Description: raise.Description, Address: raise.Address}), cases.MaxSubject)
	}
	raise.Submission = r.submission(t)
	id := core.NewID[core.CaseID]()
	raise.Contact = contact(&forms.Party{Name: r.Contact.Name, Email: r.Contact.Email, Phone: r.Contact.Phone, Address: r.Contact.Address})
	if raise.Requester, err = s.findPerson(ctx, by, raise.Contact); err != nil {
		return Receipt{}, err
	}
	if raise.Requester.IsZero() && raise.Contact == (core.Contact{}) {
		raise.Anonymous = true
	}
	result, err := s.cases.Do(ctx, by, cases.Request{
		Key: r.Key, Origin: core.OriginLive, Changes: []cases.Change{{Case: id, Commands: []cases.Command{raise}}},
	})
	if err != nil {
		return Receipt{}, err
	}
	made := result.Outcomes[0]
	return Receipt{Case: made.Case, Ref: made.Ref, Token: s.cases.TrackingToken(made.Case)}, nil
}

// fields makes values of what was sent, or says what is wrong with each.
func (r Report) fields(t *core.CaseType) (map[string]any, error) {
	wrong, values := map[string]string{}, map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(r.Fields)) {
		field, ok := t.Field(key)
		if !ok || field.Private || field.Of != "" || field.Is != "" || field.Kind == core.FieldFiles {
			wrong[key] = "There is no such field to be sent."
			continue
		}
		value, ok := forms.Value(field, r.Fields[key])
		if !ok {
			wrong[key] = "This is no value for the field."
			continue
		}
		if problem := field.Check(value); problem != "" {
			wrong[key] = problem
			continue
		}
		values[key] = value
	}
	for _, field := range t.Fields {
		if field.Required && !field.Private && field.Of == "" && field.Is == "" && field.Kind != core.FieldFiles && values[field.Key] == nil && wrong[field.Key] == "" {
			wrong[field.Key] = "This is required."
		}
	}
	if sub, ok := t.Subtype(r.Subtype); r.Subtype != "" && (!ok || sub.Key != r.Subtype) {
		wrong["subtype"] = "There is no such subtype."
	}
	if len(wrong) > 0 {
		return nil, &core.Error{Kind: core.ErrInvalid, Message: "The report cannot be taken as it is.", Fields: wrong}
	}
	return values, nil
}

// submission keeps what was sent, as it was sent.
func (r Report) submission(t *core.CaseType) *core.Submission {
	s := &core.Submission{Form: r.By, Answers: map[string]any{}}
	say := func(question, answer string) {
		if answer = text(answer, maxReview); answer != "" {
			s.Review = append(s.Review, core.ReviewRow{Question: question, Answer: answer})
		}
	}
	say("Description", r.Description)
	say("Address", r.Address)
	for _, key := range slices.Sorted(maps.Keys(r.Fields)) {
		s.Answers[key] = r.Fields[key]
		if field, ok := t.Field(key); ok {
			if value, ok := forms.Value(field, r.Fields[key]); ok {
				say(field.Label.String(), field.Words(value, core.DefaultLanguage))
			}
		}
	}
	s.Review = append(s.Review, r.Beside...)
	return s
}
