package casepages

import (
	"context"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/links"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// LinksTab is what a case belongs together with, as far as the reader may see
// the other cases.
type LinksTab struct {
	Groups    []LinkGroup
	Obstacles []string // to closing the case
	Add       *Action
}

// LinkGroup is the cases that are linked in one way.
type LinkGroup struct {
	ID    string // of its heading
	Name  string // "Blocked by"
	Cases []LinkedCase
}

// LinkedCase is a case at the other end of a link.
type LinkedCase struct {
	Ref, Subject, URL string
	Status            layout.Chip
	Type              string
	Who, Group        string    // who has it
	Raised            time.Time // the case
	Since             time.Time // the link
	By                string    // who made the link; "" where the history says it in other words
	Remove            string    // address of the form; "" where the reader may not
}

func (p *Pages) linksTab(ctx context.Context, o *opened, f facts) (LinksTab, error) {
	tab := LinksTab{}
	if a, ok := actionFor(o, "link"); ok {
		tab.Add = &a
	}
	if !o.Case.IsFinal() {
		tab.Obstacles = links.Obstacles(f.links)
	}
	var makers []string
	for _, l := range f.links {
		makers = append(makers, l.By.ID)
	}
	if err := p.learn(ctx, o, makers...); err != nil {
		return tab, err
	}
	for _, l := range f.links {
		if n := len(tab.Groups); n == 0 || tab.Groups[n-1].Name != l.Side.Name {
			tab.Groups = append(tab.Groups, LinkGroup{ID: "links-" + l.Side.Key, Name: l.Side.Name})
		}
		last := &tab.Groups[len(tab.Groups)-1]
		last.Cases = append(last.Cases, linkedCase(o, l))
	}
	return tab, nil
}

func linkedCase(o *opened, l links.Linked) LinkedCase {
	status, _ := l.Type.Status(l.Row.Status)
	out := LinkedCase{
		Ref: string(l.Row.Ref), Subject: l.Row.Subject, URL: "/cases/" + string(l.Row.Ref), Type: l.Type.Name.String(),
		Status: layout.StatusChip(l.Row.StatusKind, status.Name.String()), Who: l.Row.AssigneeName, Group: o.team(l.Row.Group),
		Raised: l.Row.RaisedAt, Since: l.Since, By: o.who(l.By),
	}
	if mayLink(o) {
		out.Remove = o.url("act", "unlink") + "?to=" + out.Ref + "&kind=" + l.Side.Key
	}
	return out
}

// mayLink reports whether the reader may link the case: a closed one too.
func mayLink(o *opened) bool { return o.full && o.MayDo(core.MayWork) }

// CaseFinder is a field that a case is looked for in: by its reference, or in
// words, with the likeliest ones below it to choose from.
type CaseFinder struct {
	layout.Field
	URL   string
	Found FoundCases
}

// FoundCases are the cases that fit what was typed.
type FoundCases struct {
	Cases  []LinkedCase
	Chosen string
	None   bool // something was typed, and nothing fits
}

// maxFound is how many cases are suggested at once.
const maxFound = 6

func linkForm(ctx context.Context, p *Pages, o *opened, in input) (ActForm, error) {
	kind := layout.Field{Name: "kind", Label: "How this case stands to the other", Value: in.text("kind")}
	for _, side := range core.LinkSides() {
		kind.Options = append(kind.Options, layout.Option{Value: side.Key, Label: side.Name + " …"})
	}
	found, err := p.findCases(ctx, o, in)
	return ActForm{
		Fields: []layout.Field{kind},
		Finder: &CaseFinder{
			Field: layout.Field{
				Name: "to", Label: "The other case", Value: clipped(in.text("to")), MaxLength: 100, Plain: true, Autocomplete: "off",
				Hint: "Its reference, or words of its subject to choose it by.",
			},
			URL: o.url("links", "find"), Found: found,
		},
	}, err
}

// inSentence writes what a link is called in the middle of a sentence.
func inSentence(name string) string {
	return strings.ToLower(name[:min(1, len(name))]) + name[min(1, len(name)):]
}

// findCases suggests cases for what was typed; before anything is, those of the
// same requester.
func (p *Pages) findCases(ctx context.Context, o *opened, in input) (FoundCases, error) {
	typed := strings.TrimSpace(in.text("to"))
	found := FoundCases{Chosen: in.text("chosen")}
	var rows []cases.Row
	var err error
	switch {
	case typed == "":
		rows, err = p.relatedCases(ctx, o)
	case p.Suggest != nil && len([]rune(typed)) > 1:
		rows, err = p.Suggest(ctx, o.by, typed, maxFound+1)
	default:
		rows, err = p.byReference(ctx, o, typed)
	}
	if core.KindOf(err) == core.ErrInvalid {
		rows, err = nil, nil // words that nothing can be found by
	}
	if err != nil {
		return found, err
	}
	for _, row := range rows {
		if row.ID == o.Case.ID || len(found.Cases) == maxFound {
			continue
		}
		t, err := p.Cases.Types().Published(ctx, row.Type)
		if err != nil {
			return found, err
		}
		found.Cases = append(found.Cases, linkedCase(o, links.Linked{Row: row, Type: t}))
	}
	if ref, err := core.ParseReference(typed); err == nil && found.Chosen == "" && len(found.Cases) == 1 && found.Cases[0].Ref == string(ref) {
		found.Chosen = found.Cases[0].Ref
	}
	found.None = typed != "" && len(found.Cases) == 0
	return found, nil
}

func (p *Pages) byReference(ctx context.Context, o *opened, typed string) ([]cases.Row, error) {
	ref, err := core.ParseReference(typed)
	if err != nil {
		return nil, nil
	}
	reach, err := p.Cases.ReachOf(ctx, o.by, core.MayView)
	if err != nil {
		return nil, err
	}
	return p.Cases.ByRefs(ctx, reach, []core.Reference{ref})
}

// relatedCases are those of the same requester that are not linked yet.
func (p *Pages) relatedCases(ctx context.Context, o *opened) ([]cases.Row, error) {
	if o.Case.Requester.IsZero() {
		return nil, nil
	}
	reach, err := p.Cases.ReachOf(ctx, o.by, core.MayView)
	if err != nil {
		return nil, err
	}
	found, _, err := p.Cases.Related(ctx, reach, cases.Relation{To: o.Case, SameRequester: true, Limit: maxFound})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	ids := make([]core.CaseID, len(found))
	for i, f := range found {
		ids[i] = f.Case.ID
	}
	return p.Cases.ByIDs(ctx, reach, ids)
}

// foundCases answers with the cases that fit while somebody types.
func (p *Pages) foundCases(c *fiber.Ctx) error {
	o, err := p.open(c)
	if err != nil {
		return err
	}
	if !mayLink(o) {
		return core.NotFound("There is no such page, or you may not see it.")
	}
	found, err := p.findCases(c.UserContext(), o, inputOf(c))
	if err != nil {
		return err
	}
	return render.Fragment(c, "casepages/found-cases", found)
}

func linkCommands(_ context.Context, _ *Pages, _ *opened, in input) ([]cases.Command, error) {
	to := in.text("chosen")
	if to == "" {
		to = in.text("to")
	}
	ref, err := core.ParseReference(to)
	switch {
	case strings.TrimSpace(to) == "":
		return nil, core.InvalidField("to", "Enter the reference of the other case, or choose one.")
	case err != nil:
		return nil, core.InvalidField("to", "Choose one of the cases, or enter a whole reference such as CMP-7K2M-4QX9.")
	}
	return []cases.Command{&links.Add{To: ref, Kind: in.text("kind")}}, nil
}

func unlinkForm(ctx context.Context, p *Pages, o *opened, in input) (ActForm, error) {
	form := ActForm{
		Hint:   "Both cases stay as they are; the history of both says that the link was removed.",
		Hidden: []Hidden{{"to", in.text("to")}, {"kind", in.text("kind")}},
	}
	kind, begins, known := core.FindLink(in.text("kind"))
	if !known {
		return form, core.NotFound("There is no such link.")
	}
	side := kind.Back
	if begins {
		side = kind.Side
	}
	rows, err := p.byReference(ctx, o, in.text("to"))
	if err != nil {
		return form, err
	}
	if len(rows) == 0 {
		return form, core.NotFound("There is no such link.")
	}
	form.About = side.Name + " " + string(rows[0].Ref) + ", " + rows[0].Subject
	return form, nil
}

func unlinkCommands(_ context.Context, _ *Pages, _ *opened, in input) ([]cases.Command, error) {
	return []cases.Command{&links.Remove{To: core.Reference(in.text("to")), Kind: in.text("kind")}}, nil
}

// relink leads to the form that makes a removed link again.
func relink(o *opened, in input) string {
	ref, err := core.ParseReference(in.text("to"))
	if _, _, known := core.FindLink(in.text("kind")); err != nil || !known {
		return ""
	}
	return o.url("act", "link") + "?to=" + string(ref) + "&kind=" + in.text("kind")
}

// learnLinked looks up what the cases are called that a history speaks of, as
// far as the reader may see them.
func (p *Pages) learnLinked(ctx context.Context, o *opened, recorded []core.Recorded) error {
	if p.Links == nil {
		return nil
	}
	var ids []core.CaseID
	for _, e := range recorded {
		for _, fact := range []string{"other", "continues"} {
			if id, err := core.ParseID[core.CaseID](word(e.About[fact])); err == nil {
				ids = append(ids, id)
			}
		}
	}
	var err error
	o.linked, err = p.Links.References(ctx, o.by, ids)
	return err
}

// linkEvent says that a link was made or removed. What the reader may not see is
// another case to them.
func (o *opened) linkEvent(e core.Recorded, s sentence) sentence {
	kind, begins, _ := core.FindLink(word(e.About["kind"]))
	side := kind.Back
	if begins {
		side = kind.Side
	}
	id, _ := core.ParseID[core.CaseID](word(e.About["other"]))
	other := string(o.linked[id])
	if other == "" {
		other = "another case"
	}
	if e.Kind == core.LinkRemoved {
		return s.say(" removed the link: %s ", inSentence(side.Name)).value(other)
	}
	return s.say(" linked this case: %s ", inSentence(side.Name)).value(other)
}
