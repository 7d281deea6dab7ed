package pluginhost

import (
	"context"
	"fmt"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/core/pluginstore"
	"github.com/casement-dev/casement/sdk/abi"
)

// Commands makes commands of what plugins ask for. It knows those alone that
// staff who work a case may give, and decodes strictly: a member that the
// command does not have is an error, whose words are for the plugin's maker.
type Commands interface {
	Decode(name core.CommandName, args []byte) (cases.Command, error)
}

// maxEffects bounds one answer. What a door's request may hold is more.
const maxEffects = 50

// through names a plugin in histories: "casement.investigate 1.0.0".
func (p *plugin) through() string {
	m := p.manifest()
	return m.ID + " " + m.Version
}

// granted makes the commands that follow from an answer whose effects
// [Host.call] has held against the grant. An effect that is no command, or does
// not fit one, refuses the whole answer, as one that was not granted does.
func (h *Host) granted(ctx context.Context, p *plugin, effects []abi.Effect) (cases.Granted, error) {
	out := cases.Granted{Through: p.through()}
	if len(effects) > maxEffects {
		return out, h.failed(ctx, p, protocolFault(p.manifest(), fmt.Errorf("it asked for %d effects; %d are the most", len(effects), maxEffects)))
	}
	for _, e := range effects {
		cmd, err := h.command(p, e)
		if err != nil {
			return cases.Granted{}, h.failed(ctx, p, &wasm.Fault{
				Kind: wasm.FaultRefused, Plugin: p.manifest().ID, Version: p.manifest().Version,
				Message: fmt.Sprintf("its effect %.100q is not taken: %v; nothing of its answer was done", e.Type, err), Cause: err,
			})
		}
		out.Commands = append(out.Commands, cmd)
	}
	return out, nil
}

func (h *Host) command(p *plugin, e abi.Effect) (cases.Command, error) {
	if e.Type == abi.EffectKeep {
		var put abi.StorePut
		if err := decodeArgs(e.Args, &put); err != nil {
			return nil, err
		}
		return &pluginstore.Put{Plugin: p.manifest().ID, Key: put.Key, Value: []byte(put.Value), Shared: put.Shared}, nil
	}
	if h.services.Commands == nil {
		return nil, fmt.Errorf("there are no commands here")
	}
	return h.services.Commands.Decode(core.CommandName(e.Type), e.Args)
}
