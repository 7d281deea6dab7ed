package search

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/casement-dev/casement/core"
)

func TestWordsAreFoldedAsPeopleReadThem(t *testing.T) {
	for text, want := range map[string]string{
		"Mill Lane":                   "mill lane",
		"Straßenreinigung Łódź":       "strassenreinigung lodz",
		"Siobhán O’Brien":             "siobhan o brien",
		"Oluwaseun Adébáyọ̀":          "oluwaseun adebayo",
		"شَكْوَى بِشَأْنِ":            "شكوى بشان",
		"NM4 2QT nm42qt SW1A1AA":      "nm4 2qt nm4 2qt sw1a 1aa",
		"CMP-7K2M-4QX9":               "cmp 7k2m 4qx9",
		"ﬁre 𝕣eilly":                  "fire reilly",
		"Mehmet Yıldırım, ŒUVRE":      "mehmet yildirim oeuvre",
		"":                            "",
		"\u0301\u0302 … !":            "",
		strings.Repeat("é", 100):      strings.Repeat("e", maxWord),
		"bad\xffutf8":                 "bad utf8",
		"a.okonkwo@example.org":       "a okonkwo example org",
		"İstanbul ΌΣΟΣ όσος":          "istanbul οσοσ οσοσ",
		"tatweel: كـــتاب":            "tatweel كتاب",
		"half½way":                    "half way",
		"東京 2026年":                    "東京 2026年",
		"e\u0301cole école":           "ecole ecole",
		"don't — “quoted” (text)\nof": "don t quoted text of",
	} {
		var got []string
		for w := range Words(text) {
			got = append(got, w.Folded)
			if w.Start >= w.End || w.End > len(text) {
				t.Errorf("%q: %q stands from %d to %d", text, w.Folded, w.Start, w.End)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q is read as %q, want %q", text, got, want)
		}
	}
}

func TestSlipsAreCounted(t *testing.T) {
	for pair, want := range map[[2]string]int{
		{"pavement", "pavement"}: 0, {"pavment", "pavement"}: 1, {"paveemnt", "pavement"}: 1, {"pavememt", "pavement"}: 1, {"pavemments", "pavement"}: 2,
		{"", "abc"}: 3, {"łódź", "łdóź"}: 1, {"ca", "abc"}: 3,
	} {
		if got := Slips(pair[0], pair[1]); got != want {
			t.Errorf("%q: %d, want %d", pair, got, want)
		}
		if Slips(pair[0], pair[1]) != Slips(pair[1], pair[0]) {
			t.Errorf("%q counts differently from the other side", pair)
		}
	}
	// Words one slip apart share a delete.
	for _, typed := range []string{"pavment", "paveemnt", "pavememt", "pavementt"} {
		if !slices.ContainsFunc(Deletes(typed), func(s string) bool { return slices.Contains(Deletes("pavement"), s) }) {
			t.Errorf("%q shares nothing with pavement", typed)
		}
	}
}

func TestTheBeginningOfAReferenceIsRecognised(t *testing.T) {
	for typed, want := range map[string]string{
		"CMP-7K": "CMP-7K", "cmp 7k2m": "CMP-7K2M", "cmp-7k2m-": "CMP-7K2M", "cmp-7k2m-4q": "CMP-7K2M-4Q", "cmp-7k2m4q": "CMP-7K2M-4Q", "CMP-OIL": "CMP-011",
		"cmp": "", "mill": "", "mill lane road": "MILL-1ANE-R0AD", "": "", "CMP-7K2M-4QX9-1": "", "C-7K": "", "toolong-7k": "", "cmp-7%": "", "cmp-7k-4q": "", "cmp-cup": "",
		"mill lane": "MILL-1ANE",
	} {
		if got := ReferencePrefix(typed); got != want {
			t.Errorf("%q begins %q, want %q", typed, got, want)
		}
	}
}

func TestTelephoneNumbersAreOneHoweverWritten(t *testing.T) {
	for _, number := range []string{"01632 960001", "+44 1632 960001", "0044 (0)1632 960 001", "01632-960001", "+44 (0) 1632.960001"} {
		if got := PhoneDigits(number); got != "01632960001" {
			t.Errorf("%q is %q", number, got)
		}
	}
}

func TestASnippetIsCutAtWordsAndNeverInsideALetter(t *testing.T) {
	long := strings.Repeat("öäü ", 100) + "Mill Lane" + strings.Repeat(" ñandú", 100)
	d := Document{Parts: []Part{{PartDescription, core.Public, "", long}, {PartNote, core.Private, "", "Mill Lane"}}}
	m := Match{Words: map[string]bool{"mill": true, "lane": true}}
	found := Snippets(d, m, core.Staff, 5)
	if len(found) != 1 {
		t.Fatalf("%d snippets", len(found))
	}
	var text string
	for _, s := range found[0].Segments {
		text += s.Text
	}
	if !utf8.ValidString(text) || len(text) > 300 || !strings.HasPrefix(text, "… ") || !strings.HasSuffix(text, " …") || !slices.Contains(found[0].Segments, Segment{"Mill Lane", true}) {
		t.Errorf("the snippet is %q", text)
	}
}

// FuzzQuery: whatever is typed is understood as words of letters and digits,
// or refused with a sentence; and what is found in a text is marked without a
// byte of the text being lost.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"mill lane", `"mill lane" floo`, "“a”", `"`, "NM42QT", "01632 960001", "cmp-7k2m", "o'reilly & sons", "شكوى", "\x00\xff", "a:*b & !c <-> d"} {
		f.Add(seed, "The water came down Mill Lane, NM42QT.")
	}
	f.Fuzz(func(t *testing.T, typed, text string) {
		terms, err := Parse(typed)
		if err != nil {
			if core.KindOf(err) != core.ErrInvalid {
				t.Fatalf("%q: %v", typed, err)
			}
			return
		}
		if len(terms.All) > maxTerms {
			t.Fatalf("%q has %d terms", typed, len(terms.All))
		}
		for _, term := range terms.All {
			if len(term.Words) == 0 {
				t.Fatalf("%q has a term without words", typed)
			}
			for _, w := range term.Words {
				if w == "" || utf8.RuneCountInString(w) > maxWord || strings.ContainsFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
					t.Fatalf("%q has the word %q", typed, w)
				}
				if again := fold(w); again != w {
					t.Fatalf("%q folds to %q and that to %q", typed, w, again)
				}
			}
		}
		if strings.Trim(terms.Number, "0123456789") != "" {
			t.Fatalf("%q has the number %q", typed, terms.Number)
		}
		ReferencePrefix(typed)
		var all string
		for _, s := range Mark(text, MatchOf(terms)) {
			all += s.Text
		}
		if all != text {
			t.Fatalf("marking %q left %q", text, all)
		}
		if utf8.ValidString(text) {
			for _, s := range Snippets(Document{Parts: []Part{{PartNote, core.Public, "", text}}}, MatchOf(terms), core.Public, 3) {
				for _, segment := range s.Segments {
					if !utf8.ValidString(segment.Text) {
						t.Fatalf("a snippet of %q cuts a letter: %q", text, segment.Text)
					}
				}
			}
		}
	})
}
