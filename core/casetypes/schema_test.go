package casetypes_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"

	"github.com/casement-dev/casement/core/casetypes"
)

const schemaFolder = "../../docs/schema"

func schemas(t *testing.T) map[string][]byte {
	t.Helper()
	caseType, err := casetypes.Schema(casetypes.Sections())
	if err != nil {
		t.Fatal(err)
	}
	calendar, err := casetypes.CalendarSchema()
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{"case-type.schema.json": caseType, "calendar.schema.json": calendar}
}

func compile(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemas(t)[name]))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(name, document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestThePublishedSchemasAreCurrent(t *testing.T) {
	for name, want := range schemas(t) {
		path := filepath.Join(schemaFolder, name)
		if *update {
			if err := os.MkdirAll(schemaFolder, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is out of date; run go test ./core/casetypes -run Schema -update", path)
		}
	}
}

// plain reads YAML as JSON Schema sees it.
func plain(t interface{ Fatal(...any) }, source []byte) any {
	var node yaml.Node
	if err := yaml.Unmarshal(source, &node); err != nil {
		t.Fatal(err)
	}
	var untime func(n *yaml.Node)
	untime = func(n *yaml.Node) {
		if n.Tag == "!!timestamp" {
			n.Tag = "!!str"
		}
		for _, c := range n.Content {
			untime(c)
		}
	}
	untime(&node)
	var out any
	if err := node.Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestShippedFilesFitThePublishedSchema(t *testing.T) {
	caseType, calendar := compile(t, "case-type.schema.json"), compile(t, "calendar.schema.json")
	files, err := casetypes.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		schema := caseType
		if f.Name == "northmoor-offices.yaml" {
			schema = calendar
		}
		if err := schema.Validate(plain(t, f.Source)); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
}

func TestWhateverIsExportedFitsThePublishedSchema(t *testing.T) {
	schema := compile(t, "case-type.schema.json")
	rapid.Check(t, func(t *rapid.T) {
		file, err := casetypes.Encode(casetypes.Sections(), anyCaseType().Draw(t, "type"))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(plain(t, file)); err != nil {
			t.Fatalf("%v\n%s", err, file)
		}
	})
}

func TestTheSchemaRefusesWrongShapes(t *testing.T) {
	source, err := os.ReadFile("testdata/findings/wrong-shapes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := compile(t, "case-type.schema.json").Validate(plain(t, source)); err == nil {
		t.Error("a file with wrong shapes fits the schema")
	}
}
