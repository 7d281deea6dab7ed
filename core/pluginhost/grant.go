package pluginhost

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/sdk/abi"
)

// Grant is what an administrator allows a plugin: command names, each perhaps
// narrowed by a list of patterns for its first argument, as in a manifest's
// needs: "note.add", "case.change_status:triage,closed", "case.set_field:complaint.*".
type Grant []string

// narrowed names the argument that a grant's patterns are held against.
var narrowed = map[string]string{
	"case.change_status":  "to",
	"case.change_stage":   "to",
	"case.set_field":      "field",
	"correspondence.send": "template",
	"task.add":            "type",
}

// Allow says whether every effect of an answer was granted. One that was not
// refuses the whole answer: half of what a plugin meant is not what it meant.
// The error is a wasm.Fault that names the effect.
func (g Grant) Allow(effects []abi.Effect, of *abi.Manifest) error {
	for _, e := range effects {
		if !g.allows(e) {
			return &wasm.Fault{
				Kind: wasm.FaultRefused, Plugin: of.ID, Version: of.Version,
				Message: fmt.Sprintf("it asked for %.100q, which was not granted; nothing of its answer was done", e.Type),
			}
		}
	}
	return nil
}

func (g Grant) allows(e abi.Effect) bool {
	for _, granted := range g {
		name, patterns, narrow := strings.Cut(granted, ":")
		if name != e.Type {
			continue
		}
		if !narrow || matches(e, patterns) {
			return true
		}
	}
	return false
}

// matches holds the argument of an effect against patterns; an argument that
// is missing, or a command that cannot be narrowed, matches none.
func matches(e abi.Effect, patterns string) bool {
	argument, known := narrowed[e.Type]
	var args map[string]any
	if !known || json.Unmarshal(e.Args, &args) != nil {
		return false
	}
	value, ok := args[argument].(string)
	if !ok {
		return false
	}
	for pattern := range strings.SplitSeq(patterns, ",") {
		if hit, err := path.Match(pattern, value); err == nil && hit {
			return true
		}
	}
	return false
}
