package configpages

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// TypePage shows one section of a version of a case type.
type TypePage struct {
	Name       string
	URL        string
	Version    int
	Newest     int
	By         string
	At         time.Time
	Sections   []SectionLink
	Title      string // of the section
	Blocks     []Block
	Meaning    []string // sentences: what the section means
	Samples    []Sample // what is promised to a case raised now
	CanPublish bool
	Change     string               // where the section is changed
	Draft      *casetypes.DraftHead // for those who may change it; nil: there is none
}

// Old reports whether a later version is live.
func (p TypePage) Old() bool { return p.Version < p.Newest }

// SectionLink is one entry of the list of sections.
type SectionLink struct {
	Name    string
	URL     string
	Count   int
	Bad     int // how many things of it have to be put right
	Current bool
}

// Block is a table or a list of facts under a heading.
type Block struct {
	Title   string
	Columns []string
	Rows    [][]Cell
	Facts   []layout.Fact
	Stages  []layout.Stage
	Code    string
	Nothing string // what to say when there is nothing to show
}

// Cell is one cell of a table.
type Cell struct {
	Text string
	Sub  string // smaller, beneath
	Key  bool   // it is a key: in the letters of references
	Chip *layout.Chip
}

// Sample is what a target would mean for a case raised now.
type Sample struct {
	Name  string
	Due   time.Time
	Steps []SampleStep
}

// SampleStep is something that would happen by itself.
type SampleStep struct {
	Words string
	At    time.Time
}

func (p *Pages) showType(c *fiber.Ctx) error {
	ctx, key := c.UserContext(), c.Params("key")
	versions, err := p.types.Versions(ctx, casetypes.KindCaseType, key)
	if err != nil {
		return err
	}
	newest := versions[0].Version
	version, err := versionOf(c, newest)
	if err != nil {
		return err
	}
	t, err := p.types.At(ctx, key, version)
	if err != nil {
		return err
	}
	groups, err := p.groups(ctx)
	if err != nil {
		return err
	}
	page := TypePage{Name: t.Name.String(), URL: addressOf(casetypes.KindCaseType, key), Version: version, Newest: newest,
		CanPublish: casetypes.MayPublish(render.Actor(c))}
	i := slices.IndexFunc(versions, func(v casetypes.Version) bool { return v.Version == version })
	row := rowOf(versions[i])
	page.By, page.At = row.By, row.At
	section, err := page.choose(p.publisher.Sections(), p.countOf, t, c.Query("section"))
	if err != nil {
		return err
	}
	d := describer{t: t, groups: groups}
	page.Title = section.Name
	if page.CanPublish && !page.Old() {
		page.Change = sectionAddress(casetypes.KindCaseType, key, section.Key)
		if page.Draft, err = p.headOf(ctx, key); err != nil {
			return err
		}
	}
	if page.Blocks, page.Meaning, err = d.section(section); err != nil {
		return err
	}
	if section.Key == "targets" || section.Key == "setup" {
		if page.Samples, err = p.samplesOf(ctx, t); err != nil {
			return err
		}
	}
	return render.Page(c, render.View{Template: "configpages/type", Title: page.Name + ", " + section.Name, Nav: nav, Main: "main-config"}, page)
}

// headOf is the draft of a case type, nil when there is none.
func (p *Pages) headOf(ctx context.Context, key string) (*casetypes.DraftHead, error) {
	drafts, err := p.drafts.List(ctx, casetypes.KindCaseType)
	i := slices.IndexFunc(drafts, func(d casetypes.DraftHead) bool { return d.Key == key })
	if err != nil || i < 0 {
		return nil, err
	}
	return &drafts[i], nil
}

// choose lists the sections and finds the one that is asked for.
func (p *TypePage) choose(sections []casetypes.Section, count func(*core.CaseType, string) int, t *core.CaseType, asked string) (casetypes.Section, error) {
	asked = cmp.Or(asked, sections[0].Key)
	var chosen casetypes.Section
	for _, s := range sections {
		link := SectionLink{Name: s.Name, URL: p.URL + "?section=" + s.Key, Count: count(t, s.Key), Current: s.Key == asked}
		if p.Version != p.Newest {
			link.URL += fmt.Sprintf("&version=%d", p.Version)
		}
		p.Sections = append(p.Sections, link)
		if link.Current {
			chosen = s
		}
	}
	if chosen.Key == "" {
		return chosen, core.NotFound("There is no such section.")
	}
	return chosen, nil
}

// countOf is the figure beside a section, 0 for none.
func (p *Pages) countOf(t *core.CaseType, section string) int {
	if e, ok := p.editor(section); ok && e.Count != nil {
		return e.Count(t)
	}
	switch section {
	case "form":
		return len(t.Fields)
	case "subtypes":
		return len(t.Subtypes)
	case "statuses":
		return len(t.Statuses)
	case "stages":
		return len(t.Stages)
	case "targets":
		return len(t.Targets)
	case "tasks":
		return len(t.Tasks)
	case "reasons":
		return len(t.Reasons.Close) + len(t.Reasons.Cancel) + len(t.Reasons.Reassign) + len(t.Reasons.Escalate)
	case "messages":
		return len(t.Messages)
	case "routines":
		return len(t.Routines)
	case "examples":
		return len(t.Examples)
	}
	return 0
}

// samplesOf says what the targets that start with a case would mean for one
// raised at this moment.
func (p *Pages) samplesOf(ctx context.Context, t *core.CaseType) ([]Sample, error) {
	calendar, _, err := p.types.Calendar(ctx, t.Calendar)
	if core.KindOf(err) == core.ErrNotFound {
		return nil, nil // an old version may name a calendar that never came to this installation
	} else if err != nil {
		return nil, err
	}
	return samplesAt(t, calendar, p.clock.Now()), nil
}

func samplesAt(t *core.CaseType, calendar *core.Calendar, now time.Time) []Sample {
	var out []Sample
	for _, rule := range t.Targets {
		if rule.Starts != core.MomentRaised && rule.Starts != core.MomentReceived {
			continue
		}
		due := rule.Within.DueFrom(now, calendar)
		s := Sample{Name: rule.Name.String(), Due: due}
		for _, r := range rule.Remind {
			at := r.After.After(due, calendar)
			if !r.Before.IsZero() {
				at = r.Before.Before(due, calendar)
			}
			s.Steps = append(s.Steps, SampleStep{"Reminder", at})
		}
		for i, step := range rule.Ladder {
			s.Steps = append(s.Steps, SampleStep{fmt.Sprintf("Escalation to level %d, if late", i+1), step.After.After(due, calendar)})
		}
		slices.SortStableFunc(s.Steps, func(a, b SampleStep) int { return a.At.Compare(b.At) })
		out = append(out, s)
	}
	return out
}
