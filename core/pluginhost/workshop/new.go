package workshop

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"go/format"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"unicode"

	"github.com/casement-dev/casement/sdk"
	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/view"
)

//go:embed templates
var templates embed.FS

// Plan is a plugin that is to be begun. What is empty is made from the name of
// its folder.
type Plan struct {
	Kind      string // abi.KindForm, KindTask, KindDetails or KindAction
	ID        string // "org.example.call-back"
	Name      string // "Call back"
	Publisher string
	From      string // version of the program, for the kit
}

// Kinds are the kinds of plugins that can be begun.
func Kinds() []string {
	return []string{abi.KindForm, abi.KindTask, abi.KindDetails, abi.KindAction}
}

// begun are the files of a plugin, and the templates that they are made from.
// Those of a kind lie in its folder.
var begun = []struct{ file, template string }{
	{"plugin.go", "KIND/plugin.go.txt"},
	{"plugin_test.go", "KIND/plugin_test.go.txt"},
	{"main.go", "KIND/main.go.txt"},
	{"manifest.json", "KIND/manifest.json.txt"},
	{"go.mod", "go.mod.txt"},
	{"README.md", "README.md.txt"},
	{".gitignore", "gitignore.txt"},
}

// words are what templates are filled in with.
type words struct {
	Plan
	Entry, File, What, Use string
	Kit, Module, Go        string
}

// New begins a plugin in a folder that is not there yet, or empty, and returns
// the names of the files for its author. It compiles, and its test passes.
func New(folder string, p Plan) ([]string, error) {
	made, err := p.complete(folder)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, b := range begun {
		content, err := fill(strings.Replace(b.template, "KIND", p.Kind, 1), made)
		if err != nil {
			return nil, err
		}
		files[b.file] = content
	}
	if m, err := abi.DecodeManifest(files["manifest.json"]); err != nil {
		return nil, fmt.Errorf("the manifest could not be made: %w", err)
	} else if err := m.Validate(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	there, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	for _, entry := range there {
		if entry.Name() != ".git" {
			return nil, fmt.Errorf("%s is not empty: it has %s, and nothing is overwritten", folder, entry.Name())
		}
	}
	var names []string
	for _, b := range begun {
		if err := write(filepath.Join(folder, b.file), files[b.file]); err != nil {
			return nil, err
		}
		names = append(names, b.file)
	}
	return names, Unpack(folder, p.From)
}

// complete fills in what was not said.
func (p Plan) complete(folder string) (words, error) {
	if !slices.Contains(Kinds(), p.Kind) {
		return words{}, fmt.Errorf("a plugin is begun as a %s, not as %q", strings.Join(Kinds(), ", "), p.Kind)
	}
	whole, err := filepath.Abs(folder)
	if err != nil {
		return words{}, err
	}
	slug := slugOf(filepath.Base(whole))
	if p.ID == "" {
		if slug == "" {
			return words{}, errors.New("say what it is called: --id org.example.name")
		}
		p.ID = "org.example." + slug
	}
	entry := p.ID[strings.LastIndexByte(p.ID, '.')+1:]
	if !view.ValidID(entry) {
		entry = p.Kind
	}
	if p.Name == "" {
		p.Name = strings.ReplaceAll(entry, "-", " ")
		p.Name = strings.ToUpper(p.Name[:1]) + p.Name[1:]
	}
	if p.Publisher == "" {
		p.Publisher = "Example"
	}
	for _, text := range []string{p.Name, p.Publisher} {
		if strings.ContainsFunc(text, unicode.IsControl) {
			return words{}, errors.New("a name is one line")
		}
	}
	w := words{Plan: p, Entry: entry, File: FileName(p.ID), Kit: KitFolder, Module: sdk.Module, Go: goVersion}
	name := "plugin:" + p.ID + "/" + entry
	switch p.Kind {
	case abi.KindForm:
		w.What, w.Use = "a form that raises a case", "form: "+name
	case abi.KindTask:
		w.What, w.Use = "the workflow of a task", "workflow: "+name+"` of one of its task types, `tasks: [{ key: look, workflow: "+name+" }]"
	case abi.KindDetails:
		w.What, w.Use = "a section of a case's page", "details: ["+name+"]"
	case abi.KindAction:
		w.What, w.Use = "an action on a case", "actions: [{ on: case.closed, run: "+name+" }]"
	}
	return w, nil
}

// FileName is what the packed file of a plugin is called: the last part of its id.
func FileName(id string) string { return id[strings.LastIndexByte(id, '.')+1:] + ".wasm" }

// slugOf makes a part of an id of the name of a folder.
func slugOf(name string) string {
	var out strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			out.WriteRune(r)
		case out.Len() > 0 && !strings.HasSuffix(out.String(), "-"):
			out.WriteByte('-')
		}
	}
	return strings.Trim(out.String(), "-")
}

func fill(name string, w words) ([]byte, error) {
	source, err := templates.ReadFile("templates/" + name)
	if err != nil {
		return nil, err
	}
	t, err := template.New(name).Delims("[[", "]]").Funcs(template.FuncMap{
		"quote": strconv.Quote,
		"json": func(s string) (string, error) {
			var out bytes.Buffer
			e := json.NewEncoder(&out)
			e.SetEscapeHTML(false)
			err := e.Encode(s)
			return strings.TrimSpace(out.String()), err
		},
	}).Parse(string(source))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := t.Execute(&out, w); err != nil {
		return nil, err
	}
	if strings.HasSuffix(name, ".go.txt") {
		return format.Source(out.Bytes())
	}
	return out.Bytes(), nil
}
