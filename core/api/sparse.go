package api

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/casement-dev/casement/core"
)

// sparse is an answer of which the caller may have chosen some members.
type sparse[T any] struct {
	value  T
	choice choice
}

// choice is the members that were asked for; empty means all.
type choice []string

// has reports whether a member is wanted, so that nothing is read in vain.
func (c choice) has(member string) bool { return len(c) == 0 || slices.Contains(c, member) }

// MarshalJSON writes the chosen members.
func (s sparse[T]) MarshalJSON() ([]byte, error) {
	raw, err := json.Marshal(s.value)
	if err != nil || len(s.choice) == 0 {
		return raw, err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, err
	}
	for member := range all {
		if !s.choice.has(member) {
			delete(all, member)
		}
	}
	return json.Marshal(all)
}

// Schema implements huma.SchemaProvider: it is described as what it is all of.
func (sparse[T]) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[T](), true, "")
}

// choose reads a list of members, such as "ref,subject,status".
func choose[T any](list string) (choice, error) {
	if list == "" {
		return nil, nil
	}
	known := membersOf(reflect.TypeFor[T]())
	var out choice
	for member := range strings.SplitSeq(list, ",") {
		if !slices.Contains(known, member) {
			return nil, core.InvalidField("fields", "There is no member “%s”. There are: %s.", clip(member), strings.Join(known, ", "))
		}
		out = append(out, member)
	}
	return out, nil
}

// membersOf lists the names that a struct has in JSON.
func membersOf(t reflect.Type) []string {
	var out []string
	for f := range fieldsOf(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != "" && name != "-" {
			out = append(out, name)
		}
	}
	return out
}

// fieldsOf walks the exported fields of a struct, those of embedded structs
// too.
func fieldsOf(t reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for _, f := range reflect.VisibleFields(t) {
			if f.Anonymous || !f.IsExported() {
				continue
			}
			if !yield(f) {
				return
			}
		}
	}
}
