package casepages

import (
	"context"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// HistoryTab is what was said and done, oldest first.
type HistoryTab struct {
	Views   layout.Tabs
	Count   int
	Earlier string // the address that shows what was left out; "" when nothing was
	Left    int
	Entries []Entry
	New     NewEntries
}

// NewEntries asks, at the foot of the history, for what came since.
type NewEntries struct {
	URL   string
	Live  string
	After core.Version // what the history shows already
	Count int          // how many came while the reader was writing
	Swap  bool         // it takes the place of what stands there
}

// Entry is one entry of the history: what somebody said, or what happened.
type Entry struct {
	Anchor string
	NewDay bool
	At     time.Time
	Class  string // in, out, private; "" for what happened

	// what somebody said
	Who      string
	How      string // "answered, in the portal"
	Audience layout.Chip
	Private  string // who reads it, when not the requester
	Letter   bool   // it went by mail
	Through  string // the plugin that wrote it for them, with its version
	Body     []Line
	Files    []FileLink
	Foot     []FootNote
	Answer   *Action // records an answer that came by telephone

	// what happened
	Line EventLine
	More []EventLine // in the same moment
	All  string      // "Casement did 4 things"; the line itself when empty
}

// Line is a line of what somebody said, with those it mentions marked.
type Line struct {
	Parts []Part
	Gap   bool // an empty line stands before it
}

// FileLink leads to a file.
type FileLink struct {
	Name, URL string
	Size      int64
	Image     bool
}

// FootNote is a fact about an entry.
type FootNote struct{ Icon, Text string }

// view is what of the history is shown.
type historyView string

const (
	viewAll          historyView = ""
	viewConversation historyView = "conversation"
	viewNotes        historyView = "notes"
	viewEmails       historyView = "emails"
	viewSystem       historyView = "system"
)

func viewOf(s string) historyView {
	switch v := historyView(s); v {
	case viewConversation, viewNotes, viewEmails, viewSystem:
		return v
	}
	return viewAll
}

// maxEntries is how much of a long history is shown at first: its end.
const maxEntries = 150

func (p *Pages) historyTab(ctx context.Context, o *opened, f facts, view historyView, all bool) (HistoryTab, error) {
	entries, last, err := p.entries(ctx, o, f, view, 0)
	if err != nil {
		return HistoryTab{}, err
	}
	tab := HistoryTab{Views: viewsOf(o, view), Count: len(entries), Entries: entries, New: newEntries(o, view, last)}
	if left := len(entries) - maxEntries; left > 0 && !all {
		tab.Left, tab.Earlier = left, historyURL(o, view)+"&all=1"
		tab.Entries = entries[left:]
	}
	markDays(tab.Entries, time.Time{}, o.zone)
	return tab, nil
}

func historyURL(o *opened, view historyView) string {
	return o.url("history") + "?show=" + string(view)
}

func viewsOf(o *opened, current historyView) layout.Tabs {
	t := layout.Tabs{Label: "Show"}
	for _, v := range []struct {
		view        historyView
		label, icon string
		full        bool
	}{
		{viewAll, "Everything", "", false}, {viewConversation, "Conversation", "message", false}, {viewNotes, "Private notes", "lock", true},
		{viewEmails, "Emails", "mail", true}, {viewSystem, "System", "", true},
	} {
		if o.full || !v.full {
			t.Items = append(t.Items, layout.Tab{Label: v.label, Icon: v.icon, URL: historyURL(o, v.view), Current: v.view == current})
		}
	}
	return t
}

func newEntries(o *opened, view historyView, after core.Version) NewEntries {
	return NewEntries{URL: o.url("history", "new") + "?show=" + string(view), Live: "case:" + string(o.Case.Ref), After: after}
}

// newEntries answers with what came since; while the reader writes it is only
// counted, so that nothing moves under their hands.
func (p *Pages) newEntries(c *fiber.Ctx) error {
	o, err := p.open(c)
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	since, err := strconv.ParseInt(c.Query("after"), 10, 64)
	if err != nil || since < 0 {
		return core.InvalidField("after", "This part of the history does not exist.")
	}
	view := viewOf(c.Query("show"))
	f, err := p.facts(ctx, o)
	if err != nil {
		return err
	}
	entries, last, err := p.entries(ctx, o, f, view, core.Version(since))
	if err != nil {
		return err
	}
	if c.Query("open") == "" && len(entries) == c.QueryInt("counted") {
		return c.SendStatus(fiber.StatusNoContent) // it stays as it is: somebody may be about to press it
	}
	tab := HistoryTab{New: newEntries(o, view, last)}
	tab.New.Swap = true
	if c.Query("writing") != "" && c.Query("open") == "" {
		tab.New.After, tab.New.Count = core.Version(since), len(entries)
		return render.Fragment(c, "casepages/case-more", tab)
	}
	tab.Entries = entries
	markDays(tab.Entries, o.now, o.zone)
	return render.Fragment(c, "casepages/case-more", tab)
}

// markDays puts a mark before the first entry of each day. before is the day
// of the entry above; the zero time marks the first as well.
func markDays(entries []Entry, before time.Time, zone *time.Location) {
	last := ""
	if !before.IsZero() {
		last = before.In(zone).Format(time.DateOnly)
	}
	for i := range entries {
		day := entries[i].At.In(zone).Format(time.DateOnly)
		entries[i].NewDay = day != last
		last = day
	}
}

// linesSince tells what happened after a version, for somebody whose form was
// open meanwhile.
func (p *Pages) linesSince(ctx context.Context, o *opened, since core.Version) ([]EventLine, error) {
	if since <= 0 || !o.full {
		return nil, nil
	}
	recorded, err := p.Cases.Timeline(ctx, o.Seen, since)
	if err != nil {
		return nil, err
	}
	if err := p.learn(ctx, o, idsIn(recorded)...); err != nil {
		return nil, err
	}
	var out []EventLine
	for _, e := range recorded {
		if len(e.Aspects) > 0 && !saidByTask(e) {
			out = append(out, o.line(e))
		}
	}
	return out, nil
}
