package apipages

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/web/render"
)

// Manual is the description of the API, arranged for people. [ReadManual] makes
// one.
type Manual struct {
	Title, Version string
	About          []Paragraph
	Address        string
	Tags           []Tag

	operations map[string]Operation
}

// Tag is some operations that belong together.
type Tag struct {
	Name, Says string
	Operations []Operation
}

// Operation is one operation.
type Operation struct {
	ID, Method, Path, Summary string
	Says                      []Paragraph
	Parameters, Body, Answer  []Member
	BodyExample               string
	AnswerExample             string
	Answers                   []Answer
	Address                   string // of the installation
}

// Member is a parameter, or a member of an object.
type Member struct {
	Name, Kind, Says string
	Where            string // of a parameter: "in the address"
	Required         bool
}

// Answer is one way in which an operation ends.
type Answer struct{ Status, Says string }

// Paragraph is some text with emphasis.
type Paragraph []Span

// Span is a stretch of text of one kind.
type Span struct {
	Text         string
	Strong, Code bool
}

// described is what is read of a description (OpenAPI 3.1).
type described struct {
	Info    struct{ Title, Version, Description string }
	Servers []struct{ URL string }
	Tags    []struct{ Name, Description string }
	Paths   map[string]map[string]struct {
		OperationID          string
		Summary, Description string
		Tags                 []string
		Parameters           []struct {
			Name, In, Description string
			Required              bool
			Schema                schema
		}
		RequestBody struct{ Content map[string]media }
		Responses   map[string]struct {
			Description string
			Content     map[string]media
		}
	}
	Components struct{ Schemas map[string]schema }
}

type media struct {
	Schema  schema
	Example json.RawMessage
}

type schema struct {
	Ref         string `json:"$ref"`
	Type        any
	Format      string
	Description string
	Enum        []any
	Items       *schema
	Properties  map[string]schema
	Required    []string
}

// ReadManual arranges a description for people.
func ReadManual(description []byte) (Manual, error) {
	var d described
	if err := json.Unmarshal(description, &d); err != nil {
		return Manual{}, fmt.Errorf("read the description of the API: %w", err)
	}
	m := Manual{Title: d.Info.Title, Version: d.Info.Version, About: paragraphs(d.Info.Description), operations: map[string]Operation{}}
	if len(d.Servers) > 0 {
		m.Address = d.Servers[0].URL
	}
	byTag := map[string][]Operation{}
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(d.Paths[path])) {
			op := d.operation(path, method, m.Address)
			m.operations[op.ID] = op
			for _, tag := range d.Paths[path][method].Tags {
				byTag[tag] = append(byTag[tag], op)
			}
		}
	}
	for _, tag := range d.Tags {
		m.Tags = append(m.Tags, Tag{tag.Name, tag.Description, byTag[tag.Name]})
	}
	return m, nil
}

func (d described) operation(path, method, address string) Operation {
	in := d.Paths[path][method]
	op := Operation{
		ID: in.OperationID, Method: strings.ToUpper(method), Path: path, Summary: in.Summary, Says: paragraphs(in.Description), Address: address,
	}
	for _, p := range in.Parameters {
		op.Parameters = append(op.Parameters, Member{p.Name, d.kind(p.Schema), p.Description, places[p.In], p.Required})
	}
	for name, body := range in.RequestBody.Content {
		if op.Body = d.members(body.Schema); name == "application/json" {
			op.BodyExample = indented(body.Example)
		}
	}
	for _, status := range slices.Sorted(maps.Keys(in.Responses)) {
		response := in.Responses[status]
		op.Answers = append(op.Answers, Answer{status, response.Description})
		if content, ok := response.Content["application/json"]; ok && status < "300" {
			op.Answer, op.AnswerExample = d.members(content.Schema), indented(content.Example)
		}
	}
	return op
}

var places = map[string]string{"path": "in the path", "query": "in the query", "header": "a header"}

// resolve follows a reference.
func (d described) resolve(s schema) schema {
	for range 8 {
		name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/")
		if !ok {
			return s
		}
		s = d.Components.Schemas[name]
	}
	return s
}

// members lists what an object has, those of nested objects by their path.
func (d described) members(s schema) []Member { return d.membersBelow("", s, 0) }

func (d described) membersBelow(prefix string, s schema, depth int) []Member {
	s = d.resolve(s)
	var out []Member
	if depth > 2 {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		property := s.Properties[name]
		says := property.Description
		whole := d.resolve(property)
		if says == "" {
			says = whole.Description
		}
		out = append(out, Member{Name: prefix + name, Kind: d.kind(property), Says: says, Required: slices.Contains(s.Required, name)})
		switch {
		case len(whole.Properties) > 0:
			out = append(out, d.membersBelow(prefix+name+".", property, depth+1)...)
		case whole.Items != nil:
			out = append(out, d.membersBelow(prefix+name+"[].", *whole.Items, depth+1)...)
		}
	}
	return out
}

// kind says what a value is: "text", "list of objects", "one of public, staff".
func (d described) kind(s schema) string {
	s = d.resolve(s)
	if len(s.Enum) > 0 && len(s.Enum) <= 12 {
		words := make([]string, len(s.Enum))
		for i, one := range s.Enum {
			words[i] = fmt.Sprint(one)
		}
		return "one of " + strings.Join(words, ", ")
	}
	name, _ := s.Type.(string)
	if several, ok := s.Type.([]any); ok && len(several) > 0 {
		name, _ = several[0].(string)
	}
	switch {
	case name == "array" && s.Items != nil:
		return "list: " + d.kind(*s.Items)
	case s.Format == "date-time":
		return "instant (RFC 3339)"
	case s.Format == "uuid":
		return "identifier"
	case name == "string":
		return "text"
	case name == "integer":
		return "whole number"
	case name == "boolean":
		return "true or false"
	case name == "":
		return "any value"
	}
	return name
}

func indented(raw json.RawMessage) string {
	var b bytes.Buffer
	if len(raw) == 0 || json.Indent(&b, raw, "", "  ") != nil {
		return ""
	}
	return b.String()
}

// paragraphs reads the little Markdown that descriptions are written in: empty
// lines, **strong**, `code`.
func paragraphs(text string) []Paragraph {
	var out []Paragraph
	for block := range strings.SplitSeq(text, "\n\n") {
		var p Paragraph
		for i, part := range strings.Split(block, "`") {
			if i%2 == 1 {
				p = append(p, Span{Text: part, Code: true})
				continue
			}
			for j, piece := range strings.Split(part, "**") {
				if piece != "" {
					p = append(p, Span{Text: piece, Strong: j%2 == 1})
				}
			}
		}
		if len(p) > 0 {
			out = append(out, p)
		}
	}
	return out
}

var manualView = render.View{Template: "apipages/manual", Layout: render.Public, Title: "API", Main: "main-wide"}

func (p *Pages) showManual(c *fiber.Ctx) error { return render.Page(c, manualView, p.options.Manual()) }

func operationView(op Operation) render.View {
	return render.View{
		Template: "apipages/operation", Layout: render.Public, Title: op.Summary, Main: "main-wide",
		Back: render.Link{Label: "All operations", URL: "/api/docs"},
	}
}

func (p *Pages) showOperation(c *fiber.Ctx) error {
	op, ok := p.options.Manual().operations[c.Params("operation")]
	if !ok {
		return core.NotFound("There is no such operation.")
	}
	return render.Page(c, operationView(op), op)
}
