package pluginhost

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/sdk/abi"
)

// FormProvider serves the forms of plugins to core/forms: the case type in a
// call says which.
func (h *Host) FormProvider() forms.Provider { return designedForms{formProvider{h}} }

type formProvider struct{ host *Host }

// Serve implements [forms.Provider].
func (f formProvider) Serve(ctx context.Context, call forms.Call) (forms.Reply, error) {
	pinned := call.Pin
	if len(call.State) == 0 {
		pinned = "" // nothing was begun: the version that serves
	} else if pinned == "" {
		return forms.Reply{}, changed()
	}
	p, err := f.host.version(ctx, call.Type.Form.Plugin, pinned)
	if err != nil {
		return forms.Reply{}, err
	}
	if e := p.m.Entry(call.Type.Form.Entry); e == nil || e.Kind != abi.KindForm {
		return forms.Reply{}, core.Unavailable(nil, "This form is not installed.")
	}
	about := errand{by: core.AnonymousActor(), draft: call.Draft, entry: call.Type.Form.Entry, what: "form " + call.Type.Form.Entry, public: true}
	if from, needed := p.migrates(pinned); needed {
		if call.State, err = f.migrate(ctx, p, call, from, about); err != nil {
			return forms.Reply{}, err
		}
	}
	response, err := f.host.serve(ctx, p, requestOf(call, p.grant), about)
	if err != nil {
		return forms.Reply{}, err
	}
	reply, err := replyOf(response, p.pin())
	if err == nil && reply.Done != nil && reply.Done.Anonymous {
		err = namesNobody(reply.Done.Effects, call.Viewer)
	}
	if err != nil {
		return forms.Reply{}, f.host.failedIn(ctx, p, call.Type.Form.Entry, protocolFault(p.m, err))
	}
	// They are made when the case is raised. What could not be is better known
	// now, while whoever fills in the form can still be told.
	if _, err := f.host.granted(ctx, p, response.Effects); err != nil {
		return forms.Reply{}, err
	}
	return reply, nil
}

// naming are the commands that say who somebody is.
var naming = []string{"case.change_contact"}

// namesNobody refuses effects of an anonymous form that would tell who filled it
// in.
func namesNobody(effects []forms.Effect, v *forms.Viewer) error {
	for _, e := range effects {
		if slices.Contains(naming, e.Type) {
			return fmt.Errorf("it asks for %q beside an anonymous case", e.Type)
		}
		var args any
		if v == nil || json.Unmarshal(e.Args, &args) != nil {
			continue
		}
		for _, known := range []string{v.Name, v.Email, v.Phone} {
			if known != "" && mentions(args, strings.ToLower(known)) {
				return fmt.Errorf("its effect %.100q names who is signed in, beside an anonymous case", e.Type)
			}
		}
	}
	return nil
}

// mentions reports whether a text, in lower case, is anywhere in a JSON value.
func mentions(v any, text string) bool {
	switch v := v.(type) {
	case string:
		return strings.Contains(strings.ToLower(v), text)
	case []any:
		return slices.ContainsFunc(v, func(one any) bool { return mentions(one, text) })
	case map[string]any:
		for key, one := range v {
			if mentions(key, text) || mentions(one, text) {
				return true
			}
		}
	}
	return false
}

// GrantedToForm implements intake.Granter: the effects of a finished form become
// commands, if the version that would go on with the form may have them now. The
// error is worded for the public.
func (h *Host) GrantedToForm(ctx context.Context, form, pin string, r *forms.Raise) (cases.Granted, error) {
	id, entry, _ := strings.Cut(form, "/")
	p, err := h.version(ctx, id, pin)
	if err != nil {
		return cases.Granted{}, err
	}
	if !p.on {
		return cases.Granted{}, core.Unavailable(nil, "This form is switched off.")
	}
	effects := make([]abi.Effect, len(r.Effects))
	for i, e := range r.Effects {
		effects[i] = abi.Effect{Type: e.Type, Args: abi.Raw(e.Args)}
	}
	if err := p.grant.Allow(effects, p.m); err != nil {
		return cases.Granted{}, h.failedIn(ctx, p, entry, err)
	}
	return h.granted(ctx, p, effects)
}

// Raised implements forms.Hearer: what was recorded of the form belongs to its
// case from now on, or, without a name, to nobody.
func (f formProvider) Raised(draft core.DraftID, cs core.CaseID, anonymous bool) {
	f.host.recorder.adopt(plugins.Adopted{Draft: draft, Case: cs, Anonymous: anonymous})
}

// migrate brings a state that another version made into the form that this
// one reads.
func (f formProvider) migrate(ctx context.Context, p *plugin, call forms.Call, from int, about errand) ([]byte, error) {
	response, err := f.host.call(ctx, p, migrationOf(call, from), about.matter())
	if err != nil {
		return nil, err
	}
	if len(response.State) == 0 {
		return nil, f.host.failedIn(ctx, p, call.Type.Form.Entry, protocolFault(p.m, fmt.Errorf("it gave no state when asked to migrate from version %d", from)))
	}
	return response.State, nil
}

// readPin reads the version of states, and the beginning of the module's hash.
func readPin(pin string) (version int, short string, ok bool) {
	_, build, _ := strings.Cut(pin, "+s")
	number, short, _ := strings.Cut(build, ".")
	version, err := strconv.Atoi(number)
	return version, short, err == nil && len(short) == 12 && strings.Trim(short, "0123456789abcdef") == ""
}
