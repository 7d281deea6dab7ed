package casetypes

import (
	"maps"
	"slices"

	"github.com/casement-dev/casement/core"
)

// validateDesign checks that a form without code exists, and that what its
// answers become can be that of this type.
func validateDesign(c *Check, key string) {
	at := At("form")
	names := slices.Sorted(maps.Keys(c.Known.Designs))
	for i, name := range names {
		names[i] = designPrefix + name
	}
	if !c.Exists(at, "form", designPrefix+key, names) {
		return
	}
	for _, f := range c.Known.Designs[key] {
		own, ok := c.Type.Field(f.Key)
		switch {
		case !ok || own.Of != "":
		case own.Private:
			c.Say(at, "The form fills in “%s”, which is private to staff here. Let it fill in another field.", f.Key)
		case own.Kind != f.Kind && !(isWords(own.Kind) && isWords(f.Kind)):
			c.Say(at, "The form fills in “%s” with a %s, and the field is a %s here.", f.Key, f.Kind, own.Kind)
		}
	}
}

func isWords(k core.FieldKind) bool { return k == core.FieldText || k == core.FieldLongText }

// withDesigned adds the fields that the answers of a form without code become
// and the type does not have itself: they are known to lists, search and
// exports, and stand in no file.
func withDesigned(fields []core.Field, form core.FormRule, designs map[string][]core.Field) []core.Field {
	if form.Design == "" {
		return fields
	}
	out := slices.Clone(fields)
	for _, f := range designs[form.Design] {
		if !slices.ContainsFunc(out, func(has core.Field) bool { return has.Key == f.Key }) {
			f.Of = core.PluginEntry(designPrefix + form.Design)
			out = append(out, f)
		}
	}
	return out
}
