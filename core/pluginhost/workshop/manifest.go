package workshop

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/pluginhost/pack"
	"github.com/casement-dev/casement/sdk/abi"
)

// maxManifest bounds what is read of a manifest, in bytes: what a server takes.
const maxManifest = 64 << 10

// ReadManifest reads the manifest in a plugin's folder. What is wrong with it
// is [Mistakes], with its place.
func ReadManifest(folder string) (*abi.Manifest, []byte, error) {
	f, err := os.Open(filepath.Join(folder, pack.ManifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, wrong("there is no %s in %s: “casement plugin new” begins a plugin", pack.ManifestFile, folder)
	}
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxManifest+1))
	if err != nil {
		return nil, nil, err
	}
	if len(raw) > maxManifest {
		return nil, nil, wrong("%s is longer than %d KiB", pack.ManifestFile, maxManifest>>10)
	}
	m, err := CheckManifest(raw)
	return m, raw, err
}

// CheckManifest reads a manifest more strictly than a server does: a member
// that the contract does not know is a slip of the pen as long as it is written.
func CheckManifest(raw []byte) (*abi.Manifest, error) {
	var m abi.Manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, Mistakes{unreadable(raw, err)}
	}
	t := read(raw)
	var out Mistakes
	for _, n := range t.twice {
		out = append(out, at(raw, n.start, "%q stands here a second time", n.name))
	}
	t.strange(&out, raw, reflect.TypeFor[abi.Manifest](), "")
	if err := m.Validate(); err != nil && len(out) == 0 { // what is missing may be what is misspelt
		out = append(out, at(raw, t.place(&m, err.Error()), "%s", err))
	}
	if m.ABI != abi.Version && len(out) == 0 {
		out = append(out, at(raw, t.offset("abi"), "abi must be %d, the version of the contract that this program and its kit speak", abi.Version))
	}
	if len(out) > 0 {
		return nil, out
	}
	return &m, nil
}

func unreadable(raw []byte, err error) Mistake {
	var grammar *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &grammar):
		return at(raw, int(max(grammar.Offset-1, 0)), "this is not JSON: %s", grammar)
	case errors.As(err, &kind):
		return at(raw, int(max(kind.Offset-1, 0)), "%s must be a %s, not a %s", kind.Field, kindWord(kind.Type), kind.Value)
	}
	return at(raw, 0, "%s", err)
}

func kindWord(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Slice:
		return "list"
	case reflect.Struct, reflect.Map:
		return "object"
	case reflect.Int, reflect.Int64:
		return "whole number"
	}
	return t.Kind().String()
}

func at(raw []byte, offset int, format string, args ...any) Mistake {
	offset = min(max(offset, 0), len(raw))
	before := raw[:offset]
	start := bytes.LastIndexByte(before, '\n') + 1
	line, _, _ := bytes.Cut(raw[start:], []byte("\n"))
	return Mistake{
		File: pack.ManifestFile, Line: bytes.Count(before, []byte("\n")) + 1, Column: offset - start + 1,
		Says: fmt.Sprintf(format, args...), Source: string(line),
	}
}

// tree is where in a JSON text everything stands, by its path: "entries.0.kind".
type tree struct {
	places []place
	twice  []place
}

type place struct {
	path, name string
	start      int
}

func read(raw []byte) *tree {
	t := &tree{}
	t.value(json.NewDecoder(bytes.NewReader(raw)), raw, "")
	return t
}

// value reads one value; the text is valid JSON.
func (t *tree) value(d *json.Decoder, raw []byte, path string) {
	token, err := d.Token()
	if err != nil {
		return
	}
	open, is := token.(json.Delim)
	if !is {
		return
	}
	seen := map[string]bool{}
	for n := 0; d.More(); n++ {
		start := skip(raw, int(d.InputOffset()))
		name := strconv.Itoa(n)
		if open == '{' {
			key, err := d.Token()
			if err != nil {
				return
			}
			name, _ = key.(string)
			if seen[name] {
				t.twice = append(t.twice, place{under(path, name), name, start})
			}
			seen[name] = true
		}
		t.places = append(t.places, place{under(path, name), name, start})
		t.value(d, raw, under(path, name))
	}
	_, _ = d.Token()
}

// skip passes over what stands between two values.
func skip(raw []byte, i int) int {
	for i < len(raw) && strings.IndexByte(" \t\r\n,:", raw[i]) >= 0 {
		i++
	}
	return i
}

func under(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// offset is where the longest known beginning of a path stands.
func (t *tree) offset(path string) int {
	for path != "" {
		for _, p := range t.places {
			if p.path == path {
				return p.start
			}
		}
		path = path[:max(strings.LastIndexByte(path, '.'), 0)]
	}
	return 0
}

// strange finds members that the type does not have.
func (t *tree) strange(out *Mistakes, raw []byte, of reflect.Type, path string) {
	for of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	switch {
	case of == reflect.TypeFor[abi.Raw](), of.Kind() == reflect.Map:
	case of.Kind() == reflect.Slice:
		for n := 0; t.has(under(path, strconv.Itoa(n))); n++ {
			t.strange(out, raw, of.Elem(), under(path, strconv.Itoa(n)))
		}
	case of.Kind() == reflect.Struct:
		known := map[string]reflect.Type{}
		for i := range of.NumField() {
			name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
			known[name] = of.Field(i).Type
		}
		for _, p := range t.places {
			if p.path != under(path, p.name) {
				continue
			}
			if member, there := known[p.name]; there {
				t.strange(out, raw, member, p.path)
				continue
			}
			*out = append(*out, at(raw, p.start, "there is no member %q here%s", p.name, meant(p.name, known)))
		}
	}
}

func (t *tree) has(path string) bool {
	return slices.ContainsFunc(t.places, func(p place) bool { return p.path == path })
}

// meant guesses what was to be written.
func meant(name string, known map[string]reflect.Type) string {
	best, least := "", 3
	for other := range known {
		if d := core.Slips(name, other); d < least || d == least && best != "" && other < best {
			best, least = other, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(": perhaps %q is meant", best)
}

// The words in which abi.Manifest.Validate says what it speaks of.
var (
	ofEntry  = regexp.MustCompile(`^entry (\S+?)(?:: | is )`)
	ofField  = regexp.MustCompile(`^field (\S+?)(?:: | is )`)
	ofSecret = regexp.MustCompile(`^secret (\S+?)(?:: | is )`)
	ofReason = regexp.MustCompile(`^reasons: ("(?:[^"\\]|\\.)*")`)
	ofMember = regexp.MustCompile(`^(?:a |each )?([a-z_]+)`)
)

// place finds the member that a sentence of Validate speaks of.
func (t *tree) place(m *abi.Manifest, says string) int {
	if found := ofReason.FindStringSubmatch(says); found != nil {
		if name, err := strconv.Unquote(found[1]); err == nil {
			for _, p := range t.places {
				if p.name == name && p.path == under("reasons", name) {
					return p.start
				}
			}
		}
	}
	path := ""
	if found := ofEntry.FindStringSubmatch(says); found != nil {
		path, says = t.entryPlace(m, found[1], says[len(found[0]):])
	} else if found := ofSecret.FindStringSubmatch(says); found != nil {
		for i, s := range m.Secrets {
			if s.Name == found[1] {
				path = fmt.Sprintf("secrets.%d", i)
			}
		}
	} else if strings.HasPrefix(says, "entry id ") {
		return t.offset("entries.0.id")
	} else if strings.HasPrefix(says, "a secret's name ") {
		return t.offset("secrets.0.name")
	} else if strings.HasPrefix(says, "state version ") {
		return t.offset("state.version")
	} else if strings.HasPrefix(says, "migrates_from ") {
		return t.offset("state.migrates_from")
	}
	if strings.HasPrefix(says, "a field's key ") {
		return t.offset(under(path, "fields"))
	}
	if found := ofMember.FindStringSubmatch(says); found != nil && t.has(under(path, found[1])) {
		path = under(path, found[1])
	}
	return t.offset(path)
}

// entryPlace is the path of an entry, or of the field in it that the rest of
// the sentence speaks of. Of two that are called alike it is the second.
func (t *tree) entryPlace(m *abi.Manifest, id, says string) (path, rest string) {
	field := ofField.FindStringSubmatch(says)
	for i, e := range m.Entries {
		if e.ID != id {
			continue
		}
		path, rest = fmt.Sprintf("entries.%d", i), says
		for j, f := range e.Fields {
			if field != nil && f.Key == field[1] {
				path, rest = fmt.Sprintf("entries.%d.fields.%d", i, j), says[len(field[0]):]
			}
		}
	}
	return path, rest
}
