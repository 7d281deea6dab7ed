package casetypes_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
)

var update = flag.Bool("update", false, "write golden files and schemas anew")

func TestEveryMistakeIsToldWithItsPlaceAndWhatWasMeant(t *testing.T) {
	files, err := filepath.Glob("testdata/findings/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no files with mistakes", err)
	}
	known := surroundings()
	known.Held = core.Held{Statuses: map[string]int{"waiting": 3, "new": 1}, Groups: map[string]int{"highways": 1}}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			source, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			doc, findings := casetypes.Decode(casetypes.File{Name: filepath.Base(path), Source: source}, casetypes.Sections())
			if len(findings) == 0 {
				findings = doc.Check(casetypes.Sections(), known)
			}
			got := findings.Error() + "\n"
			golden := strings.TrimSuffix(path, ".yaml") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("found\n%s\nwant\n%s", got, want)
			}
			if core.KindOf(findings.Err()) != core.ErrInvalid || len(casetypes.FindingsOf(findings.Err())) != len(findings) {
				t.Errorf("as an error it is %v", findings.Err())
			}
		})
	}
}

func TestAFileThatIsTooMuchIsRefusedQuickly(t *testing.T) {
	for name, source := range map[string][]byte{
		"too long":        bytes.Repeat([]byte("a"), casetypes.MaxFile+1),
		"brackets":        bytes.Repeat([]byte("["), casetypes.MaxFile),
		"dashes":          bytes.Repeat([]byte("- "), casetypes.MaxFile/2),
		"not UTF-8":       []byte("name: Caf\xe9"),
		"an alias bomb":   []byte("a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n"),
		"a long name":     append(append([]byte("casement: 1\nkind: case_type\nkey: x\n"), bytes.Repeat([]byte("k"), 900)...), ": 1\n"...),
		"many unknown":    []byte("casement: 1\nkind: case_type\nkey: x\n" + manyNames(5_000)),
		"a list too long": []byte("casement: 1\nkind: case_type\nkey: x\npriorities: [" + strings.Repeat("a,", 5_000) + "]\n"),
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			_, findings := casetypes.Decode(casetypes.File{Name: "x.yaml", Source: source}, casetypes.Sections())
			if len(findings) == 0 {
				t.Fatal("nothing was found wrong")
			}
			if len(findings) > 110 {
				t.Errorf("%d findings are told", len(findings))
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func manyNames(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("x" + strings.Repeat("y", i%50) + string(rune('a'+i%26)) + time.Duration(i).String() + ": 1\n")
	}
	return b.String()
}

func TestDroppingWhatOpenCasesHoldNeedsAReplacement(t *testing.T) {
	doc := shipped(t, "complaint.yaml")
	known := surroundings()
	known.Held = core.Held{Stages: map[string]int{"stage-0": 2}, Statuses: map[string]int{"in-progress": 9}}
	findings := doc.Check(casetypes.Sections(), known)
	if len(findings) != 1 || findings[0].Path != "stages" || findings[0].Line == 0 || !strings.Contains(findings[0].Message, "2 open cases have it") {
		t.Fatalf("found %v", findings)
	}
	doc.CaseType.ReplacedBy.Stages = map[string]string{"stage-0": "stage-1"}
	if findings := doc.Check(casetypes.Sections(), known); len(findings) > 0 {
		t.Fatalf("with a replacement: %v", findings)
	}
}

func TestAPrefixBelongsToOneType(t *testing.T) {
	known := surroundings()
	known.Prefixes = map[string]string{"CMP": "grievance", "ENQ": "enquiry"}
	findings := shipped(t, "complaint.yaml").Check(casetypes.Sections(), known)
	if len(findings) != 1 || findings[0].Path != "reference.prefix" {
		t.Errorf("found %v", findings)
	}
	if findings := shipped(t, "enquiry.yaml").Check(casetypes.Sections(), known); len(findings) > 0 {
		t.Errorf("a type may keep its own: %v", findings)
	}
}

func TestFindingsAreNotFoundInOtherErrors(t *testing.T) {
	if casetypes.FindingsOf(errors.New("disk full")) != nil || casetypes.Findings(nil).Err() != nil {
		t.Error("findings came from nowhere")
	}
}
