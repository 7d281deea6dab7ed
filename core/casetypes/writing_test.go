package casetypes_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core/casetypes"
)

func TestSavedRepliesAndSatisfactionAreChecked(t *testing.T) {
	t.Parallel()
	source := string(shippedFile(t, "complaint.yaml").Source)
	for name, c := range map[string]struct{ from, to, says string }{
		"a merge field that does not exist": {`by {{ case.expected }}`, `by {{ case.expcted }}`, `there is no "case.expcted". Did you mean "case.expected"?`},
		"a subject with a broken field":     {`subject: "{{ case.reference }}: may we`, `subject: "{{ case.reference : may we`, "do not match"},
		"a group that does not exist":       {"  - key: visit\n", "  - key: visit\n    groups: [nobody]\n", "There is no group “nobody”"},
		"a score that is none":              {`"1": reopened`, `"0": reopened`, "“0” is not a score"},
		"a status that does not exist":      {`"1": reopened`, `"1": again`, "There is no status “again”"},
		"a status that leads nowhere":       {`"1": reopened`, `"1": waiting`, "“waiting” is neither"},
		"closing without a reason":          {`"2": reopened`, `"2": closed`, "Add the reason"},
		"closing for no reason of the list": {`"2": reopened }`, `"2": closed }` + "\n  reason: whim", "There is no reason for closing “whim”"},
		"levels of what is not asked":       {"  ask: true\n", "", "nobody is asked"},
	} {
		t.Run(name, func(t *testing.T) {
			if strings.Count(source, c.from) == 0 {
				t.Fatalf("the shipped file lacks %q", c.from)
			}
			doc, findings := casetypes.Decode(casetypes.File{Name: "c.yaml", Source: []byte(strings.Replace(source, c.from, c.to, 1))}, casetypes.Sections())
			if len(findings) == 0 {
				findings = doc.Check(casetypes.Sections(), surroundings())
			}
			if len(findings) == 0 || !strings.Contains(fmt.Sprint(findings), c.says) {
				t.Errorf("found %v", findings)
			}
		})
	}
}
