package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/casement-dev/casement/core"
)

// CaseTypeHead is a case type in a list.
type CaseTypeHead struct {
	Keyed
	Version     int    `json:"version" doc:"1, 2 … as published."`
	Description string `json:"description,omitempty"`
}

// CaseTypeList is the case types that a program knows.
type CaseTypeList struct {
	Types []CaseTypeHead `json:"case_types"`
}

// CaseType is the recipe of a case, as far as programs need it.
type CaseType struct {
	CaseTypeHead
	Prefix     string       `json:"reference_prefix" example:"CMP"`
	Groups     []string     `json:"groups" doc:"Keys of the groups that cases may be with; the first is the default."`
	Subtypes   []SubtypeOf  `json:"subtypes"`
	Priorities []Keyed      `json:"priorities" doc:"Lowest first."`
	Statuses   []StatusOf   `json:"statuses"`
	Stages     []Keyed      `json:"stages"`
	Targets    []Keyed      `json:"targets"`
	Tasks      []Keyed      `json:"task_types"`
	Reasons    ReasonsOf    `json:"reasons"`
	Fields     []FieldOf    `json:"fields"`
	Schema     FieldsSchema `json:"fields_schema" doc:"What fields of a case may hold, as JSON Schema (2020-12)."`
}

// SubtypeOf is a subtype of a case type.
type SubtypeOf struct {
	Keyed
	Group string `json:"group,omitempty" doc:"Key of the group that its cases go to."`
}

// StatusOf is a status of a case type.
type StatusOf struct {
	Status
	To []string `json:"to" doc:"Keys of the statuses that may follow; empty for all."`
}

// ReasonsOf lists the reasons of a case type.
type ReasonsOf struct {
	Close    []Keyed `json:"close"`
	Cancel   []Keyed `json:"cancel"`
	Reassign []Keyed `json:"reassign"`
	Escalate []Keyed `json:"escalate"`
}

// FieldOf is a field of a case type.
type FieldOf struct {
	Keyed
	Kind      string  `json:"kind" example:"choice"`
	Required  bool    `json:"required" doc:"On the form; cases that programs raise may leave it out."`
	Staff     bool    `json:"staff_only"`
	Choices   []Keyed `json:"choices,omitempty"`
	MaxLength int     `json:"max_length,omitempty" doc:"Letters."`
}

// FieldsSchema is a JSON Schema.
type FieldsSchema map[string]any

func keyedAll[T any](all []T, of func(T) (string, core.Text)) []Keyed {
	out := make([]Keyed, 0, len(all))
	for _, one := range all {
		key, name := of(one)
		out = append(out, *keyed(key, name, true))
	}
	return out
}

func reasons(all []core.Reason) []Keyed {
	return keyedAll(all, func(r core.Reason) (string, core.Text) { return r.Key, r.Name })
}

func choices(all []core.Choice) []Keyed {
	return keyedAll(all, func(c core.Choice) (string, core.Text) { return c.Key, c.Name })
}

func headOf(t *core.CaseType) CaseTypeHead {
	return CaseTypeHead{Keyed{t.Key, t.Name.String()}, t.Version, t.Description.String()}
}

func shapeType(t *core.CaseType) CaseType {
	out := CaseType{
		CaseTypeHead: headOf(t), Prefix: t.Reference.Prefix, Groups: t.Holders(), Subtypes: []SubtypeOf{}, Priorities: choices(t.Priorities),
		Statuses: []StatusOf{}, Fields: []FieldOf{},
		Stages:  keyedAll(t.Stages, func(s core.Stage) (string, core.Text) { return s.Key, s.Name }),
		Targets: keyedAll(t.Targets, func(r core.TargetRule) (string, core.Text) { return r.Key, r.Name }),
		Tasks:   keyedAll(t.Tasks, func(k core.TaskType) (string, core.Text) { return k.Key, k.Name }),
		Reasons: ReasonsOf{reasons(t.Reasons.Close), reasons(t.Reasons.Cancel), reasons(t.Reasons.Reassign), reasons(t.Reasons.Escalate)},
		Schema:  fieldsSchema(t.Fields),
	}
	for _, s := range t.Subtypes {
		out.Subtypes = append(out.Subtypes, SubtypeOf{*keyed(s.Key, s.Name, true), s.Group})
	}
	for _, s := range t.Statuses {
		status := Status{*keyed(s.Key, s.Name, true), s.PublicName(core.DefaultLanguage), string(s.Kind)}
		out.Statuses = append(out.Statuses, StatusOf{status, append([]string{}, s.To...)})
	}
	for _, f := range t.Fields {
		field := FieldOf{Keyed: *keyed(f.Key, f.Label, true), Kind: string(f.Kind), Required: f.Required, Staff: f.Private}
		if field.Choices = choices(f.Choices); len(field.Choices) == 0 {
			field.Choices = nil
		}
		if f.Kind == core.FieldText || f.Kind == core.FieldLongText {
			field.MaxLength = f.Limit()
		}
		out.Fields = append(out.Fields, field)
	}
	return out
}

// fieldsSchema describes what core.Field.Check accepts.
func fieldsSchema(fields []core.Field) FieldsSchema {
	properties := map[string]any{}
	for _, f := range fields {
		s := map[string]any{"title": f.Label.String()}
		var keys []string
		for _, c := range f.Choices {
			keys = append(keys, c.Key)
		}
		text := func(more map[string]any) {
			s["type"] = []string{"string", "null"}
			for k, v := range more {
				s[k] = v
			}
		}
		switch f.Kind {
		case core.FieldYesNo:
			s["type"] = []string{"boolean", "null"}
		case core.FieldNumber:
			s["type"] = []string{"number", "null"}
		case core.FieldChoice:
			s["enum"] = anyOf(keys, nil)
		case core.FieldChoices:
			s["type"], s["items"] = []string{"array", "null"}, map[string]any{"enum": anyOf(keys)}
		case core.FieldFiles:
			s["type"], s["items"] = []string{"array", "null"}, map[string]any{"type": "string"}
		case core.FieldLocation:
			degree := func(most float64) map[string]any {
				return map[string]any{"type": "number", "minimum": -most, "maximum": most}
			}
			s["type"], s["required"] = []string{"object", "null"}, []string{"lat", "lng"}
			s["properties"] = map[string]any{"lat": degree(90), "lng": degree(180)}
		case core.FieldDate:
			text(map[string]any{"format": "date"})
		case core.FieldEmail:
			text(map[string]any{"format": "email"})
		default:
			text(map[string]any{"maxLength": f.Limit()})
		}
		properties[f.Key] = s
	}
	return FieldsSchema{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": properties, "additionalProperties": false,
	}
}

func anyOf(keys []string, more ...any) []any {
	out := make([]any, 0, len(keys)+len(more))
	for _, key := range keys {
		out = append(out, key)
	}
	return append(out, more...)
}

// readableTypes lists the types that the caller may read about: those of its
// grant, or all with the right to the configuration.
func (a *API) readableTypes(ctx context.Context) ([]*core.CaseType, error) {
	if actorOf(ctx).HasRight(core.RightConfiguration) {
		return a.options.Cases.Types().All(ctx)
	}
	return a.visibleTypes(ctx)
}

func (a *API) listTypes(ctx context.Context, _ *struct{}) (*bodyOut[CaseTypeList], error) {
	types, err := a.readableTypes(ctx)
	out := &bodyOut[CaseTypeList]{CaseTypeList{[]CaseTypeHead{}}}
	for _, t := range types {
		out.Body.Types = append(out.Body.Types, headOf(t))
	}
	return out, err
}

type typeIn struct {
	Key string `path:"key" maxLength:"100" doc:"Key of the case type." example:"complaint"`
}

func (a *API) getType(ctx context.Context, in *typeIn) (*bodyOut[CaseType], error) {
	types, err := a.readableTypes(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(types, func(t *core.CaseType) bool { return t.Key == in.Key })
	if i < 0 {
		return nil, core.NotFound("There is no case type “%s” that this program may see.", clip(in.Key))
	}
	return &bodyOut[CaseType]{shapeType(types[i])}, nil
}

// Group is a group of staff users.
type Group struct {
	Keyed
	Members []Who `json:"members"`
}

// GroupList is the groups of the organisation.
type GroupList struct {
	Groups []Group `json:"groups"`
}

func (a *API) listGroups(ctx context.Context, _ *struct{}) (*bodyOut[GroupList], error) {
	if !actorOf(ctx).HasRight(core.RightConfiguration) {
		return nil, core.Forbidden("This program may not read the configuration: an administrator can give it the right configuration.read.")
	}
	groups, err := a.options.People.Groups(ctx)
	if err != nil {
		return nil, err
	}
	users, err := a.options.People.Users(ctx)
	out := &bodyOut[GroupList]{GroupList{[]Group{}}}
	for _, g := range groups {
		group := Group{Keyed{g.Key, g.Name}, []Who{}}
		for _, u := range users {
			if slices.Contains(u.Groups, g.Key) {
				group.Members = append(group.Members, Who{string(core.ActorStaff), u.ID.String(), u.Name})
			}
		}
		out.Body.Groups = append(out.Body.Groups, group)
	}
	return out, err
}

func (a *API) registerTypes() {
	register(a, operation{
		id: "list-case-types", method: http.MethodGet, path: "/case-types", tag: tagTypes, need: "anything on the type, or the right configuration.read",
		summary: "List case types", says: "The published case types that the program works with.",
	}, a.listTypes)
	register(a, operation{
		id: "get-case-type", method: http.MethodGet, path: "/case-types/{key}", tag: tagTypes, where: "path", need: "anything on the type, or the right configuration.read",
		summary: "Get a case type", says: "Its statuses, stages, subtypes, reasons and fields, by the keys that commands take.",
	}, a.getType)
	register(a, operation{
		id: "list-groups", method: http.MethodGet, path: "/groups", tag: tagTypes, need: "the right configuration.read",
		summary: "List groups", says: "The groups of the organisation and the staff users in them, for commands that hand cases and tasks to somebody.",
	}, a.listGroups)
}
