package casetypes

import (
	"cmp"
	"reflect"
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/casement-dev/casement/core"
)

// Format is the version of the file format, the value of its first member,
// "casement". It grows by addition only.
const Format = 1

// kinds lists the kinds of document that have a file format.
func kinds() []string { return []string{KindCaseType, KindCalendar} }

// Document is one configuration file, decoded: a case type or a calendar.
type Document struct {
	Kind     string
	Key      string
	Name     core.Text
	CaseType *core.CaseType     // of KindCaseType
	Calendar *core.CalendarSpec // of KindCalendar
	// CalendarFile is what the file of a calendar says: its regions instead of
	// every holiday. Drafts change it.
	CalendarFile *CalendarFile

	source source
}

// Decode reads a file. It says everything that does not fit the format, each
// with line and column; with any finding the document must not be used. Whether
// what the file names exists is for [Document.Check].
func Decode(f File, sections []Section) (Document, Findings) {
	src, findings := read(f)
	if len(findings) > 0 {
		return Document{}, findings
	}
	d := &decoder{file: f.Name}
	doc := Document{source: src}
	d.head(src.root, &doc)
	if len(d.findings) > 0 {
		return doc, d.findings.sorted()
	}
	switch doc.Kind {
	case KindCaseType:
		doc.CaseType = d.caseType(src.root, doc.Key, sections)
		doc.Name = doc.CaseType.Name
	case KindCalendar:
		doc.Calendar, doc.CalendarFile = d.calendar(src.root, doc.Key)
		doc.Name = doc.Calendar.Name
	}
	return doc, d.findings.sorted()
}

// head reads what every file begins with.
func (d *decoder) head(root *yaml.Node, doc *Document) {
	var format int
	for _, m := range []struct {
		name string
		into any
	}{{"casement", &format}, {"kind", &doc.Kind}, {"key", &doc.Key}} {
		if value := child(root, m.name); value != nil {
			d.value(value, At(m.name), reflect.ValueOf(m.into).Elem())
		} else {
			d.say(root, nil, "“%s” is missing. A file begins with: casement: %d, kind: %s, key: ….", m.name, Format, KindCaseType)
		}
	}
	if len(d.findings) > 0 {
		return
	}
	if format != Format {
		d.say(child(root, "casement"), At("casement"), "This file has format %d; this Casement reads format %d.", format, Format)
	}
	if !slices.Contains(kinds(), doc.Kind) {
		hint, meant := didYouMean(doc.Kind, kinds())
		d.sayMeant(child(root, "kind"), At("kind"), meant, "“%s” is not a kind of file.%s", shorten(doc.Kind), hint)
	}
	if !keyPattern.MatchString(doc.Key) {
		d.say(child(root, "key"), At("key"), "“%s” is not a key. Keys have 1 to 60 small letters, digits and hyphens, such as complaint.", shorten(doc.Key))
	}
}

func (d *decoder) caseType(root *yaml.Node, key string, sections []Section) *core.CaseType {
	t := &core.CaseType{Key: key}
	known := []string{"casement", "kind", "key"}
	for _, s := range sections {
		for _, p := range s.Parts(t) {
			known = append(known, p.Key)
			if value := child(root, p.Key); value != nil {
				d.value(value, At(p.Key), reflect.ValueOf(p.Value).Elem())
			} else if p.Required {
				d.say(root, At(p.Key), "“%s” is missing.", p.Key)
			}
		}
	}
	d.strangers(root, nil, known)
	for i, f := range t.Fields {
		if f.Is == core.UseSubtype && f.Kind == core.FieldChoice && len(f.Choices) == 0 {
			t.Fields[i].Choices = subtypeChoices(t)
		}
	}
	return t
}

// Check says what is wrong with a sound document: rules of the domain, and
// names of things that do not exist.
func (doc Document) Check(sections []Section, known References) Findings {
	if doc.Kind == KindCalendar {
		return doc.checkCalendar()
	}
	var findings Findings
	c := &Check{Type: doc.CaseType, Known: known, say: func(at Path, message, meant string) {
		if len(findings) <= maxFindings {
			findings = append(findings, doc.source.finding(at, message, meant))
		}
	}}
	for _, s := range sections {
		if s.Validate != nil {
			s.Validate(c)
		}
	}
	return findings.sorted()
}

// Validate checks a case type that has no file, such as a published one whose
// surroundings changed. Its findings have paths and no lines.
func Validate(sections []Section, t *core.CaseType, known References) Findings {
	return Document{Kind: KindCaseType, Key: t.Key, CaseType: t}.Check(sections, known)
}

// Encode writes a case type as a file that [Decode] reads back as the same.
func Encode(sections []Section, t *core.CaseType) ([]byte, error) {
	root := headNode(KindCaseType, t.Key)
	for _, s := range sections {
		for _, p := range s.Parts(withoutGivenChoices(withoutKept(t))) {
			v := reflect.ValueOf(p.Value).Elem()
			if !p.Required && isEmpty(v) {
				continue
			}
			value, err := node(v)
			if err != nil {
				return nil, err
			}
			put(root, p.Key, value)
		}
	}
	return render(root)
}

func headNode(kind, key string) *yaml.Node {
	root := &yaml.Node{Kind: yaml.MappingNode}
	put(root, "casement", number(Format))
	put(root, "kind", str(kind))
	put(root, "key", str(key))
	return root
}

// withoutGivenChoices leaves out the choices that reading fills in.
func withoutGivenChoices(t *core.CaseType) *core.CaseType {
	given := subtypeChoices(t)
	i := slices.IndexFunc(t.Fields, func(f core.Field) bool {
		return f.Is == core.UseSubtype && f.Kind == core.FieldChoice && reflect.DeepEqual(f.Choices, given)
	})
	if i < 0 {
		return t
	}
	out := *t
	out.Fields = slices.Clone(t.Fields)
	out.Fields[i].Choices = nil
	return &out
}

// Title is what people call a document.
func (doc Document) Title() string { return cmp.Or(doc.Name.String(), doc.Key) }
