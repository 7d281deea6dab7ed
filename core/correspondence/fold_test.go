package correspondence_test

import (
	"testing"

	"github.com/casement-dev/casement/core/correspondence"
)

func TestWhatAMailRepeatsIsFoldedAway(t *testing.T) {
	for name, test := range map[string]struct{ text, said, quoted string }{
		"nothing is quoted": {"It was on Tuesday.\n\nAmara", "It was on Tuesday.\n\nAmara", ""},
		"below a line that names the writer": {"Tuesday.\r\n\r\nOn Mon, 23 Nov 2026 at 10:00, Northmoor Council <cases@northmoor.example> wrote:\r\n> Which day?\r\n",
			"Tuesday.", "On Mon, 23 Nov 2026 at 10:00, Northmoor Council <cases@northmoor.example> wrote:\n> Which day?"},
		"below such a line that is broken": {"Tuesday.\n\nOn Mon, 23 Nov 2026 at 10:00, Northmoor Council\n<cases@northmoor.example> wrote:\n\n> Which day?",
			"Tuesday.", "On Mon, 23 Nov 2026 at 10:00, Northmoor Council\n<cases@northmoor.example> wrote:\n\n> Which day?"},
		"as Outlook does":             {"Tuesday.\n\nFrom: Northmoor Council\nSent: Monday\nTo: Amara\n\nWhich day?", "Tuesday.", "From: Northmoor Council\nSent: Monday\nTo: Amara\n\nWhich day?"},
		"below a rule":                {"Tuesday.\n-----Original Message-----\nWhich day?", "Tuesday.", "-----Original Message-----\nWhich day?"},
		"in Welsh":                    {"Dydd Mawrth.\n\nAr 23 Tach 2026, ysgrifennodd Northmoor:\n> Pa ddiwrnod?", "Dydd Mawrth.", "Ar 23 Tach 2026, ysgrifennodd Northmoor:\n> Pa ddiwrnod?"},
		"answers between the lines":   {"> Which day?\nTuesday.\n> Which bin?\nThe green one.", "> Which day?\nTuesday.\n> Which bin?\nThe green one.", ""},
		"everything is quoted":        {"> Which day?\n> Which bin?", "> Which day?\n> Which bin?", ""},
		"a sentence that begins so":   {"On reflection it was Tuesday, as my neighbour wrote to me: sorry!", "On reflection it was Tuesday, as my neighbour wrote to me: sorry!", ""},
		"a list of people in a reply": {"From: me\nHello", "From: me\nHello", ""},
	} {
		said, quoted := correspondence.Fold(test.text)
		if said != test.said || quoted != test.quoted {
			t.Errorf("%s:\nsaid   %q\nquoted %q", name, said, quoted)
		}
	}
}
