package casetypes_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/routines"
	"github.com/casement-dev/casement/core/schedule"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/core/tasks"
)

// withRoutines are the surroundings of an installation that runs routines.
func withRoutines(t *testing.T) casetypes.References {
	t.Helper()
	s, err := routines.New(routines.Options{Types: casetypes.New(nil), Clock: core.SystemClock{}, Schedule: schedule.Read, Commands: routines.NewCommands([]cases.Command{
		&cases.Raise{}, cases.Claim{}, &cases.ChangeStatus{}, &cases.ChangeStage{}, &cases.ChangePriority{}, &cases.SetField{}, &cases.Reassign{}, &cases.Escalate{},
		&cases.Close{}, &notes.Add{}, &tasks.Add{}, &tasks.Complete{}, &targets.Set{}, &targets.Clear{},
	})})
	if err != nil {
		t.Fatal(err)
	}
	known := surroundings()
	known.Routines, known.Webhooks, known.Actions = s.Checks(), []string{"crm"}, []string{"casement.webhook/send"}
	return known
}

// complaintWith is the shipped complaint with other routines.
func complaintWith(t *testing.T, routines string) casetypes.File {
	t.Helper()
	source := string(shippedFile(t, "complaint.yaml").Source)
	if i := strings.Index(source, "\nroutines:"); i >= 0 {
		end := strings.Index(source[i+1:], "\n\n")
		source = source[:i+1] + source[i+1+end:]
	}
	return casetypes.File{Name: "complaint.yaml", Source: []byte(source + "\nroutines:\n" + routines)}
}

func TestWhatIsWrongWithARoutineIsFoundBeforeItIsPublished(t *testing.T) {
	known := withRoutines(t)
	for _, tt := range []struct{ routine, want string }{
		{`{ key: a, when: { on: case.rised }, do: [{ command: case.claim }] }`, "when.on: There is no event “case.rised”. Did you mean “case.raised”?"},
		{`{ key: a, when: {}, do: [{ command: case.claim }] }`, "when: Say what sets it off"},
		{`{ key: a, when: { on: case.raised, quiet: 3 days }, do: [{ command: case.claim }] }`, "when: One thing sets a routine off"},
		{`{ key: a, when: { before: 3 days }, do: [{ command: case.claim }] }`, "when.field: Say before or after which date"},
		{`{ key: a, when: { field: service, before: 3 days }, do: [{ command: case.claim }] }`, "when.field: Only a field of the kind date has a moment; “service” is text."},
		{`{ key: a, when: { field: gone }, do: [{ command: case.claim }] }`, "when.field: There is no field “gone”."},
		{`{ key: a, when: { every: often }, do: [{ command: case.claim }] }`, "when.every: “often” is not a schedule."},
		{`{ key: a, when: { every: "0 0 30 2 *" }, do: [{ command: case.claim }] }`, "when.every: “0 0 30 2 *” "},
		{`{ key: a, when: { quiet: 3 days, batch: 6000 }, do: [{ command: case.claim }] }`, "when.batch: A batch has between 1 and 5000 cases."},
		{`{ key: a, when: { on: case.raised }, if: case.status = "new", do: [{ command: case.claim }] }`, "if: At letter 13: Equal is written ==."},
		{`{ key: a, when: { on: case.raised }, if: fields.servce == "x", do: [{ command: case.claim }] }`, "if: At letter 1: There is no “fields.servce”. Did you mean “fields.service”?"},
		{`{ key: a, when: { on: case.raised }, do: [] }`, "A routine does something"},
		{`{ key: a, when: { on: case.raised }, do: [{ command: case.clam }] }`, "There is no command that routines may give “case.clam”. Did you mean “case.claim”?"},
		{`{ key: a, when: { on: case.raised }, do: [{ command: case.raise }] }`, "There is no command that routines may give “case.raise”."},
		{`{ key: a, when: { on: case.raised }, do: [{ command: case.claim, webhook: crm }] }`, "An action is one of command, message, run and webhook."},
		{`{ key: a, when: { on: case.raised }, do: [{ command: case.change_status, with: { status: closed } }] }`, "with.status: “case.change_status” takes no “status”."},
		{`{ key: a, when: { on: case.raised }, do: [{ command: case.escalate, with: { to: high } }] }`, "with.to: “to” is not of the right kind for “case.escalate”."},
		{`{ key: a, when: { on: case.raised }, do: [{ command: case.change_status, with: { to: progress } }] }`, "with.to: There is no status “progress”."},
		{`{ key: a, when: { on: case.raised }, do: [{ command: case.change_stage, with: { to: stage-3 } }] }`, "with.to: There is no stage “stage-3”."},
		{`{ key: a, when: { on: case.raised }, do: [{ command: case.close, with: { reason: uphold } }] }`, "with.reason: There is no reason “uphold”."},
		{`{ key: a, when: { on: case.raised }, do: [{ command: case.reassign, with: { group: nobody, reason: wrong-team } }] }`, "with.group: There is no group “nobody”."},
		{`{ key: a, when: { on: case.raised }, do: [{ command: task.add, with: { type: investgate } }] }`, "with.type: There is no task “investgate”."},
		{`{ key: a, when: { on: case.raised }, do: [{ command: target.clear, with: { target: respnd } }] }`, "with.target: There is no target “respnd”."},
		{`{ key: a, when: { on: case.raised }, do: [{ command: case.set_field, with: { field: harm, value: "yes" } }] }`, "with.value: Answer yes or no."},
		{`{ key: a, when: { on: case.raised }, do: [{ command: note.add, with: { body: "{{ case.nothing }}" } }] }`, "with.body: "},
		{`{ key: a, when: { on: case.raised }, do: [{ message: nothing, to: requester }] }`, "message: There is no template “nothing”."},
		{`{ key: a, when: { on: case.raised }, do: [{ message: confirmation, to: everybody }] }`, "to: A message goes to one of requester, assignee, manage, escalation."},
		{`{ key: a, when: { on: case.raised }, do: [{ run: "plugin:casement.webhook/sent" }] }`, "run: There is no action “plugin:casement.webhook/sent”."},
		{`{ key: a, when: { on: case.raised }, do: [{ webhook: other }] }`, "webhook: There is no webhook “other”."},
		{`{ key: a, when: { on: case.raised }, do: [{ command: case.claim }] }, { key: a, when: { on: case.raised }, do: [{ command: case.claim }] }`, "The routine “a” is listed twice."},
	} {
		f := complaintWith(t, "  ["+tt.routine+"]\n")
		doc, findings := casetypes.Decode(f, casetypes.Sections())
		if len(findings) == 0 {
			findings = doc.Check(casetypes.Sections(), known)
		}
		if !slices.ContainsFunc(findings, func(f casetypes.Finding) bool { return strings.Contains(f.String(), tt.want) && f.Line > 0 }) {
			t.Errorf("%s:\nfound %v\nwant %s", tt.routine, findings, tt.want)
		}
	}
}

const twoRoutines = `
  - key: urgent
    name: { en: Make it urgent, cy: Brys }
    when: { on: case.raised }
    if: fields.harm && case.priority != "urgent"
    do:
      - { command: case.change_priority, with: { to: urgent } }
      - { command: case.set_field, with: { field: at-risk, value: true } }
      - { command: note.add, with: { body: "{{ case.reference }} may be dangerous." } }
      - { message: escalated, to: escalation }
  - key: quiet
    when: { quiet: 90 days, batch: 50 }
    do:
      - { command: case.close, with: { reason: withdrawn } }
      - { webhook: crm }
`

func TestRoutinesAreReadWrittenAndComparedInSentences(t *testing.T) {
	f := complaintWith(t, twoRoutines)
	doc, findings := casetypes.Decode(f, casetypes.Sections())
	if len(findings) == 0 {
		findings = doc.Check(casetypes.Sections(), withRoutines(t))
	}
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	written, err := casetypes.Encode(casetypes.Sections(), doc.CaseType)
	if err != nil {
		t.Fatal(err)
	}
	again, findings := casetypes.Decode(casetypes.File{Name: "again.yaml", Source: written}, casetypes.Sections())
	if len(findings) > 0 || len(casetypes.Diff(casetypes.Sections(), doc.CaseType, again.CaseType)) > 0 {
		t.Fatalf("%v\n%s", findings, written)
	}
	after, findings := casetypes.Decode(complaintWith(t, strings.NewReplacer(
		"90 days", "60 days", `{ webhook: crm }`, `{ message: withdrawn, to: requester }`, "key: urgent\n", "key: urgent\n    off: true\n", "fields.harm && ", "",
	).Replace(twoRoutines)), casetypes.Sections())
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	var got []string
	for _, c := range casetypes.Diff(casetypes.Sections(), doc.CaseType, after.CaseType) {
		got = append(got, c.Section+": "+c.Sentence)
	}
	want := []string{
		"routines: Routine ‘Make it urgent’: off no → yes.",
		`routines: Routine ‘Make it urgent’: if fields.harm && case.priority != "urgent" → case.priority != "urgent".`,
		"routines: Routine ‘Quiet’: when quiet for 90 days, 50 cases at once → quiet for 60 days, 50 cases at once.",
		"routines: Routine ‘Quiet’: do case.close (reason: withdrawn), call the webhook “crm” → case.close (reason: withdrawn), send “withdrawn” to: requester.",
	}
	if !slices.Equal(got, want) {
		t.Errorf("it says\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
