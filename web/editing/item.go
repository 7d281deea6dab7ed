package editing

import (
	"reflect"
	"regexp"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
)

// entryOf takes the list and the number off a path: reasons.close[1].message.
var entryOf = regexp.MustCompile(`^([a-z0-9_.]+)\[(\d+)\]`)

// ItemOf is how the entry that a path of a finding leads to is told in
// addresses: "statuses/waiting"; "" when it leads to none.
func ItemOf(sections []casetypes.Section, t *core.CaseType, path string) string {
	m := entryOf.FindStringSubmatch(path)
	if m == nil {
		return ""
	}
	steps := strings.Split(m[1], ".")
	var v reflect.Value
	for _, s := range sections {
		for _, p := range s.Parts(t) {
			if p.Key == steps[0] {
				v = reflect.ValueOf(p.Value).Elem()
			}
		}
	}
	for _, step := range steps[1:] {
		if v = member(v, step); !v.IsValid() {
			return ""
		}
	}
	var i int
	for _, digit := range m[2] {
		if i = i*10 + int(digit-'0'); i > 1<<20 {
			return ""
		}
	}
	if !v.IsValid() || v.Kind() != reflect.Slice || i >= v.Len() {
		return ""
	}
	entry := v.Index(i)
	if entry.Kind() == reflect.Struct {
		if key := entry.FieldByName("Key"); key.IsValid() && key.Kind() == reflect.String {
			return m[1] + "/" + key.String()
		}
	}
	return m[1] + "/" + m[2]
}

func member(v reflect.Value, name string) reflect.Value {
	if !v.IsValid() || v.Kind() != reflect.Struct {
		return reflect.Value{}
	}
	for i := range v.NumField() {
		if tag, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ","); tag == name {
			return v.Field(i)
		}
	}
	return reflect.Value{}
}
