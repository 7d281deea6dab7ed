package postgresindex

import (
	"strconv"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/search"
)

// Bounds of one vector, well within what the database takes (1 MB, positions
// to 16,383, 256 of a word): a case with a novel in it must not stop the feed.
const (
	maxPosition   = 16_000
	maxPositions  = 100
	maxVectorSize = 400_000 // bytes
	gap           = 10      // between parts, so that no phrase reaches across
)

// vectors are the words of a document for each audience. private is nil when
// there is nothing that staff may not read.
type vectors struct {
	public, staff, private *vector
}

// vector collects the words of one audience.
type vector struct {
	places   map[string][]string // word → "12A"
	order    []string
	position int
	size     int
}

func newVector() *vector { return &vector{places: map[string][]string{}, position: 1} }

// vectorsOf cuts a document into words.
func vectorsOf(d search.Document) vectors {
	v := vectors{public: newVector(), staff: newVector()}
	private := newVector()
	for _, p := range d.Parts {
		var into []*vector
		for reader, vector := range map[core.Audience]*vector{core.Public: v.public, core.Staff: v.staff, core.Private: private} {
			if search.ReadableBy(p.Audience, reader) {
				into = append(into, vector)
			}
		}
		addPart(p, into)
		if p.Audience == core.Private {
			v.private = private
		}
	}
	return v
}

// addPart cuts one part for all who may read it, until the last of them is
// full.
func addPart(p search.Part, into []*vector) {
	weight := p.Kind.Weight()
	for w := range search.Words(p.Text) {
		full := true
		for _, v := range into {
			v.add(w.Folded, weight)
			full = full && v.size > maxVectorSize
		}
		if full {
			return
		}
	}
	for _, v := range into {
		if p.Kind == search.PartPhone {
			v.add(search.PhoneDigits(p.Text), weight)
		}
		v.position += gap
	}
}

func (v *vector) add(word string, weight byte) {
	places, known := v.places[word]
	if word == "" || v.size > maxVectorSize || len(places) >= maxPositions {
		return
	}
	if !known {
		v.order = append(v.order, word)
		v.size += len(word) + 8
	}
	v.places[word] = append(places, strconv.Itoa(min(v.position, maxPosition))+string(weight))
	v.size += 2
	v.position++
}

// String writes the vector as the database reads it. Words hold letters and
// digits alone, so nothing needs escaping.
func (v *vector) String() string {
	var b strings.Builder
	for _, word := range v.order {
		b.WriteByte('\'')
		b.WriteString(word)
		b.WriteString("':")
		b.WriteString(strings.Join(v.places[word], ","))
		b.WriteByte(' ')
	}
	return b.String()
}

// widest is the vector with the most words.
func (v vectors) widest() *vector {
	if v.private != nil {
		return v.private
	}
	return v.staff
}
