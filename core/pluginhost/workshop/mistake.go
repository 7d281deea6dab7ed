package workshop

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/sdk"
)

// Mistake is something wrong in a file of a plugin.
type Mistake struct {
	File   string // as seen from the plugin's folder; "" when it is not known
	Line   int    // from 1; 0 when it is not known
	Column int    // from 1, in bytes; 0 when it is not known
	Says   string
	Source string // the line itself, where it could be read
}

// String is "file:line:column: what is wrong".
func (m Mistake) String() string {
	at := m.File
	for _, n := range []int{m.Line, m.Column} {
		if at != "" && n > 0 {
			at += ":" + strconv.Itoa(n)
		}
	}
	if at == "" {
		return m.Says
	}
	return at + ": " + m.Says
}

// Mistakes are why a plugin could not be built. Together they are an error.
type Mistakes []Mistake

func (all Mistakes) Error() string {
	lines := make([]string, len(all))
	for i, m := range all {
		lines[i] = m.String()
	}
	return strings.Join(lines, "\n")
}

// compilerLine is how the compiler says what is wrong.
var compilerLine = regexp.MustCompile(`^(?:vet: )?(\S*?[^\s:]+\.(?:go|mod)):(\d+)(?::(\d+))?:\s*(.*)$`)

// readCompiler takes what the Go tool said apart. Lines that name no file
// belong to the mistake before them.
func readCompiler(folder, said string) Mistakes {
	var out Mistakes
	for line := range strings.Lines(said) {
		line = strings.TrimRight(line, "\r\n")
		found := compilerLine.FindStringSubmatch(line)
		switch {
		case found != nil:
			m := Mistake{File: strings.TrimPrefix(filepath.ToSlash(found[1]), "./"), Says: found[4]}
			m.Line, _ = strconv.Atoi(found[2])
			m.Column, _ = strconv.Atoi(found[3])
			m.Source, _ = sourceLine(folder, m.File, m.Line)
			out = append(out, m)
		case strings.TrimSpace(line) == "", strings.HasPrefix(line, "# "):
		case len(out) > 0 && (line[0] == '\t' || line[0] == ' '):
			out[len(out)-1].Says += "\n" + line
		default:
			out = append(out, Mistake{Says: line})
		}
	}
	return out
}

// traced finds files and lines of Go in what a guest says when it fails.
var traced = regexp.MustCompile(`([^\s:"]+\.go):(\d+)`)

// Traced finds the line of the plugin's own source that a fault speaks of, in
// what the plugin said and wrote; nil when it speaks of none. Paths in a module
// begin with the path of the author's module, those of the kit with the kit's.
func Traced(folder, said string) *Mistake {
	for _, found := range traced.FindAllStringSubmatch(said, -1) {
		line, err := strconv.Atoi(found[2])
		if err != nil || strings.HasPrefix(found[1], "runtime/") || strings.HasPrefix(found[1], sdk.Module+"/") {
			continue
		}
		// Of "org.example.call-back/pages/where.go" the longest end that is a file here.
		for path := found[1]; ; {
			if source, there := sourceLine(folder, path, line); there && !strings.HasPrefix(path, KitFolder) {
				return &Mistake{File: path, Line: line, Source: source}
			}
			_, rest, deeper := strings.Cut(path, "/")
			if !deeper {
				break
			}
			path = rest
		}
	}
	return nil
}

// sourceLine reads one line of a file in the plugin's folder, if there is one;
// a path never leads out of the folder.
func sourceLine(folder, path string, line int) (text string, there bool) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return "", false
	}
	defer root.Close()
	f, err := root.Open(filepath.FromSlash(path))
	if err != nil {
		return "", false
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		if n == line {
			return lines.Text(), true
		}
	}
	return "", false
}

// wrong makes a single mistake without a place.
func wrong(format string, args ...any) Mistakes {
	return Mistakes{{Says: fmt.Sprintf(format, args...)}}
}
