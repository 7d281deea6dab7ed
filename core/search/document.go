package search

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/postgres"
)

// Document is all there is to find of a case.
type Document struct {
	Case  core.CaseID
	Scope int32
	Parts []Part
	Facts Facts
	// Values are what searchable fields hold, by key, as filters name them: the
	// key of a choice, "true" or "false", a number or a date as it is written in
	// JSON, a short text folded by [Fold].
	Values map[string][]string
}

// Facts is what a case is narrowed, counted and sorted by.
type Facts struct {
	Type, Subtype, Status, Stage, Group, Priority string // by key
	Kind                                          core.StatusKind
	Channel                                       core.Channel
	Assignee                                      core.StaffID
	Requester                                     core.PersonID
	RaisedAt, DueAt, ClosedAt                     time.Time // zero when never
	Place                                         *core.Point
}

// Part is a piece of a document with those who may read it.
type Part struct {
	Kind     PartKind
	Audience core.Audience
	About    string // what it is beside its kind: who wrote the note, what the question was
	Text     string
}

// PartKind says what a part is. Where a word is found weighs: a subject says
// more than a note.
type PartKind string

// The kinds of [Part].
const (
	PartReference   PartKind = "reference"
	PartSubject     PartKind = "subject"
	PartRequester   PartKind = "requester" // name, email address, on behalf of whom
	PartPhone       PartKind = "telephone"
	PartPlace       PartKind = "place"
	PartDescription PartKind = "description"
	PartField       PartKind = "field"
	PartAnswer      PartKind = "answer" // on the form
	PartNote        PartKind = "note"
	PartQuestion    PartKind = "question"
	PartReply       PartKind = "reply" // to a question
	PartFile        PartKind = "file"
	PartMail        PartKind = "mail"
)

// Weight is how much a kind weighs, from A, the most, to D.
func (k PartKind) Weight() byte {
	switch k {
	case PartReference, PartSubject:
		return 'A'
	case PartRequester, PartPhone, PartPlace:
		return 'B'
	case PartDescription, PartField, PartAnswer:
		return 'C'
	}
	return 'D'
}

// ReadableBy reports whether words for one audience may be read by another:
// private ones see all, staff what is public too.
func ReadableBy(words, reader core.Audience) bool {
	order := []core.Audience{core.Public, core.Staff, core.Private}
	return slices.Index(order, words) <= slices.Index(order, reader)
}

// Documents reads what there is to find of cases from where it is kept, so that
// an index can be thrown away and made again.
type Documents struct {
	types *casetypes.Service
}

// NewDocuments makes the reader.
func NewDocuments(types *casetypes.Service) *Documents { return &Documents{types} }

// Of reads the documents of cases, as q sees them; cases that are gone are
// left out.
func (d *Documents) Of(ctx context.Context, q postgres.Querier, ids []core.CaseID) ([]Document, error) {
	heads, err := postgres.All[headRow](ctx, q, selectHeads, ids)
	if err != nil {
		return nil, fmt.Errorf("read cases to index: %w", err)
	}
	said, err := postgres.All[saidRow](ctx, q, selectSaid, ids)
	if err != nil {
		return nil, fmt.Errorf("read what was said on cases to index: %w", err)
	}
	out := make([]Document, len(heads))
	at := make(map[core.CaseID]int, len(heads))
	for i, h := range heads {
		fields, values, err := d.fields(ctx, h)
		if err != nil {
			return nil, err
		}
		out[i] = Document{Case: h.ID, Scope: h.ScopeID, Parts: append(h.parts(), fields...), Facts: h.facts(), Values: values}
		at[h.ID] = i
	}
	for _, s := range said {
		if i, ok := at[s.CaseID]; ok {
			out[i].add(Part{s.Kind, s.Audience, s.About, s.Text})
		}
	}
	return out, nil
}

func (d *Document) add(p Part) {
	if p.Text != "" {
		d.Parts = append(d.Parts, p)
	}
}

// parts are what the case itself says: its requester knows all of it.
func (h headRow) parts() []Part {
	d := Document{}
	for _, p := range []Part{
		{Kind: PartReference, Text: string(h.Ref)}, {Kind: PartSubject, Text: h.Subject},
		{Kind: PartRequester, Text: h.Contact.Name}, {Kind: PartRequester, Text: h.Contact.Email}, {Kind: PartRequester, Text: h.OnBehalfOf},
		{Kind: PartPhone, Text: h.Contact.Phone}, {Kind: PartPlace, Text: h.Contact.Address}, {Kind: PartPlace, Text: h.Address},
		{Kind: PartDescription, Text: h.Description},
	} {
		p.Audience = core.Public
		d.add(p)
	}
	return d.Parts
}

// fields are what the case carries beside its columns, in the words of its
// type, and what the searchable ones hold. A type that is gone, or a field it
// no longer has, is for staff, and nothing is narrowed by it.
func (d *Documents) fields(ctx context.Context, h headRow) ([]Part, map[string][]string, error) {
	if len(h.Fields) == 0 {
		return nil, nil, nil
	}
	t, err := d.types.Published(ctx, h.TypeKey)
	if core.KindOf(err) == core.ErrNotFound {
		t, err = &core.CaseType{}, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("find the fields of case type %s: %w", h.TypeKey, err)
	}
	cs := core.Case{Fields: h.Fields}
	doc, values := Document{}, map[string][]string{}
	for _, key := range cs.FieldKeys() {
		field, known := t.Field(key)
		audience := core.Public
		if !known || field.Private {
			audience = core.Staff
		}
		doc.add(Part{PartField, audience, field.Label.String(), field.Words(h.Fields[key], core.DefaultLanguage)})
		if known && field.Searchable {
			if of := valuesOf(field, h.Fields[key]); len(of) > 0 {
				values[key] = of
			}
		}
	}
	return doc.Parts, values, nil
}

// valuesOf writes what a field holds as filters name it. Long texts and places
// are found by their words and on the map instead.
func valuesOf(f core.Field, value any) []string {
	switch v := value.(type) {
	case bool:
		return []string{strconv.FormatBool(v)}
	case float64:
		return []string{strconv.FormatFloat(v, 'f', -1, 64)}
	case []any:
		var out []string
		for _, item := range v {
			if s, ok := item.(string); ok && s != "" && !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
		return out
	case string:
		switch f.Kind {
		case core.FieldChoice, core.FieldDate:
		case core.FieldText, core.FieldEmail, core.FieldPhone:
			v = Fold(v)
		default:
			return nil
		}
		if v != "" {
			return []string{v}
		}
	}
	return nil
}
