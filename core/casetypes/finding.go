package casetypes

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/core"
)

// Path leads to one place of a document: names of members and numbers of
// entries, such as "statuses", 2, "to", 0.
type Path []any

// At makes a path.
func At(steps ...any) Path { return steps }

// And is the path further in.
func (p Path) And(steps ...any) Path { return append(slices.Clip(p), steps...) }

// String writes the path as statuses[2].to[0].
func (p Path) String() string {
	var b strings.Builder
	for _, step := range p {
		switch step := step.(type) {
		case int:
			b.WriteString("[" + strconv.Itoa(step) + "]")
		default:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			fmt.Fprint(&b, step)
		}
	}
	return b.String()
}

// Finding is one thing that is wrong with a file, and where.
type Finding struct {
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`   // from 1; 0 when no place in a file is known
	Column  int    `json:"column,omitempty"` // from 1, in bytes
	Path    string `json:"path,omitempty"`   // "statuses[2].to[0]"
	Message string `json:"message"`          // what is wrong and what to do, in whole sentences
	Meant   string `json:"meant,omitempty"`  // the name that was probably meant, if one is near
}

// String writes the finding as editors understand it: file:line:column: ….
func (f Finding) String() string {
	var b strings.Builder
	if f.File != "" {
		b.WriteString(f.File + ":")
	}
	if f.Line > 0 {
		fmt.Fprintf(&b, "%d:%d:", f.Line, f.Column)
	}
	if b.Len() > 0 {
		b.WriteByte(' ')
	}
	if f.Path != "" {
		b.WriteString(f.Path + ": ")
	}
	b.WriteString(f.Message)
	return b.String()
}

// In reports whether the finding is about a place of a document, or about
// something inside of it.
func (f Finding) In(at Path) bool {
	rest, ok := strings.CutPrefix(f.Path, at.String())
	return ok && (rest == "" || len(at) == 0 || rest[0] == '.' || rest[0] == '[')
}

// Part is the top-level member of the file that the finding is about, "" when
// it is about the whole.
func (f Finding) Part() string {
	if i := strings.IndexAny(f.Path, ".["); i >= 0 {
		return f.Path[:i]
	}
	return f.Path
}

// Findings are everything that is wrong with a file, in the order of its
// lines. As an error they are the cause of the invalid [core.Error] that
// [Findings.Err] gives, so that edges can list them.
type Findings []Finding

// maxFindings bounds what is said about one file: whoever sends rubbish is not
// answered with more of it.
const maxFindings = 100

// Error lists the findings, one a line.
func (f Findings) Error() string {
	lines := make([]string, len(f))
	for i, finding := range f {
		lines[i] = finding.String()
	}
	return strings.Join(lines, "\n")
}

// Err is nil without findings, else an invalid error that counts them and
// quotes the first.
func (f Findings) Err() error {
	if len(f) == 0 {
		return nil
	}
	file := cmp.Or(f[0].File, "The file")
	e := core.Invalid("%s has one mistake. %s", file, f[0].sentence())
	if len(f) > 1 {
		e = core.Invalid("%s has %d mistakes. The first: %s", file, len(f), f[0].sentence())
	}
	e.Cause = f
	return e
}

func (f Finding) sentence() string {
	if f.Line == 0 {
		return f.Message
	}
	return fmt.Sprintf("Line %d: %s", f.Line, f.Message)
}

// FindingsOf gives the findings that caused an error, nil for other errors.
func FindingsOf(err error) Findings {
	var f Findings
	errors.As(err, &f)
	return f
}

// sorted puts findings in the order of the file and bounds their number.
func (f Findings) sorted() Findings {
	slices.SortStableFunc(f, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	f = slices.Compact(f)
	if len(f) > maxFindings {
		rest := len(f) - maxFindings
		f = append(slices.Clip(f[:maxFindings]), Finding{File: f[0].File, Message: fmt.Sprintf("%d more mistakes are not listed.", rest)})
	}
	return f
}
