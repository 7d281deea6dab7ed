package meili

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/search"
)

var raised = time.Date(2026, 11, 17, 10, 0, 0, 123456000, time.UTC)

func document(parts ...search.Part) search.Document {
	return search.Document{
		Case: core.NewID[core.CaseID](), Scope: 7, Parts: parts, Values: map[string][]string{"finding": {"upheld"}},
		Facts: search.Facts{Type: "complaint", Kind: core.StatusOpen, Requester: core.NewID[core.PersonID](), RaisedAt: raised, Place: &core.Point{Lat: 51.5, Lng: -0.1}},
	}
}

func text(s sheet) string {
	return strings.Join(slices.Concat(s.A, s.B, s.C, s.D, s.Words), " ")
}

func TestASheetHoldsWhatItsAudienceMayReadAndNoMore(t *testing.T) {
	public := search.Part{Kind: search.PartSubject, Audience: core.Public, Text: "Plain Words"}
	staff := search.Part{Kind: search.PartNote, Audience: core.Staff, Text: "Staffish"}
	private := search.Part{Kind: search.PartNote, Audience: core.Private, Text: "Hidden"}
	opened := access{all: []string{"group:leads", "staff:x"}, private: []string{"group:leads"}}
	for name, test := range map[string]struct {
		parts []search.Part
		want  map[string]string // sheet → words
	}{
		"public alone":       {[]search.Part{public}, map[string]string{"staff": "plain words"}},
		"staff too":          {[]search.Part{public, staff}, map[string]string{"staff": "plain words staffish", "public": "plain words"}},
		"all":                {[]search.Part{public, staff, private}, map[string]string{"staff": "plain words staffish", "public": "plain words", "private": "plain words staffish hidden"}},
		"public and private": {[]search.Part{public, private}, map[string]string{"staff": "plain words", "private": "plain words hidden"}},
		"nothing":            {nil, map[string]string{"staff": ""}},
	} {
		d := document(test.parts...)
		got := map[string]string{}
		for _, s := range sheetsOf(d, opened) {
			got[s.Sheet] = strings.Join(slices.Concat(s.A, s.D), " ")
			requester := s.Requester != ""
			wantRequester := s.Sheet == sheetPublic || s.Sheet == sheetStaff && test.want["public"] == ""
			if s.Case != d.Case.String() || requester != wantRequester {
				t.Errorf("%s: the %s sheet is the requester's: %t", name, s.Sheet, requester)
			}
			switch s.Sheet {
			case sheetStaff:
				if s.Scope != 7 || !slices.Equal(s.Access, opened.all) || (len(s.Except) > 0) != (test.want["private"] != "") {
					t.Errorf("%s: the staff's sheet is reached by %d %v, except %v", name, s.Scope, s.Access, s.Except)
				}
			case sheetPublic:
				if s.Scope != 0 || s.Access != nil || s.Fields != nil {
					t.Errorf("%s: the public sheet is reached by staff: %+v", name, s)
				}
			case sheetPrivate:
				if s.Scope != 0 || !slices.Equal(s.Access, opened.private) {
					t.Errorf("%s: the private sheet is reached by %d %v", name, s.Scope, s.Access)
				}
			}
			if s.Sheet != sheetPrivate && strings.Contains(text(s), "hidden") || s.Sheet == sheetPublic && strings.Contains(text(s), "staffish") {
				t.Errorf("%s: the %s sheet says %q", name, s.Sheet, text(s))
			}
			if s.Raised != raised.UnixMicro() || s.Due != 0 || s.Geo == nil {
				t.Errorf("%s: %+v", name, s)
			}
		}
		if len(got) != len(test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
		for sheet, words := range test.want {
			if got[sheet] != words {
				t.Errorf("%s: the %s sheet says %q, want %q", name, sheet, got[sheet], words)
			}
		}
	}
}

func TestACaseWithANovelInItFits(t *testing.T) {
	var novel strings.Builder
	for i := range 60_000 {
		novel.WriteString(strings.Repeat("wörd ", 1+i%3))
		novel.WriteString(string(rune('a'+i%26)) + strings.Repeat("é", i%50) + " ")
	}
	s := sheetsOf(document(search.Part{Kind: search.PartNote, Audience: core.Public, Text: novel.String()}), access{})[0]
	if size := len(text(s)); size > 2*maxText || size < maxText/2 || len(s.Words) > maxWords {
		t.Errorf("the sheet has %d bytes and %d words", size, len(s.Words))
	}
}

func TestLongValuesKeepApart(t *testing.T) {
	long := strings.Repeat("x", 300)
	a, b := fieldToken("f", long+"a"), fieldToken("f", long+"b")
	if a == b || len(a) > maxToken || fieldToken("f", "v") != "f=v" || fieldToken("f", long+"a") != a {
		t.Errorf("%q, %q", a, b)
	}
}

func TestWhatWasTypedIsWrittenForTheServer(t *testing.T) {
	for typed, want := range map[string]string{
		"mill lane":       "mill lane",
		"mill lane l":     "mill lane ", // a single letter waits for a second one
		"Straße ":         "strasse",
		`"mill lane"`:     `"mill lane" `,
		`"mill lane" x `:  `"mill lane" `,
		`road "mill lan`:  `road "mill" lan`,
		`"mill`:           "mill",
		`o'reilly -bins`:  "o reilly bins",
		"+44 1632 960001": "01632960001",
		"NM42QT":          "nm4 2qt",
		"":                "",
	} {
		terms, err := search.Parse(typed)
		if err != nil {
			t.Fatal(err)
		}
		if got := written(terms); got != want {
			t.Errorf("%q is written %q, want %q", typed, got, want)
		}
	}
}

func TestOnlyWordsThatWereMeantArePutRight(t *testing.T) {
	terms, err := search.Parse("pavment")
	if err != nil {
		t.Fatal(err)
	}
	m := search.MatchOf(terms)
	putRight(&m, terms, []string{"pavement", "pavements", "movement", "lane"})
	for word, want := range map[string]bool{"pavement": true, "pavements": true, "movement": false, "lane": false} {
		if m.Has(word) != want {
			t.Errorf("%s is matched: %t", word, m.Has(word))
		}
	}
}

func TestNoCaseIsCutWhenChangesAreSentInBatches(t *testing.T) {
	var all []change
	for range 3 * maxCases / 2 {
		all = append(all, change{size: 1})
	}
	all = append(all, change{size: maxBatch}, change{size: maxBatch}, change{size: 10 * maxBatch}, change{size: 1})
	n := 0
	for _, b := range batches(all) {
		size := 0
		for _, c := range b {
			size += c.size
		}
		n += len(b)
		if len(b) == 0 || len(b) > maxCases || size > maxBatch && len(b) > 1 {
			t.Errorf("a batch of %d cases and %d bytes", len(b), size)
		}
	}
	if n != len(all) || batches(nil) != nil {
		t.Errorf("%d of %d changes are sent", n, len(all))
	}
}

func TestAValueIsQuoted(t *testing.T) {
	if got := literal(`a"b\`); got != `"a\"b\\"` {
		t.Errorf("%s", got)
	}
	if got := anyOf("type", nil); got != "type IN []" {
		t.Errorf("%s", got)
	}
}
