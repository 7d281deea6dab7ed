package pluginhost

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/sdk/abi"
)

// FormProvider serves the forms of plugins to core/forms: the case type in a
// call says which.
func (h *Host) FormProvider() forms.Provider { return formProvider{h} }

type formProvider struct{ host *Host }

// Serve implements [forms.Provider].
func (f formProvider) Serve(ctx context.Context, call forms.Call) (forms.Reply, error) {
	p := f.host.find(call.Type.Form.Plugin)
	if p == nil {
		return forms.Reply{}, core.Unavailable(nil, "This form is not installed.")
	}
	m := p.manifest()
	if e := m.Entry(call.Type.Form.Entry); e == nil || e.Kind != abi.KindForm {
		return forms.Reply{}, core.Unavailable(nil, "This form is not installed.")
	}
	now := pin(m, p.module.Package().Hash)
	if len(call.State) > 0 && call.Pin != now {
		var err error
		if call.State, err = f.migrate(ctx, p, call); err != nil {
			return forms.Reply{}, err
		}
	}
	response, err := f.host.call(ctx, p, requestOf(call, m))
	if err != nil {
		return forms.Reply{}, err
	}
	reply, err := replyOf(response, now)
	if err != nil {
		return forms.Reply{}, f.host.failed(ctx, p, protocolFault(m, err))
	}
	if len(response.Effects) > 0 {
		// The door knows no command beside a form's raise yet, so that none can be lost in silence.
		return forms.Reply{}, f.host.failed(ctx, p, protocolFault(m, fmt.Errorf("a form asked for %.100q beside its case", response.Effects[0].Type)))
	}
	return reply, nil
}

// migrate brings a state that another version made into the form that this
// one reads. A state of the same version of states needs nothing.
func (f formProvider) migrate(ctx context.Context, p *plugin, call forms.Call) ([]byte, error) {
	m := p.manifest()
	from, ok := stateVersion(call.Pin)
	switch {
	case ok && from == m.State.Version:
		return call.State, nil
	case !ok || !slices.Contains(m.State.MigratesFrom, from):
		return nil, core.Unavailable(nil, "This form has changed since you began it, so it has to be begun again.")
	}
	response, err := f.host.call(ctx, p, migrationOf(call, from))
	if err != nil {
		return nil, err
	}
	if len(response.State) == 0 {
		return nil, f.host.failed(ctx, p, protocolFault(m, fmt.Errorf("it gave no state when asked to migrate from version %d", from)))
	}
	return response.State, nil
}

// stateVersion reads the version of states from a pin.
func stateVersion(pin string) (int, bool) {
	_, build, _ := strings.Cut(pin, "+s")
	number, _, ok := strings.Cut(build, ".")
	n, err := strconv.Atoi(number)
	return n, ok && err == nil
}

func protocolFault(m *abi.Manifest, err error) *wasm.Fault {
	return &wasm.Fault{Kind: wasm.FaultProtocol, Plugin: m.ID, Version: m.Version, Message: err.Error(), Cause: err}
}
