package casetypes_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/postgres/pgtest"
)

const withSection = `casement: 1
kind: case_type
key: pothole
name: Pothole
reference: { prefix: PTH }
calendar: offices
groups: { raise: [everyone], manage: [team] }
form: fields
fields:
  - { key: depth, kind: number, label: Depth }
statuses:
  - { key: new, kind: start }
  - { key: open, kind: open }
  - { key: closed, kind: final }
stages:
  - key: stage-1
  - { key: stage-2, requires: { fields: [remedy] } }
reasons: { close: [done] }
details: ["plugin:org.example.outcome/outcome"]
portal: { sections: [outcome] }
actions:
  - { on: case.closed, run: "plugin:org.example.hook/tell", name: Tell the contractor }
  - { run: "plugin:org.example.hook/tell" }
closing: { requires: { fields: [remedy] } }
`

const offices = "casement: 1\nkind: calendar\nkey: offices\nname: Offices\nzone: Europe/London\nhours: { mon: [\"09:00-17:00\"] }\n"

// keeping are surroundings with a section that keeps a field of a key.
func keeping(keys ...string) casetypes.References {
	r := casetypes.References{Groups: []string{"team"}, Actions: []string{"org.example.hook/tell"}, Details: map[string][]core.Field{}}
	for _, section := range []string{"org.example.outcome/outcome", "org.example.other/costs"} {
		for _, key := range keys {
			r.Details[section] = append(r.Details[section], core.Field{Key: key, Kind: core.FieldText, Label: core.Plain("Remedy"), Searchable: true})
		}
	}
	return r
}

func publishing(t *testing.T, source string, known casetypes.References) (casetypes.Findings, *core.CaseType) {
	t.Helper()
	types := casetypes.New(postgres.NewDB(pgtest.New(t)))
	publisher := casetypes.NewPublisher(types, fixedClock{noon}, casetypes.Surroundings{
		References: func(context.Context) (casetypes.References, error) { return known, nil },
	})
	calendar := casetypes.Upload{File: casetypes.File{Name: "offices.yaml", Source: []byte(offices)}}
	if _, err := publisher.Publish(t.Context(), core.SystemActor(), calendar); err != nil {
		t.Fatal(err)
	}
	out, err := publisher.Publish(t.Context(), core.SystemActor(), casetypes.Upload{File: casetypes.File{Name: "pothole.yaml", Source: []byte(source)}})
	if err != nil {
		return casetypes.FindingsOf(err), nil
	}
	published, err := types.At(t.Context(), out.Key, out.Version)
	if err != nil {
		t.Fatal(err)
	}
	return nil, published
}

func TestTheFieldsOfASectionBecomeFieldsOfTheTypeWhenItIsPublished(t *testing.T) {
	t.Parallel()
	findings, published := publishing(t, withSection, keeping("remedy"))
	if findings != nil {
		t.Fatal(findings)
	}
	f, ok := published.Field("remedy")
	if !ok || f.Of != "plugin:org.example.outcome/outcome" || !f.Searchable || len(published.Fields) != 2 {
		t.Errorf("the fields are %+v", published.Fields)
	}
	if e, ok := published.Section("outcome"); !ok || e.Name() != "org.example.outcome/outcome" || e.Plugin() != "org.example.outcome" {
		t.Errorf("the section is %q, %v", e, ok)
	}
	if !published.Publishes("plugin:org.example.outcome/outcome") || published.Publishes("plugin:org.example.outcome/other") {
		t.Errorf("requesters see %+v", published.Portal)
	}
	if a := published.Actions; len(a) != 2 || a[0].On != core.CaseClosed || a[0].Run.Entry() != "tell" || a[0].Name.String() != "Tell the contractor" {
		t.Errorf("the actions are %+v", a)
	}
	written, err := casetypes.Encode(casetypes.Sections(), published)
	if err != nil || strings.Contains(string(written), "Remedy") || strings.Contains(string(written), " of:") {
		t.Errorf("written it says what is the section's: %v\n%s", err, written)
	}
	if again, _ := publishing(t, string(written), keeping("remedy")); again != nil {
		t.Errorf("read again: %v", again)
	}
}

func TestASectionThatDoesNotFitIsSaidInASentence(t *testing.T) {
	t.Parallel()
	replaced := func(old, new string) string { return strings.Replace(withSection, old, new, 1) }
	both := replaced(`details: ["plugin:org.example.outcome/outcome"]`, `details: ["plugin:org.example.outcome/outcome", "plugin:org.example.other/costs"]`)
	for what, tt := range map[string]struct {
		source string
		known  casetypes.References
		says   string
	}{
		"a field of the same key":       {replaced("key: depth", "key: remedy"), keeping("remedy"), "The section keeps a field “remedy”, and the case type has a field of that key."},
		"two sections with one key":     {both, keeping("remedy"), "The section keeps a field “remedy”, and so does plugin:org.example.other/costs."},
		"a key that is none":            {withSection, keeping("remedy", "Re me"), "which is no key"},
		"no such section":               {replaced("org.example.outcome/outcome", "org.example.outcome/outcom"), keeping("remedy"), "There is no section “plugin:org.example.outcome/outcom”."},
		"no plugin":                     {replaced("plugin:org.example.outcome/outcome", "outcome"), keeping("remedy"), "is not the name of a plugin's section"},
		"publishing what is not":        {replaced("portal: { sections: [outcome] }", "portal: { sections: [outcomes] }"), keeping("remedy"), "There is no section “outcomes”."},
		"publishing twice":              {replaced("portal: { sections: [outcome] }", "portal: { sections: [outcome, outcome] }"), keeping("remedy"), "outcome"},
		"no such action":                {replaced(`run: "plugin:org.example.hook/tell", name`, `run: "plugin:org.example.hook/told", name`), keeping("remedy"), "There is no action “plugin:org.example.hook/told”."},
		"no such event":                 {replaced("on: case.closed", "on: case.exploded"), keeping("remedy"), "There is no event “case.exploded”."},
		"its own event":                 {replaced("on: case.closed", "on: action.ran"), keeping("remedy"), "There is no event “action.ran”."},
		"closing wants what is not":     {replaced("closing: { requires: { fields: [remedy] } }", "closing: { requires: { fields: [remedies] } }"), keeping("remedy"), "There is no field “remedies”."},
		"a field that says whose it is": {replaced("label: Depth }", "label: Depth, of: x }"), keeping("remedy"), "“of” is not known here."},
	} {
		findings, _ := publishing(t, tt.source, tt.known)
		if !slices.ContainsFunc(findings, func(f casetypes.Finding) bool { return strings.Contains(f.Message, tt.says) && f.Line > 0 }) {
			t.Errorf("%s: %v", what, findings)
		}
	}
}
