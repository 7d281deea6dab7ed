package pluginhost

import (
	"strings"
	"testing"

	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/sdk/abi"
)

func TestOneEffectThatWasNotGrantedRefusesTheWholeAnswer(t *testing.T) {
	grant := Grant{"note.add", "case.change_status:triage,closed", "case.set_field:complaint.*", "case.close:x"}
	effect := func(name, args string) abi.Effect { return abi.Effect{Type: name, Args: abi.Raw(args)} }
	for name, c := range map[string]struct {
		effects []abi.Effect
		allowed bool
	}{
		"none":                        {nil, true},
		"what was granted":            {[]abi.Effect{effect("note.add", `{"text":"x"}`), effect("case.change_status", `{"to":"triage"}`)}, true},
		"by a pattern":                {[]abi.Effect{effect("case.set_field", `{"field":"complaint.kind"}`)}, true},
		"outside a pattern":           {[]abi.Effect{effect("case.set_field", `{"field":"person.email"}`)}, false},
		"another status":              {[]abi.Effect{effect("case.change_status", `{"to":"final"}`)}, false},
		"no argument":                 {[]abi.Effect{effect("case.change_status", "")}, false},
		"an argument of another type": {[]abi.Effect{effect("case.change_status", `{"to":["triage"]}`)}, false},
		"a command beyond narrowing":  {[]abi.Effect{effect("case.close", `{"status":"x"}`)}, false},
		"one among others":            {[]abi.Effect{effect("note.add", `{}`), effect("case.cancel", `{}`)}, false},
		"a name that only begins so":  {[]abi.Effect{effect("note.add.all", `{}`)}, false},
	} {
		err := grant.Allow(c.effects, &abi.Manifest{ID: "org.example.x", Version: "1.0.0"})
		if (err == nil) != c.allowed {
			t.Errorf("%s: %v", name, err)
		}
		if f := wasm.AsFault(err); err != nil && (f == nil || !strings.Contains(f.Error(), "org.example.x")) {
			t.Errorf("%s: not a fault that says whose: %v", name, err)
		}
	}
}
