package searchtest

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/search"
)

// town is a council with many random cases, and what is known of each without
// asking any index: the answers of an engine are compared with what these say.
type town struct {
	*council
	r       *rand.Rand
	types   map[string]*townType
	readers []*townReader
	cases   map[core.CaseID]*townCase
}

// townType is who works the cases of a type.
type townType struct {
	manage     []string // groups that see all of its cases
	reassignTo []string // groups that see those they hold
}

// townReader is somebody on the staff.
type townReader struct {
	core.Actor
	groups []string
}

// townCase is a case.
type townCase struct {
	id              core.CaseID
	scope           int32
	facts           search.Facts
	restricted      bool
	words           map[core.Audience][]string // what stands where
	access          []townAccess
	fields          map[string]any
	values          map[string][]string
	notes           int
	version         core.Version
	subject, detail string
}

// townAccess is one exception by which somebody sees a case.
type townAccess struct {
	kind, who string
	why       core.AccessReason
}

// townWords are far from each other, so that no engine takes one for another.
var townWords = []string{
	"pavement", "collection", "graffiti", "mattress", "floodlight", "bollard", "chimney", "squirrel", "verge", "lamppost",
	"trampoline", "fox", "cemetery", "whistle", "jukebox", "marmalade",
}

var (
	townGroups     = []string{"north", "south", "east", "west", "centre"}
	townStatuses   = map[string]core.StatusKind{"new": core.StatusStart, "in-progress": core.StatusOpen, "waiting": core.StatusWaiting, "resolved": core.StatusResolved, "closed": core.StatusFinal}
	townPriorities = []string{"low", "normal", "high"}
	townColours    = []string{"red", "green", "blue"}
	townReasons    = []core.AccessReason{core.AccessEscalated, core.AccessNamed, core.AccessFollower, core.AccessTask}
)

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// some picks a few of a list, at most n and at least one.
func some[T any](r *rand.Rand, from []T, n int) []T {
	out := slices.Clone(from)
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out[:1+r.IntN(min(n, len(out)))]
}

func keysOf[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for key := range m {
		out = append(out, key)
	}
	slices.Sort(out)
	return out
}

// newTown makes a town from a seed: types, groups, staff and cases.
func newTown(c *council, seed uint64, number int) *town {
	c.Helper()
	w := &town{council: c, r: rand.New(rand.NewPCG(seed, seed)), types: map[string]*townType{}, cases: map[core.CaseID]*townCase{}}
	for _, g := range townGroups {
		c.sql(`INSERT INTO groups (key, name, created_at) VALUES ($1, $1, $2)`, g, casestest.Start)
	}
	for i := range 4 {
		w.addType(fmt.Sprintf("matter-%d", i))
	}
	for i := range 7 {
		groups := some(w.r, townGroups, 3)
		w.readers = append(w.readers, &townReader{
			c.Hire(c.T, fmt.Sprintf("Officer %d", i), fmt.Sprintf("officer%d@northmoor.example", i), groups...), groups})
	}
	nobody := c.Hire(c.T, "Newcomer", "newcomer@northmoor.example")
	w.readers = append(w.readers, &townReader{nobody, nil})
	for range number {
		w.addCase()
	}
	return w
}

func (w *town) addType(key string) {
	w.Helper()
	t := &townType{manage: some(w.r, townGroups, 2), reassignTo: some(w.r, townGroups, 3)}
	w.types[key] = t
	body := map[string]any{}
	if err := json.Unmarshal([]byte(casestest.ComplaintType), &body); err != nil {
		w.Fatal(err)
	}
	body["name"] = map[string]string{"en": key}
	body["reference"] = map[string]string{"prefix": "TW" + strings.ToUpper(string('A'+rune(len(w.types))))}
	body["groups"] = map[string][]string{"raise": {"everyone"}, "manage": t.manage, "reassign_to": t.reassignTo}
	choices := []map[string]string{}
	for _, colour := range townColours {
		choices = append(choices, map[string]string{"key": colour, "name": "Colour " + colour})
	}
	body["fields"] = []map[string]any{
		{"key": "colour", "kind": "choice", "label": "Colour", "searchable": true, "choices": choices},
		{"key": "shades", "kind": "choices", "label": "Shades", "searchable": true, "choices": choices},
		{"key": "blocked", "kind": "yes_no", "label": "Blocked", "searchable": true},
		{"key": "depth", "kind": "number", "label": "Depth", "searchable": true},
		{"key": "seen", "kind": "date", "label": "Seen on", "searchable": true, "private": true},
		{"key": "asset", "kind": "text", "label": "Asset", "searchable": true},
		{"key": "remark", "kind": "text", "label": "Remark"},
	}
	raw, err := json.Marshal(body)
	if err != nil {
		w.Fatal(err)
	}
	w.Publish(w.T, "case_type", key, string(raw))
}

// scopeOf is the number of a combination.
func (w *town) scopeOf(typeKey, group string, restricted bool) int32 {
	w.Helper()
	confidentiality := core.Normal
	if restricted {
		confidentiality = core.Restricted
	}
	var id int32
	err := w.Pool.QueryRow(w.Context(), `WITH made AS (INSERT INTO scopes (type_key, group_key, confidentiality) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id)
		SELECT id FROM made UNION ALL SELECT id FROM scopes WHERE (type_key, group_key, confidentiality) = ($1, $2, $3) LIMIT 1`, typeKey, group, confidentiality).Scan(&id)
	if err != nil {
		w.Fatal(err)
	}
	return id
}

// roll gives a case random facts.
func (w *town) roll(cs *townCase) {
	f := &cs.facts
	f.Status = pick(w.r, keysOf(townStatuses))
	f.Kind = townStatuses[f.Status]
	f.Group, f.Priority, f.Stage = pick(w.r, townGroups), pick(w.r, townPriorities), pick(w.r, []string{"stage-1", "stage-2"})
	f.Subtype, f.Channel = pick(w.r, []string{"", "waste", "roads"}), pick(w.r, core.Channels())
	f.Assignee = core.StaffID{}
	if w.r.IntN(2) == 0 {
		f.Assignee = pick(w.r, w.readers).StaffID()
	}
	f.DueAt, f.ClosedAt, f.Place = time.Time{}, time.Time{}, nil
	if w.r.IntN(3) > 0 {
		f.DueAt = w.Clock.Now().Add(time.Duration(w.r.IntN(200)-100) * time.Hour)
	}
	if !f.Kind.IsOpen() {
		f.ClosedAt = w.Clock.Now().Add(-time.Duration(w.r.IntN(100)) * time.Hour)
	}
	if w.r.IntN(8) > 0 {
		f.Place = &core.Point{Lat: 51.50 + 0.02*w.r.NormFloat64(), Lng: -0.12 + 0.03*w.r.NormFloat64()}
	}
	cs.restricted = w.r.IntN(6) == 0
	cs.scope = w.scopeOf(f.Type, f.Group, cs.restricted)
}

func (w *town) addCase() {
	w.Helper()
	cs := &townCase{id: core.NewID[core.CaseID](), words: map[core.Audience][]string{}, fields: map[string]any{}, values: map[string][]string{}}
	w.cases[cs.id] = cs
	cs.facts = search.Facts{Type: pick(w.r, keysOf(w.types)), RaisedAt: w.Clock.Now()}
	w.Clock.Advance(time.Duration(1+w.r.IntN(5000)) * time.Second)
	w.roll(cs)
	w.rollFields(cs)
	cs.words[core.Public] = some(w.r, townWords, 5)
	cs.subject, cs.detail = cs.words[core.Public][0], strings.Join(cs.words[core.Public][1:], " and ")
	f := cs.facts
	var requester any
	if w.r.IntN(3) == 0 {
		requester, cs.facts.Requester = w.Amara, w.Amara
	}
	w.sql(`INSERT INTO cases (id, ref, type_key, type_version, scope_id, version, confidentiality, subject, description, subtype, priority, channel, fields,
			status, status_kind, stage, group_key, requester_id, raised_at, received_at, updated_at)
		VALUES ($1, $2, $3, 1, $4, 1, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17, $17)`,
		cs.id, core.NewReference("TWN"), f.Type, cs.scope, w.confidentiality(cs), cs.subject, cs.detail, f.Subtype, f.Priority, f.Channel, cs.fields,
		f.Status, f.Kind, f.Stage, f.Group, requester, f.RaisedAt)
	w.store(cs)
	for _, audience := range []core.Audience{core.Staff, core.Private} {
		if w.r.IntN(3) == 0 {
			w.note(cs, audience, pick(w.r, townWords))
		}
	}
	for range w.r.IntN(3) / 2 * 2 {
		w.grant(cs)
	}
}

func (w *town) confidentiality(cs *townCase) core.Confidentiality {
	if cs.restricted {
		return core.Restricted
	}
	return core.Normal
}

func (w *town) rollFields(cs *townCase) {
	set := func(key string, value any, is ...string) { cs.fields[key], cs.values[key] = value, is }
	if w.r.IntN(2) == 0 {
		colour := pick(w.r, townColours)
		set("colour", colour, colour)
	}
	if w.r.IntN(3) == 0 {
		shades := some(w.r, townColours, 3)
		set("shades", shades, shades...)
	}
	if w.r.IntN(2) == 0 {
		blocked := w.r.IntN(2) == 0
		set("blocked", blocked, fmt.Sprint(blocked))
	}
	if w.r.IntN(2) == 0 {
		depth := w.r.IntN(3)
		set("depth", depth, fmt.Sprint(depth))
	}
	if w.r.IntN(3) == 0 {
		set("seen", "2026-03-01", "2026-03-01")
	}
	if w.r.IntN(2) == 0 {
		set("asset", pick(w.r, []string{"Pôle 17", "POLE  17"}), "pole 17")
	}
	if w.r.IntN(2) == 0 {
		cs.fields["remark"] = "Pole 17" // no search is narrowed by it
	}
}

// store writes the facts that change.
func (w *town) store(cs *townCase) {
	w.Helper()
	f := cs.facts
	var lat, lng *float64
	if f.Place != nil {
		lat, lng = &f.Place.Lat, &f.Place.Lng
	}
	w.sql(`UPDATE cases SET scope_id = $2, confidentiality = $3, subtype = $4, priority = $5, channel = $6, status = $7, status_kind = $8, stage = $9,
			group_key = $10, assignee_id = $11, due_at = $12, closed_at = $13, place = point($14::float8, $15::float8), version = version + 1 WHERE id = $1`,
		cs.id, cs.scope, w.confidentiality(cs), f.Subtype, f.Priority, f.Channel, f.Status, f.Kind, f.Stage,
		f.Group, orNil(f.Assignee, f.Assignee.IsZero()), orNil(f.DueAt, f.DueAt.IsZero()), orNil(f.ClosedAt, f.ClosedAt.IsZero()), lng, lat)
	w.happened(cs)
}

func orNil[T any](v T, zero bool) any {
	if zero {
		return nil
	}
	return v
}

func (w *town) note(cs *townCase, audience core.Audience, word string) {
	w.Helper()
	cs.notes++
	cs.words[audience] = append(cs.words[audience], word)
	w.sql(`INSERT INTO notes (id, case_id, no, audience, body, actor_kind, actor_id, created_at) VALUES ($1, $2, $3, $4, $5, 'system', '', $6)`,
		core.NewID[core.CaseID](), cs.id, cs.notes, audience, "About the "+word+".", w.Clock.Now())
	w.happened(cs)
}

// grant opens a case to somebody, or to a group, for some reason.
func (w *town) grant(cs *townCase) {
	w.Helper()
	a := townAccess{kind: "staff", who: pick(w.r, w.readers).ID, why: pick(w.r, townReasons)}
	if w.r.IntN(2) == 0 {
		a.kind, a.who = "group", pick(w.r, townGroups)
	}
	if slices.Contains(cs.access, a) {
		return
	}
	cs.access = append(cs.access, a)
	w.sql(`INSERT INTO case_access (actor_kind, actor_id, case_id, why, at) VALUES ($1, $2, $3, $4, $5)`, a.kind, a.who, cs.id, a.why, w.Clock.Now())
	w.happened(cs)
}

// happened tells the feed of a case.
func (w *town) happened(cs *townCase) {
	w.Helper()
	cs.version++
	err := w.DB.Tx(w.Context(), func(ctx context.Context, tx pgx.Tx) error {
		var b pgx.Batch
		now := w.Clock.Now()
		err := events.Append(&b, events.Entry{Stream: core.StreamCase, StreamID: cs.id.String(), Version: cs.version,
			Event: core.Event{Kind: core.CaseRaised}, HappenedAt: now, RecordedAt: now})
		if err != nil {
			return err
		}
		return tx.SendBatch(ctx, &b).Close()
	})
	if err != nil {
		w.Fatal(err)
	}
}

// remove deletes a case and all that hangs on it.
func (w *town) remove(cs *townCase) {
	w.Helper()
	for _, table := range []string{"notes", "case_access"} {
		w.sql(`DELETE FROM `+table+` WHERE case_id = $1`, cs.id)
	}
	w.sql(`DELETE FROM cases WHERE id = $1`, cs.id)
	w.happened(cs)
	delete(w.cases, cs.id)
}

// sees says whether a reader may see a case, and whether with its private
// words: the rules of permission, written down a second time.
func (w *town) sees(r *townReader, cs *townCase) (view, private bool) {
	t := w.types[cs.facts.Type]
	for _, g := range r.groups {
		if !cs.restricted && (slices.Contains(t.manage, g) || slices.Contains(t.reassignTo, g) && g == cs.facts.Group) {
			view = true
		}
	}
	for _, a := range cs.access {
		if a.kind == "staff" && a.who != r.ID || a.kind == "group" && !slices.Contains(r.groups, a.who) {
			continue
		}
		switch a.why {
		case core.AccessEscalated:
			view, private = true, true
		case core.AccessNamed:
			view = true
		}
	}
	return view, private
}

// has says whether a case has a word that a reader may read.
func (cs *townCase) has(word string, private bool) bool {
	return slices.Contains(cs.words[core.Public], word) || slices.Contains(cs.words[core.Staff], word) || private && slices.Contains(cs.words[core.Private], word)
}
