// Package searchtest is what every search engine must show: who finds what,
// and who does not. An engine's own tests call [Run].
package searchtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/search"
)

// Engine is an engine on the database of one test.
type Engine struct {
	Index   search.Index
	Follow  func(t testing.TB) // lets the index catch up with what was changed
	Rebuild func(t testing.TB) // makes it anew, from nothing
}

// Run tests an engine. open makes one on an empty council.
func Run(t *testing.T, open func(t testing.TB, w *casestest.World) Engine) {
	for name, test := range map[string]func(*council){
		"words are found wherever they stand":                    wordsEverywhere,
		"what is typed is understood as people mean it":          understood,
		"typing errors are forgiven":                             slips,
		"a search that finds enough is not widened":              enough,
		"a customer finds their own cases by public words alone": customers,
		"staff do not find private words, nor slips of them":     private,
		"nobody finds or counts what is beyond their reach":      reach,
		"a case that is handed on changes hands at once":         handed,
		"changes are found once they were followed":              changes,
		"a case that is gone is not found":                       gone,
		"an index made anew finds the same":                      rebuilt,
		"filters narrow and facets count":                        facets,
		"results come in the order asked for, page by page":      pages,
		"marks stand only in words the reader may read":          marks,
		"a reference is found before the index knows it":         references,
		"hostile searches are searches":                          hostile,
		"nothing betrays a case to those who may not see it":     betrays,
		"texts are narrowed by as they are folded":               foldedValues,
		"a reference of another system is found like ours":       aliases,
		"an export hands over all that is found and no more":     exported,
		"pins come with rows, within the reach as it is now":     pins,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := casestest.New(t)
			notes.Wire(w.Cases)
			questions.Wire(w.Cases)
			e := open(t, w)
			test(&council{T: t, World: w, Engine: e, service: search.New(w.DB, w.Cases, search.NewDocuments(w.Types), e.Index)})
		})
	}
}

// council is a test with its world and engine.
type council struct {
	*testing.T
	*casestest.World
	Engine
	service *search.Service
}

// raise raises a complaint of a customer.
func (c *council) raise(subject string, change func(*cases.Raise)) core.CaseID {
	c.Helper()
	id := core.NewID[core.CaseID]()
	r := &cases.Raise{Type: "complaint", Subject: subject, Subtype: "waste", Channel: core.ChannelWeb, Requester: c.Amara}
	if change != nil {
		change(r)
	}
	c.Do(c.T, core.PersonActor(c.Amara, "Amara"), id, r)
	c.Clock.Advance(time.Second)
	return id
}

func (c *council) find(by core.Actor, r search.Request) search.Results {
	c.Helper()
	found, err := c.service.Find(c.Context(), by, r)
	if err != nil {
		c.Fatalf("search for %q: %v", r.Typed, err)
	}
	return found
}

// subjects searches as a staff user and lists the subjects found, sorted.
func (c *council) subjects(by core.Actor, typed string) []string {
	c.Helper()
	out := subjectsOf(c.find(by, search.Request{Typed: typed}))
	slices.Sort(out)
	return out
}

func subjectsOf(found search.Results) []string {
	out := []string{}
	for _, r := range found.Results {
		out = append(out, r.Row.Case.Subject)
	}
	return out
}

// finds fails unless a search finds these subjects and no others.
func (c *council) finds(by core.Actor, typed string, want ...string) {
	c.Helper()
	slices.Sort(want)
	if got := c.subjects(by, typed); !slices.Equal(got, want) {
		c.Errorf("%s searches for %q and finds %q, want %q", by.Name, typed, got, want)
	}
}

// own lists what a customer finds.
func (c *council) own(person core.PersonID, typed string) []core.CaseID {
	c.Helper()
	ids, err := c.service.SearchOwn(c.Context(), person, typed)
	if err != nil {
		c.Fatalf("search for %q: %v", typed, err)
	}
	return ids
}

func (c *council) sql(sql string, args ...any) {
	c.Helper()
	if _, err := c.Pool.Exec(c.Context(), sql, args...); err != nil {
		c.Fatal(err)
	}
}

func wordsEverywhere(c *council) {
	id := c.raise("Clinical waste", func(r *cases.Raise) {
		r.Description = "Five weeks running at Larkspur Court."
		r.Contact = core.Contact{Name: "Siobhán O'Brien", Email: "siobhan.obrien@example.org", Phone: "+44 1632 960001", Address: "4 Mill Lane, NM4 2QT"}
		r.OnBehalfOf, r.Address = "Ngozi Okonkwo", "Quarry Bank depot"
		r.Fields = map[string]any{"depth": 17.0, "finding": "not-upheld"}
		r.Submission = &core.Submission{Form: "f", Review: []core.ReviewRow{{Question: "Which container?", Answer: "The magenta one"}}}
	})
	c.raise("Something else", nil)
	c.Do(c.T, c.Priya, id, &notes.Add{Body: "Rang the contractor, Hargreaves."}, &notes.Add{Body: "We apologise sincerely.", Audience: core.Public}, &questions.Ask{Body: "Which Wednesday?"})
	c.Do(c.T, core.PersonActor(c.Amara, "Amara"), id, &questions.Answer{No: 1, Answer: "The eighteenth."})
	c.sql(`INSERT INTO attachments (id, case_id, no, name, kind, size, sha256, audience, source, actor_kind, actor_id, created_at)
		VALUES ($1, $2, 1, 'Photograph-of-bins.jpg', 'image/jpeg', 1, '\x00', 'public', 'form', 'person', '', $3)`, core.NewID[core.AttachmentID](), id, casestest.Start)
	c.sql(`INSERT INTO outbox (id, case_id, event_kind, audience, template, recipient, subject, body_text, message_id, state, created_at)
		VALUES ($1, $2, 'x', 'requester', 't', 'a@example.org', 'Your acknowledgement', 'b', 'm', 'sent', $3)`, core.NewID[core.CaseID](), id, casestest.Start)
	c.Do(c.T, c.Priya, id, &notes.Add{Body: "Files and mail came."}) // so that the follower looks again
	c.Follow(c.T)
	ref := string(c.Case(c.T, id).Ref)
	for what, typed := range map[string]string{
		"subject": "clinical", "description": "larkspur", "name": "siobhan", "email address": "siobhan.obrien@example.org", "part of the address": "obrien",
		"telephone": "01632 960001", "telephone abroad": "+441632960001", "postcode": "nm4 2qt", "postcode in one": "NM42QT",
		"on behalf of": "ngozi", "place": "quarry bank", "number of a field": "17", "choice of a field": "not upheld", "answer on the form": "magenta",
		"note for staff": "hargreaves", "public note": "apologise", "question": "wednesday", "answer": "eighteenth", "file": "photograph", "mail": "acknowledgement",
		"reference": ref, "reference without hyphens": strings.ReplaceAll(ref, "-", ""), "part of the reference": ref[4:8],
	} {
		if got := c.subjects(c.Priya, typed); !slices.Equal(got, []string{"Clinical waste"}) {
			c.Errorf("%s: %q finds %q", what, typed, got)
		}
	}
}

func understood(c *council) {
	for _, subject := range []string{"Mill Lane flooded", "The lane by the mill", "Straßenreinigung in Łódź", "شكوى بشأن الإسكان", "Naïve café", "Lane closed"} {
		c.raise(subject, nil)
	}
	c.Follow(c.T)
	c.finds(c.Priya, "mill lane", "Mill Lane flooded", "The lane by the mill")
	c.finds(c.Priya, `"mill lane"`, "Mill Lane flooded")
	c.finds(c.Priya, `“Mill  Lane”`, "Mill Lane flooded")
	c.finds(c.Priya, "MILL flood", "Mill Lane flooded")
	c.finds(c.Priya, "strassenrein", "Straßenreinigung in Łódź")
	c.finds(c.Priya, "lodz", "Straßenreinigung in Łódź")
	c.finds(c.Priya, "naive cafe", "Naïve café")
	c.finds(c.Priya, "بشأن", "شكوى بشأن الإسكان")
	c.finds(c.Priya, "mill l", "Mill Lane flooded", "The lane by the mill")
	c.finds(c.Priya, "mill closed")
	for _, nothing := range []string{"", "  ", "-", `"`, "l", "…!?"} {
		c.finds(c.Priya, nothing)
	}
}

func slips(c *council) {
	for _, subject := range []string{"Pavement broken", "Collection missed", "Agnieszka waits", "Rubbish piled up", "Cat"} {
		c.raise(subject, nil)
	}
	c.Follow(c.T)
	for typed, want := range map[string]string{
		"pavment": "Pavement broken", "pavememt": "Pavement broken", "paveemnt": "Pavement broken", "pavements": "Pavement broken",
		"colection": "Collection missed", "collecton missd": "Collection missed", "angieszka": "Agnieszka waits", "agnieska": "Agnieszka waits",
		"rubish pield": "Rubbish piled up", "Rúbish": "Rubbish piled up",
	} {
		c.finds(c.Priya, typed, want)
	}
	c.finds(c.Priya, "cot")       // short words are a slip away from each other
	c.finds(c.Priya, "pvmnt")     // that many slips are another word
	c.finds(c.Priya, `"pavment"`) // what stands in quotation marks is meant; one word is no phrase, but nor is it a beginning
}

func enough(c *council) {
	for i := range 12 {
		c.raise(fmt.Sprintf("Brown bin %d", i), nil)
	}
	c.raise("Crown court", nil)
	c.raise("Brawn lost", nil)
	c.raise("Frown upon", nil)
	c.Follow(c.T)
	if found := c.find(c.Priya, search.Request{Typed: "brown"}); found.Total != 12 {
		c.Errorf("brown finds %q", subjectsOf(found))
	}
	// With few, the exact ones come first.
	found := subjectsOf(c.find(c.Priya, search.Request{Typed: "crown"}))
	if len(found) == 0 || found[0] != "Crown court" {
		c.Errorf("crown finds %q", found)
	}
}

func customers(c *council) {
	mine := c.raise("My bins", func(r *cases.Raise) {
		r.Description, r.Fields = "On the corner.", map[string]any{"depth": 44.0, "finding": "upheld"}
	})
	other := core.NewID[core.CaseID]()
	c.Do(c.T, core.PersonActor(c.Brendan, "Brendan"), other, &cases.Raise{Type: "complaint", Subject: "His bins", Channel: core.ChannelWeb, Requester: c.Brendan})
	c.Do(c.T, c.Priya, mine, &cases.Escalate{Reason: "vulnerable"}, &notes.Add{Body: "Habitual complainer, says Whitcombe."}, &notes.Add{Body: "We are sorry.", Audience: core.Public})
	c.Do(c.T, c.Lead, mine, &notes.Add{Body: "Safeguarding referral to Pemberton.", Audience: core.Private})
	c.sql(`INSERT INTO attachments (id, case_id, no, name, kind, size, sha256, audience, source, actor_kind, actor_id, created_at)
		VALUES ($1, $2, 1, 'Dossier.pdf', 'application/pdf', 1, '\x00', 'staff', 'staff', 'staff', '', $3)`, core.NewID[core.AttachmentID](), mine, casestest.Start)
	c.Do(c.T, c.Priya, mine, &notes.Add{Body: "Filed."})
	c.Follow(c.T)
	for _, typed := range []string{"bins", "corner", "sorry", "44", "bnis"} {
		if got := c.own(c.Amara, typed); !slices.Equal(got, []core.CaseID{mine}) {
			c.Errorf("Amara searches for %q and finds %v", typed, got)
		}
	}
	for _, typed := range []string{"habitual", "whitcombe", "whitcomb", "safeguarding", "pemberton", "pembreton", "dossier", "filed", "upheld", "his"} {
		if got := c.own(c.Amara, typed); len(got) > 0 {
			c.Errorf("Amara searches for %q and finds %v", typed, got)
		}
	}
	if got := c.own(core.PersonID{}, "bins"); len(got) > 0 {
		c.Errorf("nobody finds %v", got)
	}
	if _, err := c.service.Find(c.Context(), core.PersonActor(c.Amara, "Amara"), search.Request{Typed: "bins"}); core.KindOf(err) != core.ErrForbidden {
		c.Errorf("a customer searches as staff: %v", err)
	}
}

func private(c *council) {
	id := c.raise("A family", nil)
	c.Do(c.T, c.Priya, id, &cases.Escalate{Reason: "vulnerable"}, &notes.Add{Body: "Visited on Thursday."})
	c.Do(c.T, c.Lead, id, &notes.Add{Body: "Safeguarding referral to Pemberton.", Audience: core.Private})
	c.Follow(c.T)
	c.finds(c.Lead, "safeguarding thursday", "A family")
	c.finds(c.Lead, "pembreton", "A family")
	for _, typed := range []string{"safeguarding", "pemberton", "pembreton", "referal", "safeg", `"safeguarding referral"`} {
		c.finds(c.Priya, typed)
	}
	found, err := c.Index.Search(c.Context(), search.Reader{}, search.Query{Terms: terms(c, "family"), Page: 1, Facets: true})
	if err != nil || found.Total > 0 || len(found.Counts[search.FacetType]) > 0 {
		c.Errorf("a reader without reach finds %+v, %v", found, err)
	}
}

func terms(c *council, typed string) search.Terms {
	c.Helper()
	t, err := search.Parse(typed)
	if err != nil {
		c.Fatal(err)
	}
	return t
}

func reach(c *council) {
	mine, theirs, lifted := c.raise("Bins one", nil), c.raise("Bins two", nil), c.raise("Bins three", nil)
	c.Do(c.T, c.Priya, theirs, &cases.Reassign{Group: "highways", Reason: "specialist"})
	c.Do(c.T, c.Priya, lifted, &cases.Escalate{Reason: "vulnerable"})
	c.Follow(c.T)
	for by, want := range map[*core.Actor][]string{
		&c.Priya: {"Bins one", "Bins two", "Bins three"}, &c.Ines: {"Bins two"}, &c.Lead: {"Bins three"}, &c.Other: {},
	} {
		c.finds(*by, "bins", want...)
		found := c.find(*by, search.Request{Typed: "bins", Facets: true})
		if found.Total != len(want) || found.Counts[search.FacetType]["complaint"] != len(want) {
			c.Errorf("%s is told of %d, and %v by type", by.Name, found.Total, found.Counts[search.FacetType])
		}
		c.finds(*by, string(c.Case(c.T, mine).Ref), wanted(want, "Bins one")...)
	}
}

func wanted(all []string, subject string) []string {
	if slices.Contains(all, subject) {
		return []string{subject}
	}
	return nil
}

func handed(c *council) {
	id := c.raise("Hole in the road", nil)
	c.Follow(c.T)
	c.Do(c.T, c.Priya, id, &cases.Reassign{Group: "highways", Reason: "specialist"})
	c.Follow(c.T)
	c.finds(c.Ines, "hole", "Hole in the road")
	c.Do(c.T, c.Ines, id, &cases.Reassign{Group: "complaints-team", Reason: "wrong-team"})
	// The index lags; who lost the case must not find it even so.
	c.finds(c.Ines, "hole")
	c.Follow(c.T)
	c.finds(c.Ines, "hole")
	c.finds(c.Priya, "hole", "Hole in the road")
}

func changes(c *council) {
	id := c.raise("Noise at night", nil)
	c.finds(c.Priya, "noise") // not followed yet
	c.Follow(c.T)
	c.finds(c.Priya, "noise", "Noise at night")
	c.Do(c.T, c.Priya, id, &notes.Add{Body: "It is the chiller."})
	c.finds(c.Priya, "chiller")
	c.Follow(c.T)
	c.finds(c.Priya, "chiller", "Noise at night")
	c.finds(c.Priya, "chliler", "Noise at night")
	c.sql(`DELETE FROM notes WHERE case_id = $1`, id) // redacted
	c.Do(c.T, c.Priya, id, cases.Claim{})
	c.Follow(c.T)
	c.finds(c.Priya, "chiller")
	c.finds(c.Priya, "noise", "Noise at night")
}

func gone(c *council) {
	id, stays := c.raise("Grave marker", nil), c.raise("Grave goods", nil)
	c.Follow(c.T)
	c.finds(c.Priya, "grave", "Grave marker", "Grave goods")
	c.sql(`DELETE FROM submissions WHERE case_id = $1`, id)
	c.sql(`DELETE FROM cases WHERE id = $1`, id)
	c.finds(c.Priya, "grave", "Grave goods")
	c.Do(c.T, c.Priya, stays, cases.Claim{})
	c.Follow(c.T)
	c.finds(c.Priya, "marker")
	c.finds(c.Priya, "grave", "Grave goods")
}

func rebuilt(c *council) {
	for i := range 5 {
		id := c.raise(fmt.Sprintf("Street light %d out", i), func(r *cases.Raise) { r.Description = "Corner of Milll Lane." })
		c.Do(c.T, c.Priya, id, &notes.Add{Body: "Ordered a lamp."})
	}
	c.Follow(c.T)
	searches := []string{"street", "mill lane", "lamp", "lmap", "light 3", "corner of"}
	read := func() (out []string) {
		for _, typed := range searches {
			found := c.find(c.Priya, search.Request{Typed: typed, Facets: true})
			out = append(out, fmt.Sprint(typed, subjectsOf(found), found.Total, found.Counts))
		}
		return out
	}
	before := read()
	c.Rebuild(c.T)
	if after := read(); !slices.Equal(after, before) {
		c.Errorf("made anew it finds\n%s\nand before\n%s", strings.Join(after, "\n"), strings.Join(before, "\n"))
	}
	c.Rebuild(c.T)
	c.finds(c.Priya, "light 3", "Street light 3 out")
}

func facets(c *council) {
	var all []core.CaseID
	for i := range 6 {
		all = append(all, c.raise(fmt.Sprintf("Lamp %d", i), func(r *cases.Raise) {
			if i == 5 {
				r.Priority = "high"
			}
		}))
	}
	c.Do(c.T, c.Priya, all[0], cases.Claim{}, &cases.ChangeStatus{To: "waiting"})
	c.Do(c.T, c.Tomasz, all[1], cases.Claim{})
	c.Do(c.T, c.Priya, all[2], &cases.Reassign{Group: "highways", Reason: "specialist"})
	c.Do(c.T, c.Priya, all[3], &cases.Close{Status: "closed", Reason: "upheld"})
	c.sql(`UPDATE cases SET due_at = $2 WHERE id = $1`, all[4], casestest.Start.Add(-time.Hour))
	c.sql(`UPDATE cases SET due_at = $2 WHERE id = $1`, all[3], casestest.Start.Add(-time.Hour)) // closed: not overdue
	c.Follow(c.T)
	for name, test := range map[string]struct {
		filter search.Filter
		want   []string
	}{
		"type":        {search.Filter{Types: []string{"complaint"}}, []string{"Lamp 0", "Lamp 1", "Lamp 2", "Lamp 3", "Lamp 4", "Lamp 5"}},
		"other type":  {search.Filter{Types: []string{"enquiry"}}, nil},
		"waiting":     {search.Filter{Kinds: []core.StatusKind{core.StatusWaiting}}, []string{"Lamp 0"}},
		"two kinds":   {search.Filter{Kinds: []core.StatusKind{core.StatusWaiting, core.StatusFinal}}, []string{"Lamp 0", "Lamp 3"}},
		"mine":        {search.Filter{Assignee: search.AssigneeMe}, []string{"Lamp 0"}},
		"nobody's":    {search.Filter{Assignee: search.AssigneeNone, Kinds: []core.StatusKind{core.StatusStart}}, []string{"Lamp 2", "Lamp 4", "Lamp 5"}},
		"group":       {search.Filter{Groups: []string{"highways"}}, []string{"Lamp 2"}},
		"overdue":     {search.Filter{Overdue: true}, []string{"Lamp 4"}},
		"priority":    {search.Filter{Priorities: []string{"high"}}, []string{"Lamp 5"}},
		"raised from": {search.Filter{RaisedFrom: casestest.Start.Add(4 * time.Second)}, []string{"Lamp 4", "Lamp 5"}},
		"raised to":   {search.Filter{RaisedTo: casestest.Start.Add(1 * time.Second)}, []string{"Lamp 0"}},
	} {
		for _, typed := range []string{"lamp", ""} {
			got := subjectsOf(c.find(c.Priya, search.Request{Typed: typed, Filter: test.filter}))
			slices.Sort(got)
			if fmt.Sprint(got) != fmt.Sprint(test.want) {
				c.Errorf("%s of %q: %q, want %q", name, typed, got, test.want)
			}
		}
	}
	// A facet is counted with every narrowing but its own.
	found := c.find(c.Priya, search.Request{Typed: "lamp", Filter: search.Filter{Kinds: []core.StatusKind{core.StatusStart}}, Facets: true})
	for facet, want := range map[search.Facet]map[string]int{
		search.FacetKind: {"start": 4, "waiting": 1, "final": 1}, search.FacetType: {"complaint": 4}, search.FacetGroup: {"complaints-team": 3, "highways": 1},
		search.FacetPriority: {"normal": 3, "high": 1}, search.FacetAssignee: {"me": 0, "none": 3}, search.FacetDue: {"overdue": 1},
	} {
		if fmt.Sprint(found.Counts[facet]) != fmt.Sprint(want) {
			c.Errorf("%s is counted as %v, want %v", facet, found.Counts[facet], want)
		}
	}
	if found.CountsFirst {
		c.Error("six cases were too many to count")
	}
}

func pages(c *council) {
	const number = 120
	for i := range number {
		c.raise(fmt.Sprintf("Lamp %03d", i), nil)
	}
	best := c.raise("Lamp lamp lamp", nil)
	c.sql(`UPDATE cases SET due_at = $2 WHERE subject = $1`, "Lamp 077", casestest.Start)
	c.Follow(c.T)
	for order, first := range map[search.Order]string{
		search.ByBest: c.Case(c.T, best).Subject, search.ByNewest: "Lamp lamp lamp", search.ByOldest: "Lamp 000", search.ByDue: "Lamp 077",
	} {
		seen := map[string]bool{}
		for page := 1; page <= 3; page++ {
			found := c.find(c.Priya, search.Request{Typed: "lamp", Order: order, Page: page})
			if found.Total != number+1 || found.Pages != 3 || found.More {
				c.Errorf("%q: %d results on %d pages", order, found.Total, found.Pages)
			}
			for i, subject := range subjectsOf(found) {
				if page == 1 && i == 0 && subject != first {
					c.Errorf("%q begins with %q, want %q", order, subject, first)
				}
				if seen[subject] {
					c.Errorf("%q: %q is on two pages", order, subject)
				}
				seen[subject] = true
			}
		}
		if len(seen) != number+1 {
			c.Errorf("%q: saw %d", order, len(seen))
		}
	}
	for _, r := range []search.Request{{Typed: "lamp", Page: 21}, {Typed: "lamp", Order: "random"}, {Typed: strings.Repeat("x", 300)}} {
		if _, err := c.service.Find(c.Context(), c.Priya, r); core.KindOf(err) != core.ErrInvalid {
			c.Errorf("page %d, order %q: %v", r.Page, r.Order, err)
		}
	}
}

func marks(c *council) {
	id := c.raise("Flooding on Mill Lane", func(r *cases.Raise) {
		r.Description = strings.Repeat("Words and words. ", 30) + "The water came down Mill Lane. " + strings.Repeat("More words. ", 30)
	})
	c.Do(c.T, c.Priya, id, &cases.Escalate{Reason: "vulnerable"}, &notes.Add{Body: "Mill Lane is ours, not the county's."})
	c.Do(c.T, c.Lead, id, &notes.Add{Body: "The Pembertons of Mill Lane are at risk.", Audience: core.Private})
	c.Follow(c.T)
	text := func(by core.Actor) string {
		found := c.find(by, search.Request{Typed: "mill lane"})
		if len(found.Results) != 1 {
			c.Fatalf("%s finds %d", by.Name, len(found.Results))
		}
		var b strings.Builder
		write := func(segments []search.Segment) {
			for _, s := range segments {
				if s.Mark {
					b.WriteString("[" + s.Text + "]")
				} else {
					b.WriteString(s.Text)
				}
			}
			b.WriteByte('\n')
		}
		write(found.Results[0].Subject)
		for _, s := range found.Results[0].Snippets {
			write(s.Segments)
		}
		return b.String()
	}
	got := text(c.Priya)
	for _, want := range []string{"Flooding on [Mill Lane]", "came down [Mill Lane]. More words.", "[Mill Lane] is ours"} {
		if !strings.Contains(got, want) {
			c.Errorf("Priya's marks lack %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "Pemberton") || len(got) > 700 {
		c.Errorf("Priya reads\n%s", got)
	}
}

func references(c *council) {
	id := c.raise("Brand new", nil)
	ref := c.Case(c.T, id).Ref
	if found := c.find(c.Priya, search.Request{Typed: strings.ToLower(string(ref))}); len(found.Results) != 1 || found.Exact != ref {
		c.Errorf("the reference finds %q, exactly %q", subjectsOf(found), found.Exact)
	}
	c.finds(c.Priya, string(ref[:9]), "Brand new")
	c.finds(c.Priya, string(ref[:6]), "Brand new")
	c.finds(c.Other, string(ref))
	c.finds(c.Other, string(ref[:9]))
	c.Follow(c.T)
	c.finds(c.Priya, string(ref), "Brand new")
}

func hostile(c *council) {
	c.raise("O'Reilly & sons", nil)
	c.Follow(c.T)
	c.finds(c.Priya, "o'reilly", "O'Reilly & sons")
	for _, typed := range []string{
		`'`, `''`, `\`, `%`, `_`, `a:*b`, `!reilly`, `reilly & !sons | (`, `<->`, `"`, `"""`, "'; DROP TABLE cases; --", "\x00reilly", "re\xffilly", "\u202ereilly",
		strings.Repeat(`"a `, 60), strings.Repeat("é", 200), "𝕣𝕖𝕚𝕝𝕝𝕪", "ﬁre", strings.Repeat("1 ", 90), "reilly:*A", "CMP-____-____", "CMP-%", "٠١٢٣٤٥",
	} {
		c.find(c.Priya, search.Request{Typed: typed, Facets: true, Filter: search.Filter{Types: []string{strings.ToValidUTF8(strings.ReplaceAll(typed, "\x00", ""), "")}, Priorities: []string{"'"}}})
		c.find(c.Priya, search.Request{Typed: typed})
		c.own(c.Amara, typed)
	}
}

func foldedValues(c *council) {
	for text, want := range map[string]string{
		"Pôle  17": "pole 17", "POLE-17": "pole 17", " ": "", "NM42QT": "nm4 2qt", "Straße": "strasse",
	} {
		if got := search.Fold(text); got != want {
			c.Errorf("%q is folded to %q, want %q", text, got, want)
		}
	}
	if got := search.Fold(strings.Repeat("word ", 1000)); len(got) > 500 {
		c.Errorf("a long text is folded to %d bytes", len(got))
	}
}

func aliases(c *council) {
	id := c.raise("Moved from elsewhere", nil)
	c.sql(`INSERT INTO case_aliases (source, value, case_id) VALUES ('311', '101006321992', $1), ('old', 'ENQ/2019/7', $1)`, id)
	// Known at once by what it is called in full, and to those only who may see it.
	for _, typed := range []string{"101006321992", " ENQ/2019/7 "} {
		c.finds(c.Priya, typed, "Moved from elsewhere")
		c.finds(c.Other, typed)
		rows, err := c.service.Suggest(c.Context(), c.Priya, typed, 3)
		if err != nil || len(rows) != 1 || rows[0].ID != id {
			c.Errorf("%q suggests %d cases, %v", typed, len(rows), err)
		}
	}
	c.Follow(c.T)
	c.finds(c.Priya, "10100632", "Moved from elsewhere")
	c.finds(c.Priya, "enq 2019 7", "Moved from elsewhere")
	c.finds(c.Other, "10100632")
}

func exported(c *council) {
	for i := range 30 {
		id := c.raise(fmt.Sprintf("Lamp %02d", i), nil)
		if i%3 == 0 {
			c.Do(c.T, c.Priya, id, &cases.Reassign{Group: "highways", Reason: "specialist"})
		}
	}
	c.raise("Bins", nil)
	c.Follow(c.T)
	if _, ok := c.Index.(search.Lister); !ok {
		c.Skip("the engine leaves lists to another one")
	}
	for by, want := range map[*core.Actor]int{&c.Priya: 30, &c.Ines: 10, &c.Other: 0} {
		var subjects []string
		err := c.service.Export(c.Context(), *by, search.Request{Typed: "lamp"}, func(rows []cases.Row) error {
			for _, row := range rows {
				subjects = append(subjects, row.Subject)
			}
			return nil
		})
		if err != nil || len(subjects) != want || !slices.IsSortedFunc(subjects, func(a, b string) int { return strings.Compare(b, a) }) {
			c.Errorf("%s exports %q, %v; want %d, newest first", by.Name, subjects, err, want)
		}
	}
	stop := fmt.Errorf("enough")
	if err := c.service.Export(c.Context(), c.Priya, search.Request{Typed: "lamp"}, func([]cases.Row) error { return stop }); err != stop {
		c.Errorf("an export that was stopped says %v", err)
	}
	if err := c.service.Export(c.Context(), core.PersonActor(c.Amara, "Amara"), search.Request{Typed: "lamp"}, nil); core.KindOf(err) != core.ErrForbidden {
		c.Errorf("a customer exports: %v", err)
	}
}

func pins(c *council) {
	at := core.Point{Lat: 51.5, Lng: -0.12}
	id := c.raise("Hole in the road", func(r *cases.Raise) { r.Place = &at })
	c.Follow(c.T)
	view := search.View{Box: core.Box{South: 51.4, West: -0.2, North: 51.6, East: 0}, Zoom: 12}
	look := func(by core.Actor, typed string) search.Placed {
		c.Helper()
		placed, err := c.service.Map(c.Context(), by, search.Request{Typed: typed}, view)
		if err != nil {
			c.Fatal(err)
		}
		return placed
	}
	for _, typed := range []string{"hole", ""} {
		placed := look(c.Priya, typed)
		if len(placed.Pins) != 1 || placed.Pins[0].Row.ID != id || placed.Pins[0].Row.Subject != "Hole in the road" || placed.Pins[0].At.Metres(at) > 1 {
			c.Errorf("Priya sees %+v", placed)
		}
		if placed := look(c.Ines, typed); len(placed.Pins) > 0 || placed.Total > 0 {
			c.Errorf("Ines sees %+v", placed)
		}
	}
	// The index lags; a pin is read again.
	c.Do(c.T, c.Priya, id, &cases.Reassign{Group: "highways", Reason: "specialist"})
	c.Follow(c.T)
	c.Do(c.T, c.Ines, id, &cases.Reassign{Group: "complaints-team", Reason: "wrong-team"})
	if placed := look(c.Ines, "hole"); len(placed.Pins) > 0 {
		c.Errorf("Ines sees the pin of a case she handed on: %+v", placed)
	}
	for _, bad := range []search.View{{Box: core.Box{South: 1, North: 0}, Zoom: 3}, {Box: view.Box, Zoom: 40}} {
		if _, err := c.service.Map(c.Context(), c.Priya, search.Request{}, bad); core.KindOf(err) != core.ErrInvalid {
			c.Errorf("the view %+v: %v", bad, err)
		}
	}
	if _, err := c.service.Map(c.Context(), core.PersonActor(c.Amara, "Amara"), search.Request{}, view); core.KindOf(err) != core.ErrForbidden {
		c.Errorf("a customer looks at the map: %v", err)
	}
}
