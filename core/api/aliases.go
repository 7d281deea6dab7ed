package api

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/casement-dev/casement/core"
)

// promised describes a core.Promise, which is written shorter than it is.
type promised struct{}

// Schema implements huma.SchemaProvider.
func (promised) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Description: "A length of time: a text such as “10 working days”, or an object with options, such as {\"working_days\": 10, \"end_of_day\": true}.",
		OneOf:       []*huma.Schema{{Type: huma.TypeString}, {Type: huma.TypeObject, AdditionalProperties: true}},
	}
}

// registerAliases tells how types are described that write themselves.
func registerAliases(r huma.Registry) {
	r.RegisterTypeAlias(reflect.TypeFor[core.Promise](), reflect.TypeFor[promised]())
	for _, id := range []reflect.Type{
		reflect.TypeFor[core.CaseID](), reflect.TypeFor[core.PersonID](), reflect.TypeFor[core.StaffID](), reflect.TypeFor[core.AttachmentID](),
	} {
		r.RegisterTypeAlias(id, reflect.TypeFor[identifier]())
	}
}

// identifier describes a core.ID, which is written as text.
type identifier struct{}

// Schema implements huma.SchemaProvider.
func (identifier) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "uuid"}
}
