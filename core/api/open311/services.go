package open311

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
)

// service is one kind of report.
type service struct {
	Code        string `json:"service_code" xml:"service_code"`
	Name        string `json:"service_name" xml:"service_name"`
	Description string `json:"description" xml:"description"`
	Metadata    bool   `json:"metadata" xml:"metadata"` // it has a definition
	Type        string `json:"type" xml:"type"`         // realtime: a report has its number at once
	Keywords    string `json:"keywords" xml:"keywords"`
	Group       string `json:"group" xml:"group"`
}

// codeOf names a service: the case type, and the subtype after a dot.
func codeOf(t *core.CaseType, subtype string) string {
	if subtype == "" {
		return t.Key
	}
	return t.Key + "." + subtype
}

// typeOf finds what a service code stands for.
func (a *API) typeOf(ctx context.Context, code string) (*core.CaseType, string, error) {
	key, subtype, _ := strings.Cut(code, ".")
	types, err := a.offered(ctx)
	if err != nil {
		return nil, "", err
	}
	for _, t := range types {
		if t.Key != key {
			continue
		}
		sub, ok := t.Subtype(subtype)
		if subtype == "" && len(t.Subtypes) == 0 || ok && sub.Key == subtype {
			return t, subtype, nil
		}
	}
	return nil, "", core.NotFound("The service_code provided was not found.")
}

func (a *API) services(c *fiber.Ctx) (document, error) {
	types, err := a.offered(c.UserContext())
	if err != nil {
		return document{}, err
	}
	var all []service
	for _, t := range types {
		s := service{
			Code: t.Key, Name: t.Name.String(), Description: t.Description.String(), Metadata: len(attributesOf(t)) > 0,
			Type: "realtime", Keywords: strings.Join(t.Open311.Tags, ", "), Group: t.Name.String(),
		}
		if len(t.Subtypes) == 0 {
			all = append(all, s)
		}
		for _, sub := range t.Subtypes {
			s.Code, s.Name = codeOf(t, sub.Key), sub.Name.String()
			all = append(all, s)
		}
	}
	return document{root: "services", body: list[service]{"service", all}}, nil
}

// definition is what a service asks beside what every report has.
type definition struct {
	Code       string          `json:"service_code" xml:"service_code"`
	Attributes list[attribute] `json:"attributes" xml:"attributes"`
}

// attribute is one question.
type attribute struct {
	Variable    bool        `json:"variable" xml:"variable"` // an answer is wanted
	Code        string      `json:"code" xml:"code"`
	Datatype    string      `json:"datatype" xml:"datatype"`
	Required    bool        `json:"required" xml:"required"`
	Hint        string      `json:"datatype_description" xml:"datatype_description"`
	Order       int         `json:"order" xml:"order"`
	Description string      `json:"description" xml:"description"`
	Values      list[value] `json:"values" xml:"values"`
}

// value is one answer of those to choose from.
type value struct {
	Key  string `json:"key" xml:"key"`
	Name string `json:"name" xml:"name"`
}

// datatypes says how the specification calls our kinds of fields. Those that
// are not here cannot be answered by a program.
var datatypes = map[core.FieldKind]string{
	core.FieldText: "string", core.FieldLongText: "text", core.FieldChoice: "singlevaluelist", core.FieldChoices: "multivaluelist",
	core.FieldYesNo: "singlevaluelist", core.FieldDate: "datetime", core.FieldNumber: "number", core.FieldEmail: "string", core.FieldPhone: "string",
}

// attributesOf are the public questions of a type that no part of the
// specification covers.
func attributesOf(t *core.CaseType) []attribute {
	var out []attribute
	for _, field := range t.Fields {
		datatype := datatypes[field.Kind]
		if field.Private || field.Of != "" || field.Is != "" || datatype == "" {
			continue
		}
		a := attribute{
			Variable: true, Code: field.Key, Datatype: datatype, Required: field.Required, Hint: field.Hint.String(), Order: len(out) + 1,
			Description: field.Label.String(), Values: list[value]{entry: "value"},
		}
		for _, choice := range field.Choices {
			a.Values.entries = append(a.Values.entries, value{choice.Key, choice.Name.String()})
		}
		if field.Kind == core.FieldYesNo {
			a.Values.entries = []value{{"true", "Yes"}, {"false", "No"}}
		}
		out = append(out, a)
	}
	return out
}

func (a *API) definition(c *fiber.Ctx) (document, error) {
	t, subtype, err := a.typeOf(c.UserContext(), named(c))
	if err != nil {
		return document{}, err
	}
	return document{root: "service_definition", body: definition{codeOf(t, subtype), list[attribute]{"attribute", attributesOf(t)}}}, nil
}

// discovery says where the API is, for programs that know the city alone.
type discovery struct {
	Changeset  string         `json:"changeset" xml:"changeset"`
	Contact    string         `json:"contact" xml:"contact"`
	KeyService string         `json:"key_service" xml:"key_service"`
	Endpoints  list[endpoint] `json:"endpoints" xml:"endpoints"`
}

type endpoint struct {
	Specification string       `json:"specification" xml:"specification"`
	URL           string       `json:"url" xml:"url"`
	Changeset     string       `json:"changeset" xml:"changeset"`
	Type          string       `json:"type" xml:"type"`
	Formats       list[string] `json:"formats" xml:"formats"`
}

// changeset is when this description last changed its shape.
var changeset = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC).Format(time.RFC3339)

func (a *API) discovery(c *fiber.Ctx) (document, error) {
	contact, err := a.Contact(c.UserContext())
	if err != nil {
		return document{}, err
	}
	return document{root: "discovery", body: discovery{
		Changeset: changeset, Contact: contact, KeyService: cmp.Or(contact, "The organisation’s administrators give out keys."),
		Endpoints: list[endpoint]{"endpoint", []endpoint{{
			Specification: "http://wiki.open311.org/GeoReport_v2", URL: a.BaseURL + Prefix, Changeset: changeset, Type: "production",
			Formats: list[string]{"format", []string{"text/xml", "application/json"}},
		}}},
	}}, nil
}
