package formdesigns_test

import (
	"strings"
	"testing"

	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/formdesigns"
)

func read(t testing.TB, text string) (formdesigns.Definition, casetypes.Findings) {
	t.Helper()
	var d formdesigns.Definition
	sheet, findings := casetypes.ReadSheet(casetypes.File{Name: "form.yaml", Source: []byte(text)}, casetypes.KindFormDesign, &d)
	if len(findings) == 0 {
		findings = d.Check(sheet, []string{"streets"})
	}
	return d, findings
}

func shipped(t testing.TB) string {
	t.Helper()
	files, err := formdesigns.Shipped()
	if err != nil || len(files) != 1 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	return string(files[0].Source)
}

func TestTheShippedFormIsRightAndReadsBackAsItself(t *testing.T) {
	d, findings := read(t, shipped(t))
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	text, err := d.File("complaint")
	if err != nil {
		t.Fatal(err)
	}
	again, findings := read(t, string(text))
	second, err := again.File("complaint")
	if len(findings) > 0 || err != nil || string(second) != string(text) {
		t.Errorf("%v, %v, it became\n%s", findings, err, second)
	}
}

func TestWhatIsWrongIsSaidWithItsLine(t *testing.T) {
	for _, tc := range []struct{ name, old, new, path, want string }{
		{"a kind", "kind: date", "kind: day", "pages[1].fields[2].kind", "is not a kind of question"},
		{"a member", "short: About", "shirt: About", "", "is not known here"},
		{"a key twice", "key: wanted", "key: what", "pages[3].fields[0].key", "is there twice"},
		{"a condition on what is asked later", "{field: for, op: is_not, value: anonymous}", "{field: phone, op: filled}", "pages[4].when.all[0].field", "asked later"},
		{"a choice that is none", "{field: for, op: is_not, value: anonymous}", "{field: for, op: is, value: nobody}", "pages[4].when.all[0].value", "has no choice"},
		{"a date", "max: today", "max: tomorrow", "pages[1].fields[2].max", "is not a date"},
		{"a role", "becomes: place", "becomes: subtype", "pages[2].fields[0].becomes", "cannot become"},
		{"a subject", "{kind}: {what}", "{kid}: {what}", "subject", "no question of this form"},
		{"a bound", "max_length: 100", "max_length: 100000", "pages[0].fields[2].max_length", "10,000"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			text := strings.Replace(shipped(t), tc.old, tc.new, 1)
			_, findings := read(t, text)
			for _, f := range findings {
				if strings.Contains(f.Message, tc.want) && (tc.path == "" || f.Path == tc.path) && f.Line > 0 {
					return
				}
			}
			t.Errorf("got %v", findings)
		})
	}
}

func TestAQuestionIsRenamedWhereverItIsNamed(t *testing.T) {
	d, _ := read(t, shipped(t))
	d.Rename("for", "whom")
	d.Rename("kind", "about")
	if findings := d.Check(casetypes.Sheet{}, nil); len(findings) > 0 || d.Subject != "{about}: {what}" {
		t.Errorf("%q, %v", d.Subject, findings)
	}
}

// FuzzFile holds any file against the reader: it says what is wrong, or gives a
// form that is written and read as the same.
func FuzzFile(f *testing.F) {
	f.Add(shipped(f))
	f.Add("casement: 1\nkind: form_design\nkey: x\nname: x\ntitle: x\npages: [{key: a, text: b}]\n")
	f.Fuzz(func(t *testing.T, text string) {
		d, findings := read(t, text)
		if len(findings) > 0 {
			return
		}
		written, err := d.File("x")
		if err != nil {
			t.Fatal(err)
		}
		if _, findings := read(t, string(written)); len(findings) > 0 {
			t.Errorf("written as\n%s\nit is wrong: %v", written, findings)
		}
	})
}
