package search

import (
	"strings"
	"unicode/utf8"

	"github.com/casement-dev/casement/core"
)

// Bounds of one filter.
const (
	maxKeys   = 100 // of one part
	maxFields = 20
	maxKey    = 500 // bytes
)

// check refuses what no filter can mean. Keys that nothing has are no error:
// they find nothing.
func (f Filter) check() error {
	lists := [][]string{f.Types, f.Subtypes, f.Statuses, f.Stages, f.Groups, f.Priorities, f.Channels, {string(f.Assignee)}}
	kinds := make([]string, len(f.Kinds))
	for i, k := range f.Kinds {
		kinds[i] = string(k)
	}
	lists = append(lists, kinds)
	if len(f.Fields) > maxFields {
		return core.InvalidField("fields", "Narrow a search by no more than %d fields.", maxFields)
	}
	for key, values := range f.Fields {
		lists = append(lists, []string{key}, values)
	}
	for _, list := range lists {
		if len(list) > maxKeys {
			return core.InvalidField("filter", "Choose no more than %d of one kind.", maxKeys)
		}
		for _, key := range list {
			if len(key) > maxKey || !utf8.ValidString(key) || strings.ContainsRune(key, 0) {
				return core.InvalidField("filter", "This is not something to narrow a search by.")
			}
		}
	}
	if f.Within != nil && !f.Within.Valid() {
		return core.InvalidField("within", "This is no part of the map.")
	}
	if f.Near != nil && !f.Near.Valid() {
		return core.InvalidField("near", "Choose a place and a distance of up to %d kilometres.", core.MaxRadius/1000)
	}
	return nil
}
