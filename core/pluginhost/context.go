package pluginhost

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/view"
)

// errand is on whose behalf, and about what, a plugin is called.
type errand struct {
	by    core.Actor
	seen  *cases.Seen // the case; nil for forms
	draft core.DraftID
	entry string
	what  string // for the trail: "task 3", "section outcome"
	// reader is "staff" or "requester", of details.
	reader   string
	editable bool
	task     *abi.Task
	// public is true of forms: whoever fills one in may know what anybody may.
	public bool
	// sealed is true when nothing may leave this server: the bench, a replay.
	sealed bool
}

// contextKey begins the capability keys of what a plugin may see.
const contextKey = "context:"

// The members of a context, as manifests name them.
const (
	seesUserContact = "user.contact"
	seesUserName    = "user.name"
	seesUserRoles   = "user.roles"
	seesRef         = "case.ref"
	seesType        = "case.type"
	seesSubtype     = "case.subtype"
	seesSubject     = "case.subject"
	seesDescription = "case.description"
	seesStatus      = "case.status"
	seesStage       = "case.stage"
	seesPriority    = "case.priority"
	seesGroup       = "case.group"
	seesAssignee    = "case.assignee"
	seesDates       = "case.dates"
	seesRequester   = "case.requester"
	seesPlace       = "case.place"
	seesFields      = "case.fields"
	seesFiles       = "case.files"
)

// seesPortal is what a details section needs to be drawn for requesters.
const seesPortal = "portal"

// everything is a grant of all that a manifest wants: for plugins that come
// with the program.
func everything(m *abi.Manifest) Grant {
	g := Grant{}
	for _, need := range m.Needs {
		g = append(g, keysOf(need)...)
	}
	for _, member := range m.Context {
		for _, key := range keysOf(member) {
			g = append(g, contextKey+key)
		}
	}
	return g
}

// keysOf parts a line with several patterns into one key for each: each is a
// switch of its own.
func keysOf(line string) []string {
	name, patterns, narrowed := strings.Cut(line, ":")
	if !narrowed {
		return []string{line}
	}
	var out []string
	for pattern := range strings.SplitSeq(patterns, ",") {
		out = append(out, name+":"+pattern)
	}
	return out
}

// sees reports whether the plugin may see a member of the context.
func (g Grant) sees(member string) bool { return slices.Contains(g, contextKey+member) }

// seesField reports whether the plugin may see a field of the case.
func (g Grant) seesField(key string) bool {
	return g.sees(seesFields) || g.passes(contextKey+seesFields, key)
}

// has reports whether a capability was granted at all, and with which patterns;
// none means that it is not narrowed.
func (g Grant) has(name string) (patterns []string, ok bool) {
	for _, granted := range g {
		bare, list, narrowed := strings.Cut(granted, ":")
		if bare != name {
			continue
		}
		if !narrowed {
			return nil, true
		}
		patterns, ok = append(patterns, strings.Split(list, ",")...), true
	}
	return patterns, ok
}

// passes reports whether a value matches one of the patterns that narrow a
// capability, whose name may hold a colon itself.
func (g Grant) passes(name, value string) bool {
	for _, granted := range g {
		patterns, ok := strings.CutPrefix(granted, name+":")
		if ok && matchesAny(strings.Split(patterns, ","), value) {
			return true
		}
	}
	return false
}

func matchesAny(patterns []string, value string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		hit, err := path.Match(pattern, value)
		return err == nil && hit
	})
}

// parts lists what of a case the grant shows, for the trail.
func (g Grant) parts() []string {
	var out []string
	for _, key := range g {
		if member, ok := strings.CutPrefix(key, contextKey+"case."); ok {
			out = append(out, member)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// language is that of words in the console.
const language = "en"

// contextOf is what a plugin is told with an event.
func (h *Host) contextOf(ctx context.Context, p *plugin, e errand) (abi.Context, error) {
	zone, err := time.UTC, error(nil)
	if h.services.Zone != nil {
		if zone, err = h.services.Zone(ctx); err != nil {
			return abi.Context{}, err
		}
	}
	now := h.clock.Now()
	c := abi.Context{
		Now: now.UTC().Format(time.RFC3339), Today: core.DateOf(now.In(zone)).String(), Zone: zone.String(), Locale: "en-GB",
		Seed: newSeed(), Task: e.task, Editable: e.editable, Reader: e.reader,
	}
	if c.User, err = h.userOf(ctx, e.by, p.grant); err != nil {
		return c, err
	}
	if e.seen != nil {
		c.Case, err = h.caseFor(ctx, e.seen, p.grant)
	}
	return c, err
}

func newSeed() int64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // it never fails: see crypto/rand
	return int64(binary.BigEndian.Uint64(b[:]) >> 11)
}

// userOf is what was granted of the person in front of the screen; nil for
// nobody, and for a plugin that may know nothing.
func (h *Host) userOf(ctx context.Context, by core.Actor, g Grant) (*abi.User, error) {
	if by.Kind != core.ActorStaff && by.Kind != core.ActorPerson || !by.Case.IsZero() {
		return nil, nil
	}
	contact, name, roles := g.sees(seesUserContact), g.sees(seesUserName), g.sees(seesUserRoles)
	if !contact && !name && !roles {
		return nil, nil
	}
	u := &abi.User{}
	if contact || name {
		u.ID, u.Name = by.ID, by.Name
	}
	if contact && h.services.Contact != nil {
		found, err := h.services.Contact(ctx, by)
		if err != nil {
			return nil, fmt.Errorf("find how somebody is reached: %w", err)
		}
		u.Name, u.Email, u.Phone = found.Name, found.Email, found.Phone
	}
	if roles {
		for _, role := range by.Roles {
			u.Roles = append(u.Roles, string(role))
		}
	}
	return u, nil
}

// caseOf is what the grant shows of a case. Fields that are for staff alone are
// left out unless the one who looks may read what staff wrote.
func caseOf(seen *cases.Seen, g Grant) *abi.Case {
	cs, t := seen.Case, seen.Type
	out := &abi.Case{ID: cs.ID.String()}
	show := func(member string, f func()) {
		if g.sees(member) {
			f()
		}
	}
	show(seesRef, func() { out.Ref = string(cs.Ref) })
	show(seesType, func() { out.Type, out.TypeName = cs.Type, t.Name.In(language) })
	show(seesSubtype, func() { out.Subtype = cs.Subtype })
	show(seesSubject, func() { out.Subject = cs.Subject })
	show(seesDescription, func() { out.Description = cs.Description })
	show(seesStatus, func() { out.Status, out.StatusKind = cs.Status, string(cs.StatusKind) })
	show(seesStage, func() { out.Stage = cs.Stage })
	show(seesPriority, func() { out.Priority = cs.Priority })
	show(seesGroup, func() { out.Group = cs.Group })
	show(seesDates, func() {
		out.RaisedAt, out.DueAt, out.ClosedAt = instant(cs.RaisedAt), instant(cs.DueAt), instant(cs.ClosedAt)
	})
	show(seesRequester, func() {
		if !cs.Anonymous && cs.Contact != (core.Contact{}) {
			out.Requester = &abi.Party{Name: cs.Contact.Name, Email: cs.Contact.Email, Phone: cs.Contact.Phone, Address: cs.Contact.Address}
		}
	})
	show(seesPlace, func() {
		if cs.Address != "" || cs.Place != nil {
			out.Place = &abi.Place{Address: cs.Address}
		}
		if cs.Place != nil {
			out.Place.Point = &abi.Point{Lat: cs.Place.Lat, Lng: cs.Place.Lng}
		}
	})
	for key, value := range cs.Fields {
		field, known := t.Field(key)
		if !g.seesField(key) || known && field.Private && !seen.MayDo(core.MayView) {
			continue
		}
		if out.Fields == nil {
			out.Fields = map[string][]string{}
		}
		out.Fields[key] = textsOf(value)
	}
	return out
}

// caseFor is [caseOf] with what is kept beside the case.
func (h *Host) caseFor(ctx context.Context, seen *cases.Seen, g Grant) (*abi.Case, error) {
	out := caseOf(seen, g)
	if g.sees(seesAssignee) && !seen.Case.Assignee.IsZero() && h.services.People != nil {
		id := seen.Case.Assignee.String()
		names, err := h.services.People.NamesOf(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("find the name of a case manager: %w", err)
		}
		out.Assignee = names[id]
	}
	if g.sees(seesFiles) && h.services.Files != nil {
		files, err := h.services.Files.OfCase(ctx, seen)
		if err != nil {
			return nil, fmt.Errorf("find the files of a case: %w", err)
		}
		for _, f := range files {
			out.Files = append(out.Files, view.File{ID: f.ID.String(), Name: f.Name, Size: f.Size, Type: f.Kind})
		}
	}
	return out, nil
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// textsOf writes a value of a field as plugins know values: a list of text.
func textsOf(value any) []string {
	switch v := value.(type) {
	case nil:
		return nil
	case bool:
		if v {
			return []string{"yes"}
		}
		return []string{"no"}
	case float64:
		return []string{strconv.FormatFloat(v, 'f', -1, 64)}
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, one := range v {
			out = append(out, textsOf(one)...)
		}
		return out
	case map[string]any: // a place
		address, _ := v["address"].(string)
		return append([]string{address}, append(textsOf(v["lat"]), textsOf(v["lng"])...)...)
	}
	return []string{fmt.Sprint(value)}
}
