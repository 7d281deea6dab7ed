package casepages

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
)

// DetailsTab is what was sent, as it was sent, and the fields as they are now.
type DetailsTab struct {
	Sent     []SentSection
	SentAt   time.Time
	Form     string
	Fields   []FieldRow
	Contact  core.Contact
	Edit     string // contact details; "" where the reader may not
	Nobody   bool   // raised anonymously
	HasForm  bool
	Subject  string
	Describe []Line
	Sections []SectionBox
}

// SentSection is a part of the submission.
type SentSection struct {
	Title string
	Rows  []core.ReviewRow
}

// FieldRow is one field as it is now.
type FieldRow struct {
	Key, Label, Words string
	Private           bool
	Edit              string // address of its form; "" where the reader may not
}

func (p *Pages) detailsTab(ctx context.Context, o *opened) (DetailsTab, error) {
	cs := o.Case
	tab := DetailsTab{
		Contact: cs.Contact, Nobody: cs.Anonymous, Subject: cs.Subject, Describe: linesOf(cs.Description, nil), SentAt: cs.RaisedAt,
	}
	sent, err := p.Cases.Submission(ctx, o.Seen)
	if err != nil {
		return tab, err
	}
	if sent != nil {
		tab.HasForm, tab.Form, tab.SentAt = true, sent.Form, sent.SubmittedAt
		tab.Sent = sections(sent.Review)
	}
	may := o.MayDo(core.MayWork)
	if may && !cs.Anonymous {
		tab.Edit = o.url("act", "contact")
	}
	tab.Sections = p.sectionBoxes(o)
	for _, f := range o.Type.Fields {
		kept := func(s SectionBox) bool { return f.Of != "" && s.ID == "section-"+f.Of.Entry() }
		if f.Private && !o.full || slices.ContainsFunc(tab.Sections, kept) { // its section shows it, and changes it
			continue
		}
		row := FieldRow{Key: f.Key, Label: strings.TrimSuffix(f.Label.String(), " (optional)"), Words: f.Words(cs.Fields[f.Key], core.DefaultLanguage), Private: f.Private}
		own := f.Is != "" // the case's own subject, place or contact: they stand elsewhere on its page
		if row.Words == "" && (own || !editable(f)) {
			continue
		}
		if may && editable(f) && !own {
			row.Edit = o.url("act", "field") + "?field=" + f.Key
		}
		tab.Fields = append(tab.Fields, row)
	}
	return tab, nil
}

// sections groups the answers as the form asked for them.
func sections(rows []core.ReviewRow) []SentSection {
	var out []SentSection
	for _, row := range rows {
		if n := len(out); n == 0 || out[n-1].Title != row.Section {
			out = append(out, SentSection{Title: row.Section})
		}
		last := &out[len(out)-1]
		last.Rows = append(last.Rows, row)
	}
	return out
}
