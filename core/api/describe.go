package api

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/casement-dev/casement/core"
)

// The tags of operations.
const (
	tagMe       = "Program"
	tagCases    = "Cases"
	tagCommands = "Commands"
	tagParts    = "What belongs to a case"
	tagPeople   = "People"
	tagTypes    = "Configuration"
	tagFeed     = "Feed"
)

const about = `Everything the console does with cases, for programs.

**Who asks.** Every request carries a key, or an access token that was given for one (OAuth 2.0 client credentials), in ` + "`Authorization: Bearer …`" + `. ` +
	`An administrator makes keys, and says for which case types they are and what they may do. What a program does stands in the history under its name. Cookies are not looked at.

**Writes.** Every change of a case is a command, and happens whole or not at all. Send ` + "`Idempotency-Key`" + ` and a repeat returns the first result, for 48 hours. ` +
	`Send ` + "`If-Match`" + ` with the ETag you saw, and a change that somebody else made to the same thing is not overwritten.

**Refusals** are problem details (RFC 9457): a sentence for a person, and, where it is known, what is wrong with which value. What is unknown, be it a member, a parameter, a status or a group, is an error and never passed over.

**What is not there yet:** links between cases, appointments, and the figures of dashboards.`

// description is what the operations are added to.
func (a *API) description() *huma.OpenAPI {
	tag := func(name, says string) *huma.Tag { return &huma.Tag{Name: name, Description: says} }
	return &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: "Casement", Version: Version, Description: about,
			License: &huma.License{Name: "See the LICENSE file of the program", URL: a.options.BaseURL},
		},
		Servers: []*huma.Server{{URL: a.options.BaseURL + Prefix, Description: "This installation"}},
		Tags: []*huma.Tag{
			tag(tagMe, "Who asks."), tag(tagCases, "Raise, find, read."), tag(tagCommands, "Whatever changes a case: one operation for each command."),
			tag(tagParts, "Notes, questions, tasks, targets, files."), tag(tagPeople, "Customers."), tag(tagTypes, "Case types and groups."),
			tag(tagFeed, "All that happens, in order."),
		},
		Security: []map[string][]string{{"key": {}}, {"oauth": {}}},
		Components: &huma.Components{
			Schemas: huma.NewMapRegistry("#/components/schemas/", nameSchema),
			SecuritySchemes: map[string]*huma.SecurityScheme{
				"key": {Type: "http", Scheme: "bearer", Description: "A key that an administrator made, or an access token."},
				"oauth": {
					Type: "oauth2", Description: "OAuth 2.0 client credentials: the identifier of the program, and a key as its secret.",
					Flows: &huma.OAuthFlows{ClientCredentials: &huma.OAuthFlow{TokenURL: a.options.BaseURL + Prefix + "/oauth/token", Scopes: map[string]string{}}},
				},
			},
		},
	}
}

// nameSchema names types; those of commands are named by their operation, which
// is the hint, because slices name theirs alike.
func nameSchema(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	own := reflect.TypeFor[API]().PkgPath()
	if t.PkgPath() != own && t.PkgPath() != reflect.TypeFor[core.Case]().PkgPath() && hint != "" && t.Name() != "" {
		return hint
	}
	return huma.DefaultSchemaNamer(t, hint)
}

// describe turns an operation into the library's.
func (a *API) describe(op operation) huma.Operation {
	says := op.says
	if op.need != "" {
		says += "\n\nNeeds: " + op.need + "."
	}
	out := huma.Operation{
		OperationID: op.id, Method: op.method, Path: op.path, Summary: op.summary, Description: says, Tags: []string{op.tag},
		DefaultStatus: op.status, Responses: map[string]*huma.Response{},
	}
	for _, status := range a.refusals(op) {
		out.Responses[statusWord(status)] = a.refusal(status)
	}
	return out
}

// refusals lists the statuses that an operation may refuse with.
func (a *API) refusals(op operation) []int {
	all := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusServiceUnavailable}
	if strings.Contains(op.path, "{") || op.id == "change-cases" {
		all = append(all, http.StatusNotFound)
	}
	if op.method != http.MethodGet {
		all = append(all, http.StatusBadRequest, http.StatusConflict, http.StatusRequestEntityTooLarge)
	}
	if op.tag == tagCommands {
		all = append(all, http.StatusPreconditionFailed)
	}
	if op.id == "read-feed" {
		all = append(all, http.StatusConflict)
	}
	return all
}

var refusalWords = map[int]string{
	http.StatusBadRequest:            "The body is no strict JSON: not JSON at all, a member twice, nested too deep.",
	http.StatusUnauthorized:          "There is no key, or it has ended.",
	http.StatusForbidden:             "The program may not do this.",
	http.StatusNotFound:              "There is no such thing, or the program may not see it.",
	http.StatusConflict:              "Its condition does not allow it now; detail says why.",
	http.StatusPreconditionFailed:    "What the command touches was changed since the version in If-Match; changed says what. Nothing happened.",
	http.StatusRequestEntityTooLarge: "The body or the file is too large.",
	http.StatusUnprocessableEntity:   "A value is wrong or unknown; errors says which.",
	http.StatusTooManyRequests:       "Too many requests; Retry-After says how many seconds to wait.",
	http.StatusServiceUnavailable:    "Something does not answer just now. Nothing happened: try again.",
}

func (a *API) refusal(status int) *huma.Response {
	return &huma.Response{
		Description: refusalWords[status],
		Content:     map[string]*huma.MediaType{problemType: {Schema: a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "")}},
	}
}

func statusWord(status int) string {
	return string([]byte{byte('0' + status/100), byte('0' + status/10%10), byte('0' + status%10)})
}

// finishDescription puts right what the library says of its own accord.
func (a *API) finishDescription() {
	described := a.huma.OpenAPI()
	for _, item := range described.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put} {
			if op == nil {
				continue
			}
			delete(op.Responses, "default")
			for status, response := range op.Responses {
				if response.Description == "" || response.Description == http.StatusText(http.StatusOK) {
					response.Description = "Done."
				}
				if status == "200" && op.OperationID == "get-case" {
					op.Responses["304"] = &huma.Response{Description: "The case is still the one in If-None-Match."}
				}
			}
			a.exampleBody(op)
		}
	}
	defer a.dropUnused()
	// The description of an upload is the library's own.
	for _, address := range []string{"/uploads", "/cases/{ref}/attachments"} {
		described.Paths[address].Post.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"multipart/form-data": {Schema: &huma.Schema{
				Type: huma.TypeObject, Required: []string{"file"},
				Properties: map[string]*huma.Schema{"file": {Type: huma.TypeString, Format: "binary", Description: "The file, with its name."}},
			}},
		}}
	}
	described.Paths["/cases/{ref}/attachments/{no}"].Get.Responses["200"] = &huma.Response{
		Description: "The contents.", Content: map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}},
	}
}

// dropUnused leaves out schemas that nothing refers to any more: of refusals in
// the library's own form, and of members that are hidden.
func (a *API) dropUnused() {
	described := a.huma.OpenAPI()
	for dropped := true; dropped; {
		dropped = false
		raw, err := json.Marshal(described)
		if err != nil {
			return // whoever serves it finds the same
		}
		for name := range described.Components.Schemas.Map() {
			if !bytes.Contains(raw, []byte(`"#/components/schemas/`+name+`"`)) {
				delete(described.Components.Schemas.Map(), name)
				dropped = true
			}
		}
	}
}

// exampleBody gives a body and an answer an example each.
func (a *API) exampleBody(op *huma.Operation) {
	registry := a.huma.OpenAPI().Components.Schemas
	if op.RequestBody != nil {
		if media := op.RequestBody.Content["application/json"]; media != nil && media.Example == nil {
			media.Example = exampleOf(registry, media.Schema)
		}
	}
	for _, status := range []string{"200", "201"} {
		if response := op.Responses[status]; response != nil && response.Content["application/json"] != nil {
			media := response.Content["application/json"]
			media.Example = exampleOf(registry, media.Schema)
		}
	}
}

// exampleWords are what members of these names may hold, where their own type
// gives no example.
var exampleWords = map[string]any{
	"answer": "The blue one.", "body": "We have asked the depot.", "brief": "Ask the depot what happened.", "field": "lessons", "value": "Ring first.",
	"group": "highways", "outcome": "The bin was emptied.", "reason": "upheld", "target": "respond", "title": "Investigate", "to": "in-progress",
	"subject": "Collections missed five weeks running", "type": "complaint", "channel": "telephone", "due_in": "5 working days", "by": "2 working days",
	"within": "10 working days", "no": 1, "name": "Amara Okonkwo-Lindqvist", "email": "amara@example.org", "phone": "07700 900482", "address": "14 Alder Close",
	"audience": "public", "status": "closed", "lat": 51.5072, "lng": -0.1276, "subtype": "missed-collection", "priority": "high",
	"description": "The bins have not been emptied since October.", "key": "complaint", "words": "Due tomorrow 12:00", "command": "note-add", "case": "CMP-7K2M-4QX9",
	"language": "en", "next": "ZjEuMS4zYTcuNWM", "id": "0193a5c2-7d4e-7c11-9a53-2f6b1d0c8e77",
}

// exampleOf makes an example of what a schema describes: what its members say
// themselves, or words that fit their names.
func exampleOf(r huma.Registry, s *huma.Schema) any { return example(r, s, "", 0) }

func example(r huma.Registry, s *huma.Schema, name string, depth int) any {
	if s == nil || depth > maxDepth {
		return nil
	}
	if s.Ref != "" {
		return example(r, r.SchemaFromRef(s.Ref), name, depth)
	}
	if len(s.Examples) > 0 {
		return s.Examples[0]
	}
	if word, ok := exampleWords[name]; ok && fitsExample(s, word) {
		return word
	}
	if len(s.Enum) > 0 {
		return s.Enum[0]
	}
	if len(s.OneOf) > 0 {
		return example(r, s.OneOf[0], name, depth+1)
	}
	switch s.Type {
	case huma.TypeObject:
		out := map[string]any{}
		for _, member := range slices.Sorted(maps.Keys(s.Properties)) {
			if value := example(r, s.Properties[member], member, depth+1); value != nil {
				out[member] = value
			}
		}
		return out
	case huma.TypeArray:
		if item := example(r, s.Items, strings.TrimSuffix(name, "s"), depth+1); item != nil {
			return []any{item}
		}
		return []any{}
	case huma.TypeBoolean:
		return false
	case huma.TypeInteger, huma.TypeNumber:
		return 1
	case huma.TypeString:
		switch s.Format {
		case "date-time":
			return "2026-11-17T10:00:00Z"
		case "uuid":
			return "0193a5c2-7d4e-7c11-9a53-2f6b1d0c8e77"
		case "uri":
			return "https://casework.example.org/cases/CMP-7K2M-4QX9"
		}
		return "0193a5c2-7d4e-7c11-9a53-2f6b1d0c8e77"
	}
	return nil
}

func fitsExample(s *huma.Schema, word any) bool {
	if len(s.Enum) > 0 {
		return slices.Contains(s.Enum, word)
	}
	switch word.(type) {
	case string:
		return s.Type == huma.TypeString && s.Format == "" || s.Type == ""
	case int:
		return s.Type == huma.TypeInteger || s.Type == huma.TypeNumber
	case float64:
		return s.Type == huma.TypeNumber
	}
	return false
}
