package notifications_test

import (
	"flag"
	"os"
	"slices"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/notifications"
)

var update = flag.Bool("update", false, "write docs/messages.md")

func TestTheManualHasTheMatrixAsItIs(t *testing.T) {
	const name = "../../docs/messages.md"
	want := notifications.Manual(messages.Shipped())
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil || string(got) != want {
		t.Errorf("%s is not what the program says (%v); write it with -update", name, err)
	}
}

func TestTheMatrixHasEveryEventAndEveryAudienceThatAFileMayName(t *testing.T) {
	var events, listed []core.EventKind
	var audiences []string
	for _, line := range notifications.Matrix() {
		events = append(events, line.Event)
		for _, c := range line.Cells {
			audiences = append(audiences, c.Audience)
		}
	}
	listed = casetypes.MessageEvents()
	slices.Sort(events)
	slices.Sort(listed)
	if !slices.Equal(events, listed) {
		t.Errorf("the matrix has %q, files may name %q", events, listed)
	}
	for _, audience := range casetypes.Audiences() {
		if !slices.Contains(audiences, audience) {
			t.Errorf("nothing is ever told to %s", audience)
		}
	}
}

// What is suggested can be published: it exists, is written for that audience,
// and shows nothing that the event never has.
func TestEverySuggestedTemplateFitsItsCell(t *testing.T) {
	shipped := map[string]messages.Template{}
	for _, s := range messages.Shipped() {
		shipped[s.Key] = s
	}
	for _, line := range notifications.Matrix() {
		for _, c := range line.Cells {
			template, ok := shipped[c.Template]
			if !ok {
				if c.Template != "" && c.Template != core.ByReason {
					t.Errorf("%s to %s: there is no template %q", line.Event, c.Audience, c.Template)
				}
				continue
			}
			if forStaff := c.Audience != "requester" && c.Audience != "follower"; forStaff != (template.Audience == messages.ForStaff) {
				t.Errorf("%s to %s: %s is written for %s", line.Event, c.Audience, c.Template, template.Audience)
			}
			for _, d := range template.Demands() {
				if !notifications.Offers(line.Event, c.Audience, d.Path) {
					t.Errorf("%s to %s: %s shows %s, which it never has", line.Event, c.Audience, c.Template, d.Path)
				}
			}
		}
	}
}
