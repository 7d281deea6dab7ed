package meili

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/search"
)

// The audiences of sheets.
const (
	sheetPublic  = "public"  // what the requester may read
	sheetStaff   = "staff"   // what who may view the case may read; the requester too, when it is the same
	sheetPrivate = "private" // everything, for those to whom the case is opened with its private words
)

// sheet is a case as one audience may find it.
type sheet struct {
	ID    string `json:"id"`
	Case  string `json:"case"`
	Sheet string `json:"sheet"`

	// Words by how much they weigh, each part of the case on its own so that
	// no phrase reaches across; and those in which typing errors are forgiven.
	A     []string `json:"a,omitempty"`
	B     []string `json:"b,omitempty"`
	C     []string `json:"c,omitempty"`
	D     []string `json:"d,omitempty"`
	Words []string `json:"words,omitempty"`

	// Who reaches the sheet: scopes, requester, or single readers and groups;
	// not those who reach the private one instead.
	Scope     int32    `json:"scope,omitempty"`
	Requester string   `json:"requester,omitempty"`
	Access    []string `json:"access,omitempty"`
	Except    []string `json:"except,omitempty"`

	Type     string `json:"type"`
	Subtype  string `json:"subtype"`
	Kind     string `json:"kind"`
	Status   string `json:"status"`
	Stage    string `json:"stage"`
	Group    string `json:"group"`
	Priority string `json:"priority"`
	Channel  string `json:"channel"`
	Assignee string `json:"assignee,omitempty"`

	Raised int64    `json:"raised"` // microseconds since 1970, as the others
	Due    int64    `json:"due,omitempty"`
	Closed int64    `json:"closed,omitempty"`
	Geo    *geo     `json:"_geo,omitempty"`
	Fields []string `json:"fields,omitempty"`
}

// geo is a place as the server knows it.
type geo struct {
	Lat float64 `json:"lat"`
	Lng float64 `json:"lng"`
}

func (g geo) point() core.Point { return core.Point(g) }

// sheetsOf writes a case as sheets. The staff's one comes first; there is
// always that one.
func sheetsOf(d search.Document, opened access) []sheet {
	var said struct{ staff, private bool }
	for _, p := range d.Parts {
		said.staff = said.staff || p.Audience == core.Staff
		said.private = said.private || p.Audience == core.Private
	}
	id := d.Case.String()
	staff := headOf(d)
	staff.ID, staff.Sheet = id, sheetStaff
	staff.Scope, staff.Access = d.Scope, opened.all
	staff.say(d, core.Staff)
	out := []sheet{staff}
	if who := d.Facts.Requester; !who.IsZero() {
		if !said.staff {
			out[0].Requester = who.String()
		} else {
			public := headOf(d)
			public.ID, public.Sheet, public.Requester = id+"-public", sheetPublic, who.String()
			public.Fields = nil // some of them may be for staff
			public.say(d, core.Public)
			out = append(out, public)
		}
	}
	if said.private && len(opened.private) > 0 {
		private := headOf(d)
		private.ID, private.Sheet, private.Access = id+"-private", sheetPrivate, opened.private
		private.say(d, core.Private)
		out[0].Except = opened.private
		out = append(out, private)
	}
	return out
}

// idsOf are the names of all sheets a case may have.
func idsOf(id core.CaseID) []string {
	return []string{id.String(), id.String() + "-public", id.String() + "-private"}
}

// headOf is what is the same on every sheet of a case.
func headOf(d search.Document) sheet {
	f := d.Facts
	s := sheet{
		Case: d.Case.String(), Type: f.Type, Subtype: f.Subtype, Kind: string(f.Kind), Status: f.Status, Stage: f.Stage, Group: f.Group,
		Priority: f.Priority, Channel: string(f.Channel), Raised: instant(f.RaisedAt), Due: instant(f.DueAt), Closed: instant(f.ClosedAt),
	}
	if !f.Assignee.IsZero() {
		s.Assignee = f.Assignee.String()
	}
	if f.Place != nil && f.Place.Valid() {
		s.Geo = &geo{f.Place.Lat, f.Place.Lng}
	}
	for key, values := range d.Values {
		for _, value := range values {
			s.Fields = append(s.Fields, fieldToken(key, value))
		}
	}
	return s
}

// instant is a time as the server compares it; 0 for never.
func instant(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// maxToken is how much of a value the server surely compares, in bytes.
const maxToken = 200

// fieldToken is a value of a field as filters name it.
func fieldToken(key, value string) string {
	token := key + "=" + value
	if len(token) <= maxToken {
		return token
	}
	sum := sha256.Sum256([]byte(value))
	return key + "=#" + hex.EncodeToString(sum[:])
}

// Bounds of one sheet: a case with a novel in it must not stop the feed.
const (
	maxText  = 400_000 // bytes of all words
	maxWords = 5_000   // that may be meant by a typing error
)

// numbers finds what may be a telephone number, however it is spaced.
var numbers = regexp.MustCompile(`\+?\(?[0-9][0-9 ()./-]{3,30}[0-9]`)

// say writes the words of a document that an audience may read, as core/search
// cuts and folds them.
func (s *sheet) say(d search.Document, reader core.Audience) {
	seen, size := map[string]bool{}, 0
	for _, p := range inOrder(d.Parts) {
		if !search.ReadableBy(p.Audience, reader) {
			continue
		}
		var text []string
		for w := range search.Words(p.Text) {
			if size += len(w.Folded) + 1; size > maxText {
				break
			}
			text = append(text, w.Folded)
			if forgiven(w.Folded) && !seen[w.Folded] && len(s.Words) < maxWords {
				seen[w.Folded] = true
				s.Words = append(s.Words, w.Folded)
			}
		}
		into := s.weighing(p.Kind)
		if len(text) > 0 {
			*into = append(*into, strings.Join(text, " "))
		}
		for _, number := range numbers.FindAllString(p.Text, 50) {
			if digits := search.PhoneDigits(number); len(digits) >= 5 && len(digits) <= 20 {
				*into = append(*into, digits)
			}
		}
	}
}

// inOrder puts the reference last. To the server a word is worth more the nearer
// it stands to the beginning, and references are cut into words as chance has
// it.
func inOrder(parts []search.Part) []search.Part {
	var first, last []search.Part
	for _, p := range parts {
		if p.Kind == search.PartReference {
			last = append(last, p)
		} else {
			first = append(first, p)
		}
	}
	return slices.Concat(first, last)
}

// forgiven reports whether a word may be meant by one with a typing error.
func forgiven(word string) bool { return search.Lexical(word) && utf8.RuneCountInString(word) > 3 }

func (s *sheet) weighing(kind search.PartKind) *[]string {
	switch kind.Weight() {
	case 'A':
		return &s.A
	case 'B':
		return &s.B
	case 'C':
		return &s.C
	}
	return &s.D
}
