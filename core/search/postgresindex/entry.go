package postgresindex

import (
	"hash/fnv"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/search"
)

// entry is a case as the index keeps it.
type entry struct {
	id      core.CaseID
	scope   int32
	public  *string // vectors; nil when the same as for staff
	staff   string
	private *string // nil when there is nothing that staff may not read
	cell    *int64  // at the deepest level of maps; nil without a place
	digest  int64   // of the vectors: the same when they need not be written
	lexical []string
	values  map[string][]string
}

func entriesOf(documents []search.Document) []entry {
	out := make([]entry, len(documents))
	for i, d := range documents {
		out[i] = entryOf(d)
	}
	return out
}

func entryOf(d search.Document) entry {
	v := vectorsOf(d)
	e := entry{id: d.Case, scope: d.Scope, values: d.Values}
	public, staff := v.public.String(), v.staff.String()
	if public != staff {
		e.public = &public
	}
	marks := ""
	for _, mark := range marksOf(d.Scope, d.Facts.RaisedAt) {
		marks += "'" + mark + "' "
	}
	e.staff = staff + marks
	sum := fnv.New64a()
	write := func(part *string) {
		if part != nil {
			sum.Write([]byte(*part))
		}
		sum.Write([]byte{0})
	}
	if v.private != nil {
		private := v.private.String()
		e.private = &private
	}
	write(e.public)
	write(&e.staff)
	write(e.private)
	e.digest = int64(sum.Sum64()) | 1 // 0 is unknown
	if d.Facts.Place != nil {
		cell := cellCode(core.CellAt(*d.Facts.Place, core.MaxZoom))
		e.cell = &cell
	}
	for _, word := range v.widest().order {
		if search.Lexical(word) {
			e.lexical = append(e.lexical, word)
		}
	}
	return e
}

// storedRow is what the index has of a case.
type storedRow struct {
	CaseID core.CaseID
	Digest int64
}

// rows are entries as columns.
type rows struct {
	ids             []core.CaseID
	public, private []*string
	staff           []string
	cells           []*int64
	digests         []int64
}

func (r *rows) add(e entry) {
	r.ids = append(r.ids, e.id)
	r.public, r.staff, r.private = append(r.public, e.public), append(r.staff, e.staff), append(r.private, e.private)
	r.cells, r.digests = append(r.cells, e.cell), append(r.digests, e.digest)
}

// valueRows are what searchable fields hold, as columns.
type valueRows struct {
	ids            []core.CaseID
	fields, values []string
	scopes         []int32
}

func (r *valueRows) add(e entry) {
	for field, values := range e.values {
		for _, value := range values {
			r.ids, r.fields = append(r.ids, e.id), append(r.fields, field)
			r.values, r.scopes = append(r.values, value), append(r.scopes, e.scope)
		}
	}
}
