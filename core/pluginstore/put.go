package pluginstore

import (
	"context"
	"encoding/json"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Put keeps a value, or forgets one: store.put. It follows from what a plugin
// answers and is never given by itself.
type Put struct {
	Plugin string          `json:"plugin"`          // whose it is
	Key    string          `json:"key"`             // 1 to 100 bytes
	Value  json.RawMessage `json:"value,omitempty"` // none forgets the key
	Shared bool            `json:"shared,omitempty"`

	used usedRow
}

// Name implements [cases.Command].
func (*Put) Name() core.CommandName { return "store.put" }

// Needs implements [cases.Command].
func (*Put) Needs() core.Permission { return core.MayWork }

// Touches implements [cases.Command].
func (*Put) Touches() []core.Aspect { return nil }

// Inner implements [cases.Inner].
func (*Put) Inner() {}

// Load implements [cases.Loader].
func (p *Put) Load(r *cases.Reads) {
	cases.ReadAll(r, selectUsed, []any{p.Plugin, p.scope(r.Case), p.Key}, func(found []usedRow) { p.used = found[0] })
}

// Apply implements [cases.Command].
func (p *Put) Apply(_ context.Context, w *cases.Work) error {
	if err := checkKey(p.Key); err != nil {
		return err
	}
	if len(p.Value) > MaxValue {
		return core.Invalid("A value that a plugin keeps has %d kB at most.", MaxValue>>10)
	}
	size := 0
	if p.kept() {
		if !json.Valid(p.Value) {
			return core.Invalid("A value that a plugin keeps is JSON.")
		}
		size = len(p.Key) + len(p.Value) + overhead
	}
	added := addedSlot.Of(w)
	if *added == nil {
		*added = map[place]int{}
	}
	all, most := place{p.Plugin, "", p.Shared}, MaxCase
	if p.Shared {
		most = MaxShared
	}
	here := place{p.Plugin, p.Key, p.Shared}
	before, again := (*added)[here]
	if !again {
		before = p.used.Under
	}
	if p.used.Bytes+(*added)[all]+size-before > most && size > before {
		return core.Conflict("The plugin %s keeps too much: %d kB are the most.", p.Plugin, most>>10)
	}
	(*added)[here] = size
	(*added)[all] += size - before
	if p.kept() {
		w.Write(upsertValue, p.Plugin, p.scope(w.Case.ID), p.Key, string(p.Value), size, w.Now)
	} else {
		w.Write(deleteValue, p.Plugin, p.scope(w.Case.ID), p.Key)
	}
	return nil
}

func (p *Put) kept() bool { return len(p.Value) > 0 && string(p.Value) != "null" }

func (p *Put) scope(cs core.CaseID) any {
	if p.Shared {
		return nil
	}
	return ofCase(cs)
}

// place is a key of a plugin in one change; without a key, all of them.
type place struct {
	plugin, key string
	shared      bool
}

// addedSlot holds what one change has added by now, which the database does not
// know yet: under a key how much it holds now, under none by how much more.
var addedSlot = cases.NewSlot[map[place]int]("what plugins keep")
