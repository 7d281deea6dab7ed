package plugins_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/view"
)

var update = flag.Bool("update", false, "write abi.schema.json instead of comparing with it")

const schemaFile = "abi.schema.json"

// messages are what the schema describes: what a module is sent and sends, what
// it asks and is answered, and what stands in it. Types that these hold follow.
var messages = []any{
	abi.Request{}, abi.Response{}, abi.Manifest{},
	abi.CaseRead{}, abi.Case{}, abi.CaseSearch{}, abi.CasesFound{}, abi.StorePut{}, abi.StoreGet{}, abi.StoreValue{}, abi.StoreList{}, abi.StoreKeys{},
	abi.HTTPRequest{}, abi.HTTPResponse{}, abi.LookupFind{}, abi.LookupFound{},
}

// words are the members that hold one of a few words. New ones may be added: a
// reader passes over what it does not know.
var words = map[string][]string{
	"Request.op": {abi.OpEvent, abi.OpDescribe, abi.OpMigrate},
	"Event.type": {
		abi.EventStart, abi.EventView, abi.EventSubmit, abi.EventChange, abi.EventBack, abi.EventGoto, abi.EventAnswer, abi.EventPress, abi.EventReturn,
		abi.EventTimer, abi.EventRun,
	},
	"Context.reader": {abi.ReaderStaff, abi.ReaderRequester},
	"Entry.kind":     {abi.KindForm, abi.KindTask, abi.KindDetails, abi.KindAction},
	"Entry.readers":  {abi.ReadersStaff, abi.ReadersEveryone},
	"Field.kind":     {abi.FieldText, abi.FieldLongText, abi.FieldChoice, abi.FieldDate, abi.FieldNumber, abi.FieldMoney, abi.FieldYesNo},
	"Node.t": {
		string(view.Form), string(view.Page), string(view.Section), string(view.Text), string(view.Notice), string(view.Summary), string(view.Row),
		string(view.Table), string(view.Field), string(view.Details), string(view.Figures), string(view.Timeline), string(view.Map),
		string(view.FileList), string(view.Progress), string(view.Chart), string(view.Tabs), string(view.Button),
	},
}

// names of types that two packages have.
var defNames = map[reflect.Type]string{
	reflect.TypeFor[abi.Option](): "FieldOption", reflect.TypeFor[abi.Field](): "Field", reflect.TypeFor[view.Option](): "Option",
}

type schema struct {
	says map[string]string // comments in the source, by type and member
	defs map[string]any
}

func (s *schema) def(t reflect.Type) map[string]any {
	switch t {
	case reflect.TypeFor[abi.Raw]():
		return map[string]any{}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.def(t.Elem())
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return map[string]any{"type": "integer"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Slice:
		return map[string]any{"type": "array", "items": s.def(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": s.def(t.Elem())}
	case reflect.Struct:
		name := t.Name()
		if other, ok := defNames[t]; ok {
			name = other
		}
		if s.defs[name] == nil {
			s.defs[name] = true // one that holds itself
			s.defs[name] = s.object(t, name)
		}
		return map[string]any{"$ref": "#/$defs/" + name}
	}
	panic("a member of kind " + t.Kind().String())
}

func (s *schema) object(t reflect.Type, name string) map[string]any {
	properties, required := map[string]any{}, []string{}
	s.members(t, name, properties, &required)
	out := map[string]any{"type": "object", "properties": properties}
	if len(required) > 0 {
		out["required"] = required
	}
	if text := s.says[t.Name()]; text != "" {
		out["description"] = text
	}
	return out
}

func (s *schema) members(t reflect.Type, name string, properties map[string]any, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			s.members(f.Type, f.Type.Name(), properties, required)
			continue
		}
		member, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		p := s.def(f.Type)
		if allowed := words[name+"."+member]; allowed != nil {
			p["enum"] = allowed
		}
		if text := s.says[t.Name()+"."+f.Name]; text != "" {
			p["description"] = text
		}
		properties[member] = p
		if !strings.Contains(options, "omit") {
			*required = append(*required, member)
		}
	}
}

// comments reads what the source says of types and their members.
func comments(t *testing.T, folders ...string) map[string]string {
	t.Helper()
	says := map[string]string{}
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no source in %s: %v", folder, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if d, ok := n.(*ast.GenDecl); ok && d.Tok == token.TYPE {
					for _, spec := range d.Specs {
						ofType(says, d, spec.(*ast.TypeSpec))
					}
				}
				return true
			})
		}
	}
	return says
}

func ofType(says map[string]string, d *ast.GenDecl, spec *ast.TypeSpec) {
	st, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	if _, first := says[spec.Name.Name]; first {
		return // the first package named has the name
	}
	says[spec.Name.Name] = oneLine(d.Doc)
	for _, f := range st.Fields.List {
		text := strings.TrimSpace(oneLine(f.Doc) + " " + oneLine(f.Comment))
		for _, id := range f.Names {
			says[spec.Name.Name+"."+id.Name] = text
		}
	}
}

func oneLine(c *ast.CommentGroup) string { return strings.Join(strings.Fields(c.Text()), " ") }

func makeSchema(t *testing.T) []byte {
	t.Helper()
	s := &schema{says: comments(t, "../../sdk/abi", "../../sdk/view"), defs: map[string]any{}}
	for _, m := range messages {
		s.def(reflect.TypeOf(m))
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"title":   "Messages of Casement's plugin contract, version 1",
		"description": "Every message of docs/plugins/abi.md. Written from sdk/abi and sdk/view by go test ./docs/plugins -update. " +
			"Members that are not named here are passed over by both sides, and so may be added.",
		"$defs": s.defs,
	}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestTheSchemaIsWrittenFromTheSource(t *testing.T) {
	want := makeSchema(t)
	if *update {
		if err := os.WriteFile(schemaFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(schemaFile)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not what the source says (%v): go test ./docs/plugins -update writes it", schemaFile, err)
	}
}

// compiled is the schema of one message.
func compiled(t *testing.T, message string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(makeSchema(t)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("abi.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("abi.json#/$defs/" + message)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ofAsk says what the arguments of an ask are, and what answers it.
var ofAsk = map[string][2]string{
	abi.AskCase: {"CaseRead", "Case"}, abi.AskSearch: {"CaseSearch", "CasesFound"}, abi.AskKept: {"StoreGet", "StoreValue"},
	abi.AskKeys: {"StoreList", "StoreKeys"}, abi.AskHTTP: {"HTTPRequest", "HTTPResponse"}, abi.AskLookup: {"LookupFind", "LookupFound"},
}

func TestEverySampleFitsTheSchema(t *testing.T) {
	schemas := map[string]*jsonschema.Schema{}
	check := func(message, what string, raw []byte) {
		t.Helper()
		if schemas[message] == nil {
			schemas[message] = compiled(t, message)
		}
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		if err == nil {
			err = schemas[message].Validate(v)
		}
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	files, err := filepath.Glob("../../sdk/abi/testdata/v*/*.json")
	if err != nil || len(files) < 25 {
		t.Fatalf("%d samples, %v", len(files), err)
	}
	events, asked := map[string]bool{}, map[string]bool{}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".json"), "-")
		check(map[string]string{"request": "Request", "response": "Response", "manifest": "Manifest"}[name], file, b)
		switch name {
		case "request":
			r, err := abi.DecodeRequest(b)
			if err != nil {
				t.Fatal(err)
			}
			events[r.Op] = true
			if r.Event != nil {
				events[r.Event.Type] = true
			}
		case "response":
			r, err := abi.DecodeResponse(b)
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range r.Asks {
				asked[a.Type] = true
				if of, known := ofAsk[a.Type]; known {
					check(of[0], file+": "+a.Type, a.Args)
				}
			}
			for _, e := range r.Effects {
				if e.Type == abi.EffectKeep {
					check("StorePut", file+": "+e.Type, e.Args)
				}
			}
		}
	}
	for _, want := range append(slices.Clone(words["Request.op"]), words["Event.type"]...) {
		if !events[want] {
			t.Errorf("there is no sample of %q", want)
		}
	}
	for _, want := range slices.Sorted(maps.Keys(ofAsk)) {
		if !asked[want] {
			t.Errorf("there is no sample of an ask %q", want)
		}
	}
}

func TestTheSchemaRefusesWhatTheCodecRefuses(t *testing.T) {
	for message, wrong := range map[string][]string{
		"Request":  {`{"v":"1","op":"event","ctx":{"now":""}}`, `{"v":1,"ctx":{"now":""}}`, `{"v":1,"op":"dance","ctx":{"now":""}}`, `{"v":1,"op":"event","ctx":{"now":""},"event":{"type":"submit","fields":{"a":"b"}}}`},
		"Response": {`{"v":1,"done":1}`, `{"v":1,"view":{"t":"script"}}`, `{"v":1,"effects":[{"args":{}}]}`, `{"v":1,"asks":{}}`},
		"Manifest": {`{}`, `{"id":"a.b","version":"1.0.0","abi":1,"name":"N","publisher":"P","entries":[{"id":"x","kind":"root"}]}`},
	} {
		s := compiled(t, message)
		for _, in := range wrong {
			v, err := jsonschema.UnmarshalJSON(strings.NewReader(in))
			if err != nil {
				t.Fatal(err)
			}
			if s.Validate(v) == nil {
				t.Errorf("%s: %s was taken", message, in)
			}
		}
	}
}
