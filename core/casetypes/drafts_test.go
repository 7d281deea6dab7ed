package casetypes_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
)

const caseType = casetypes.KindCaseType

// desk is an office with its drafts.
type desk struct {
	*office
	drafts *casetypes.Drafts
}

func newDesk(t *testing.T) *desk {
	o := newOffice(t)
	return &desk{o, casetypes.NewDrafts(o.publisher)}
}

func (d *desk) get(t *testing.T, key string) casetypes.KeptDraft {
	t.Helper()
	k, err := d.drafts.Get(t.Context(), caseType, key)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (d *desk) mark(t *testing.T, key, section string) string {
	t.Helper()
	mark, err := d.drafts.Mark(d.get(t, key), section)
	if err != nil {
		t.Fatal(err)
	}
	return mark
}

// change makes a change that must succeed.
func (d *desk) change(t *testing.T, key, section, said string, edit func(*core.CaseType)) {
	t.Helper()
	err := d.drafts.Change(t.Context(), configurator(), caseType, key, casetypes.Edit{Section: section, Type: func(t *core.CaseType) (string, error) {
		edit(t)
		return said, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
}

func rename(to string) func(*core.CaseType) {
	return func(t *core.CaseType) {
		for i := range t.Statuses {
			if t.Statuses[i].Key == "waiting" {
				t.Statuses[i].Name = core.Plain(to)
			}
		}
	}
}

func TestAChangeBecomesADraftAndLeavesTheRestOfTheFileAsItWas(t *testing.T) {
	d := newDesk(t)
	before := d.get(t, "enquiry")
	if before.Kept || before.Based != 1 || before.Revision != 0 {
		t.Fatalf("before any change it is %+v", before)
	}
	d.change(t, "enquiry", "statuses", "Renamed a status", rename("On hold"))
	k := d.get(t, "enquiry")
	if !k.Kept || k.Based != 1 || len(k.Findings) > 0 || len(k.Changes) != 1 || k.Said != "Renamed a status" || k.By != "Priya" {
		t.Fatalf("the draft is %+v", k)
	}
	was, is := strings.Split(string(before.File.Source), "\n"), string(k.File.Source)
	for i, line := range was {
		if strings.Contains(line, "#") && !strings.Contains(is, line) {
			t.Errorf("the comment in line %d is gone: %s", i+1, line)
		}
	}
	if published, err := d.types.Published(t.Context(), "enquiry"); err != nil || published.Version != 1 {
		t.Errorf("a draft was published: %v, %v", published.Version, err)
	}
}

func TestEveryShippedTypeCanBeRewrittenSectionBySectionAndSaysTheSame(t *testing.T) {
	d := newDesk(t)
	for _, key := range []string{"complaint", "enquiry", "report"} {
		d.change(t, key, "setup", "Another name", func(t *core.CaseType) { t.Name[core.DefaultLanguage] = "Something else" })
		d.change(t, key, "statuses", "One more", func(t *core.CaseType) {
			t.Statuses = append(t.Statuses, core.Status{Key: "odd", Kind: core.StatusOpen, Name: core.Plain("Odd: a status, with {signs}")})
			t.Reopen.ClearAssignee = !t.Reopen.ClearAssignee
		})
		d.change(t, key, "stages", "Stages", func(t *core.CaseType) { t.Stages = append(t.Stages, core.Stage{Key: "last", Name: core.Plain("Last")}) })
		d.change(t, key, "subtypes", "Subtypes", func(t *core.CaseType) {
			t.Subtypes = append(t.Subtypes, core.Subtype{Key: "new-one", Name: core.Plain("A new one")})
		})
		k := d.get(t, key)
		if len(k.Findings) > 0 {
			t.Errorf("%s: %v", key, k.Findings)
		}
		if s, ok := k.Document.CaseType.Status("odd"); !ok || s.Name.String() != "Odd: a status, with {signs}" {
			t.Errorf("%s: the status is %+v", key, s)
		}
		if _, ok := k.Document.CaseType.Subtype("new-one"); !ok {
			t.Errorf("%s: the draft lost a change", key)
		}
		for _, c := range k.Changes {
			if c.Section != "setup" && c.Section != "statuses" && c.Section != "stages" && c.Section != "subtypes" && c.Section != "form" {
				t.Errorf("%s: %s changed by itself: %s", key, c.Section, c.Sentence)
			}
		}
	}
}

func TestADraftIsKeptThoughItIsNotRightAndIsNotPublishedThen(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	d.change(t, "enquiry", "statuses", "Removed a status", func(t *core.CaseType) { t.Statuses = t.Statuses[:2] })
	k := d.get(t, "enquiry")
	if len(k.Findings) == 0 || k.Findings[0].Part() != "statuses" && k.Findings[0].Part() != "reopen" {
		t.Fatalf("the findings are %v", k.Findings)
	}
	_, err := d.drafts.Publish(ctx, configurator(), caseType, "enquiry", k.Revision, k.Current, "")
	if core.KindOf(err) != core.ErrInvalid || len(casetypes.FindingsOf(err)) != len(k.Findings) {
		t.Errorf("publishing it answers %v", err)
	}
	if after := d.get(t, "enquiry"); !after.Kept || after.Current != 1 {
		t.Errorf("the draft is %+v", after)
	}
}

func TestPublishingADraftMakesTheNextVersionAndEndsIt(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	d.change(t, "enquiry", "statuses", "Renamed a status", rename("On hold"))
	k := d.get(t, "enquiry")
	made, err := d.drafts.Publish(ctx, configurator(), caseType, "enquiry", k.Revision, k.Current, "Shorter.")
	if err != nil || made.Version != 2 {
		t.Fatalf("published %+v, %v", made, err)
	}
	if after := d.get(t, "enquiry"); after.Kept || after.Based != 2 {
		t.Errorf("afterwards it is %+v", after)
	}
	if _, err := d.drafts.Publish(ctx, configurator(), caseType, "enquiry", k.Revision, k.Current, ""); core.KindOf(err) != core.ErrConflict {
		t.Errorf("publishing twice answers %v", err)
	}
}

func TestChangesAreTakenBackAndMadeAgain(t *testing.T) {
	d, ctx, by := newDesk(t), t.Context(), configurator()
	d.change(t, "enquiry", "statuses", "One", rename("One"))
	d.change(t, "enquiry", "statuses", "Two", rename("Two"))
	name := func() string {
		s, _ := d.get(t, "enquiry").Document.CaseType.Status("waiting")
		return s.Name.String()
	}
	for _, step := range []struct {
		move func(context.Context, core.Actor, string, string, int) error
		want string
	}{{d.drafts.Undo, "One"}, {d.drafts.Undo, "Waiting for requester"}, {d.drafts.Redo, "One"}, {d.drafts.Redo, "Two"}, {d.drafts.Undo, "One"}} {
		if err := step.move(ctx, by, caseType, "enquiry", d.get(t, "enquiry").Revision); err != nil {
			t.Fatal(err)
		}
		if got := name(); got != step.want {
			t.Errorf("the status is %q, want %q", got, step.want)
		}
	}
	d.change(t, "enquiry", "statuses", "Three", rename("Three"))
	if k := d.get(t, "enquiry"); k.CanRedo {
		t.Error("what was taken back can be made again over another change")
	}
	k := d.get(t, "enquiry")
	if err := d.drafts.Undo(ctx, by, caseType, "enquiry", k.Revision-1); core.KindOf(err) != core.ErrConflict {
		t.Errorf("undo at an old revision answers %v", err)
	}
	if err := d.drafts.Discard(ctx, by, caseType, "enquiry", k.Revision); err != nil {
		t.Fatal(err)
	}
	if after := d.get(t, "enquiry"); after.Kept || name() != "Waiting for requester" {
		t.Errorf("after discarding it is %+v", after)
	}
}

func TestTheSecondOfTwoPeopleHearsWhatTheFirstChanged(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	d.change(t, "enquiry", "attachments", "Begun", func(t *core.CaseType) { t.Attachments.Files = 3 })
	seen, other := d.mark(t, "enquiry", "statuses"), d.mark(t, "enquiry", "stages")
	tom := core.StaffActor(core.NewID[core.StaffID](), "Tom", core.RoleConfigurator)
	edit := func(by core.Actor, section, seen string, change func(*core.CaseType)) error {
		return d.drafts.Change(ctx, by, caseType, "enquiry", casetypes.Edit{Section: section, Seen: seen, Type: func(t *core.CaseType) (string, error) {
			change(t)
			return "Changed", nil
		}})
	}
	if err := edit(tom, "statuses", seen, rename("Tom's words")); err != nil {
		t.Fatal(err)
	}
	err := edit(configurator(), "statuses", seen, rename("Mine"))
	if core.KindOf(err) != core.ErrConflict || !strings.Contains(err.Error(), "Tom changed this meanwhile: Status ‘Waiting for requester’ renamed to ‘Tom's words’.") {
		t.Errorf("the second hears %v", err)
	}
	if err := edit(configurator(), "stages", other, func(t *core.CaseType) { t.Stages = append(t.Stages, core.Stage{Key: "a", Name: core.Plain("A")}) }); err != nil {
		t.Errorf("a change to another section is refused: %v", err)
	}
	k := d.get(t, "enquiry")
	if s, _ := k.Document.CaseType.Status("waiting"); s.Name.String() != "Tom's words" || len(k.Document.CaseType.Stages) != 1 {
		t.Errorf("the draft says %q", s.Name)
	}
}

func TestOfManyWhoChangeAtOnceNoneIsLostUnheard(t *testing.T) {
	d := newDesk(t)
	d.change(t, "enquiry", "attachments", "Begun", func(t *core.CaseType) { t.Attachments.Files = 3 })
	var made, refused int
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			err := d.drafts.Change(t.Context(), configurator(), caseType, "enquiry", casetypes.Edit{Section: "attachments", Type: func(t *core.CaseType) (string, error) {
				t.Attachments.Files = 10 + i
				return "Changed", nil
			}})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				made++
			case core.KindOf(err) == core.ErrConflict:
				refused++
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if made == 0 || made+refused != 6 {
		t.Errorf("%d were made and %d refused", made, refused)
	}
	if k := d.get(t, "enquiry"); k.Revision != 2+made {
		t.Errorf("%d changes led to revision %d", made, k.Revision)
	}
}

func TestOnlyConfiguratorsTouchDrafts(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	d.change(t, "enquiry", "statuses", "Renamed", rename("On hold"))
	k := d.get(t, "enquiry")
	ann := core.StaffActor(core.NewID[core.StaffID](), "Ann", core.RoleAdministrator)
	text := string(k.File.Source)
	for name, try := range map[string]func() error{
		"change": func() error {
			return d.drafts.Change(ctx, ann, caseType, "enquiry", casetypes.Edit{Section: casetypes.FileSection, Text: &text})
		},
		"undo":    func() error { return d.drafts.Undo(ctx, ann, caseType, "enquiry", k.Revision) },
		"discard": func() error { return d.drafts.Discard(ctx, ann, caseType, "enquiry", k.Revision) },
		"begin":   func() error { _, _, err := d.drafts.Begin(ctx, ann, k.File, "", k.Revision); return err },
		"create":  func() error { return d.drafts.Create(ctx, ann, "a", "A", "AAA", "") },
		"rebase":  func() error { _, err := d.drafts.Rebase(ctx, ann, "enquiry", k.Revision); return err },
		"publish": func() error {
			_, err := d.drafts.Publish(ctx, ann, caseType, "enquiry", k.Revision, 1, "")
			return err
		},
	} {
		if err := try(); core.KindOf(err) != core.ErrForbidden {
			t.Errorf("%s answers %v", name, err)
		}
	}
	if after := d.get(t, "enquiry"); after.Revision != k.Revision {
		t.Error("something was changed")
	}
}

func TestASectionIsChangedAsTextWithLinesOfThatText(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	k := d.get(t, "enquiry")
	text, err := casetypes.TextOf(k.File, d.publisher.Sections(), "subtypes")
	if err != nil || !strings.HasPrefix(text, "subtypes: #") || !strings.Contains(text, "\npriorities:") {
		t.Fatalf("the text is %q, %v", text, err)
	}
	try := func(section, text string) error {
		return d.drafts.Change(ctx, configurator(), caseType, "enquiry", casetypes.Edit{Section: section, Text: &text})
	}
	for name, bad := range map[string]struct {
		text string
		line int
		says string
	}{
		"not YAML":            {"subtypes: a: b\n", 1, "This is not YAML"},
		"of another section":  {text + "statuses: []\n", strings.Count(text, "\n") + 1, "“statuses” does not belong here"},
		"a strange member":    {"subtypes:\n  - { key: a, name: A }\n  - { key: b, colour: red }\n", 3, "“colour” is not known here"},
		"an alias":            {"subtypes: &x [a]\npriorities: *x\n", 1, "not understood"},
		"a value of its kind": {"priorities: 7\n", 1, "A list stands here"},
	} {
		findings := casetypes.FindingsOf(try("subtypes", bad.text))
		if len(findings) == 0 || findings[0].Line != bad.line || !strings.Contains(findings[0].Message, bad.says) {
			t.Errorf("%s: %v", name, findings)
		}
	}
	if d.get(t, "enquiry").Kept {
		t.Fatal("a text that cannot be read was kept")
	}
	if err := try("subtypes", strings.Replace(text, "group: waste", "group: nobody", 1)); err != nil {
		t.Fatal(err)
	}
	if k := d.get(t, "enquiry"); len(k.Findings) != 1 || k.Findings[0].Part() != "subtypes" || !strings.Contains(string(k.File.Source), "# a group, if given, gets such cases") {
		t.Errorf("the draft is wrong in %v", k.Findings)
	}
	if err := try("stages", "# how it goes\nstages: [first, second]\n"); err != nil {
		t.Fatal(err)
	}
	if k := d.get(t, "enquiry"); len(k.Document.CaseType.Stages) != 2 || !strings.Contains(string(k.File.Source), "# how it goes\nstages:") {
		t.Errorf("the stages are %+v", k.Document.CaseType.Stages)
	}
	if err := try("stages", ""); err != nil || len(d.get(t, "enquiry").Document.CaseType.Stages) != 0 {
		t.Errorf("stages are not taken away: %v", err)
	}
	if err := try(casetypes.FileSection, strings.Replace(string(k.File.Source), "key: enquiry", "key: another", 1)); core.KindOf(err) != core.ErrInvalid {
		t.Errorf("a file of another key answers %v", err)
	}
}

func TestADraftTakesInAVersionThatWasPublishedMeanwhile(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	d.change(t, "enquiry", "attachments", "Fewer files", func(t *core.CaseType) { t.Attachments.Files = 3 })
	d.change(t, "enquiry", "statuses", "Renamed", rename("Mine"))
	f := editedFile(t, "enquiry.yaml", "name: Waiting for requester", "name: Theirs", "prefix: ENQ", "prefix: ASK")
	if _, err := d.publisher.Publish(ctx, configurator(), casetypes.Upload{File: f}); err != nil {
		t.Fatal(err)
	}
	k := d.get(t, "enquiry")
	if !k.Overtaken() || k.Based != 1 || k.Current != 2 {
		t.Fatalf("the draft does not know of version 2: %+v", k)
	}
	both, err := d.drafts.Rebase(ctx, configurator(), "enquiry", k.Revision)
	if err != nil || len(both) != 1 || both[0] != "Statuses" {
		t.Fatalf("changed in both is %v, %v", both, err)
	}
	k = d.get(t, "enquiry")
	s, _ := k.Document.CaseType.Status("waiting")
	if k.Overtaken() || k.Document.CaseType.Reference.Prefix != "ASK" || k.Document.CaseType.Attachments.Files != 3 || s.Name.String() != "Mine" {
		t.Errorf("the draft says %+v, %q", k.Document.CaseType.Reference, s.Name)
	}
	if err := d.drafts.Undo(ctx, configurator(), caseType, "enquiry", k.Revision); err != nil || !d.get(t, "enquiry").Overtaken() {
		t.Errorf("taking it in cannot be taken back: %v", err)
	}
}

func TestANewTypeIsBegunFromNothingOrAsACopy(t *testing.T) {
	d, ctx, by := newDesk(t), t.Context(), configurator()
	for _, bad := range [][3]string{{"Not a key", "A name", "ABC"}, {"noise", "", "ABC"}, {"noise", "Noise", "abc"}, {"noise", "Noise", "CMP"}, {"complaint", "Complaint", "ABC"}} {
		if err := d.drafts.Create(ctx, by, bad[0], bad[1], bad[2], ""); core.KindOf(err) != core.ErrInvalid {
			t.Errorf("%q answers %v", bad, err)
		}
	}
	if err := d.drafts.Create(ctx, by, "noise", "Noise report", "NOI", ""); err != nil {
		t.Fatal(err)
	}
	k := d.get(t, "noise")
	if k.Based != 0 || k.Current != 0 || len(k.Findings) != 2 {
		t.Fatalf("it lacks %v", k.Findings) // who raises and who manages
	}
	if err := d.drafts.Create(ctx, by, "noise", "Noise report", "NOI", ""); core.KindOf(err) != core.ErrInvalid {
		t.Errorf("the same key again answers %v", err)
	}
	d.change(t, "noise", "groups", "Groups", func(t *core.CaseType) {
		t.Groups = core.DutyTable{core.DutyRaise: {core.Everyone}, core.DutyManage: {"waste"}}
	})
	k = d.get(t, "noise")
	if made, err := d.drafts.Publish(ctx, by, caseType, "noise", k.Revision, 0, ""); err != nil || made.Version != 1 {
		t.Fatalf("published %+v, %v", made, err)
	}
	if err := d.drafts.Create(ctx, by, "copy", "Another complaint", "COP", "complaint"); err != nil {
		t.Fatal(err)
	}
	if k := d.get(t, "copy"); len(k.Findings) > 0 || len(k.Document.CaseType.Targets) == 0 || k.Name() != "Another complaint" {
		t.Errorf("the copy is wrong in %v", k.Findings)
	}
	list, err := d.drafts.List(ctx, caseType)
	if err != nil || len(list) != 1 || list[0].Key != "copy" || list[0].Name != "Another complaint" {
		t.Errorf("the drafts are %+v, %v", list, err)
	}
	if err := d.drafts.Discard(ctx, by, caseType, "copy", d.get(t, "copy").Revision); err != nil {
		t.Fatal(err)
	}
	if _, err := d.drafts.Get(ctx, caseType, "copy"); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("a discarded new type answers %v", err)
	}
}

func TestAFileIsKeptAsADraftAndOverAnotherOnlyWhenThatWasSeen(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	f := editedFile(t, "enquiry.yaml", "name: Waiting for requester", "name: From a file")
	if _, _, err := d.drafts.Begin(ctx, configurator(), casetypes.File{Name: "x", Source: []byte("kind: [")}, "", 0); len(casetypes.FindingsOf(err)) == 0 {
		t.Errorf("rubbish answers %v", err)
	}
	if kind, key, err := d.drafts.Begin(ctx, configurator(), f, "From a file", 0); err != nil || kind != caseType || key != "enquiry" {
		t.Fatalf("%s %s %v", kind, key, err)
	}
	if _, _, err := d.drafts.Begin(ctx, configurator(), f, "Again", 0); core.KindOf(err) != core.ErrConflict {
		t.Errorf("a file over a draft that was not seen answers %v", err)
	}
	k := d.get(t, "enquiry")
	if string(k.File.Source) != string(f.Source) || !k.CanUndo {
		t.Errorf("the draft is not the file")
	}
}

func TestACheckerKeepsADocumentFromBeingPublishedHoweverItIs(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	asked := 0
	d.publisher.Require(func(_ context.Context, doc casetypes.Document) (casetypes.Findings, error) {
		asked++
		if s, ok := doc.CaseType.Status("waiting"); ok && s.Name.String() == "Never" {
			return casetypes.Findings{{Path: "statuses[2].name", Message: "The example “first” does not come true."}}, nil
		}
		return nil, nil
	})
	d.change(t, "enquiry", "statuses", "Renamed", rename("Never"))
	k := d.get(t, "enquiry")
	if len(k.Findings) != 1 || k.Findings[0].Line == 0 || asked == 0 {
		t.Fatalf("the findings are %v", k.Findings)
	}
	if _, err := d.drafts.Publish(ctx, configurator(), caseType, "enquiry", k.Revision, k.Current, ""); len(casetypes.FindingsOf(err)) != 1 {
		t.Errorf("publishing the draft answers %v", err)
	}
	if _, err := d.publisher.Publish(ctx, configurator(), casetypes.Upload{File: k.File}); len(casetypes.FindingsOf(err)) != 1 {
		t.Errorf("publishing the file answers %v", err)
	}
}

func TestACalendarIsChangedWithItsRegionsKept(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	edit := casetypes.Edit{Section: "calendar", Calendar: func(f *casetypes.CalendarFile) (string, error) {
		f.Holidays.Dates = append(f.Holidays.Dates, core.Holiday{Date: core.Date{Year: 2027, Month: 6, Day: 1}, Name: "Founders' day"})
		return "Added a holiday", nil
	}}
	if err := d.drafts.Change(ctx, configurator(), casetypes.KindCalendar, "northmoor-offices", edit); err != nil {
		t.Fatal(err)
	}
	k, err := d.drafts.Get(ctx, casetypes.KindCalendar, "northmoor-offices")
	if err != nil || len(k.Findings) > 0 || len(k.Changes) != 1 || len(k.Document.CalendarFile.Holidays.Region) == 0 {
		t.Fatalf("the draft is %+v, %v", k.Changes, err)
	}
	if made, err := d.drafts.Publish(ctx, configurator(), casetypes.KindCalendar, "northmoor-offices", k.Revision, k.Current, ""); err != nil || made.Version != 2 {
		t.Errorf("published %+v, %v", made, err)
	}
	bad := casetypes.Edit{Section: "calendar", Calendar: func(f *casetypes.CalendarFile) (string, error) {
		f.Holidays.Region = []string{"nowhere"}
		return "", nil
	}}
	if err := d.drafts.Change(ctx, configurator(), casetypes.KindCalendar, "northmoor-offices", bad); core.KindOf(err) != core.ErrInvalid {
		t.Errorf("an unknown region answers %v", err)
	}
}
