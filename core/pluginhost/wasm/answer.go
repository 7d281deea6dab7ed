package wasm

import (
	"errors"
	"fmt"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/view"
)

// The most of each that one answer may hold. A plugin that does its work stays
// far below; one that does not would set the host to work for it.
const (
	maxEffects  = 100
	maxErrors   = 1000
	maxLogLines = 100
	maxLogLine  = 1000 // bytes
)

// decode believes nothing: grammar, size, depth, names given twice, version,
// numbers of things, and the view.
func (m *Module) decode(out []byte) (*abi.Response, *Fault) {
	r, err := abi.DecodeResponse(out)
	if err == nil {
		err = namesOnce(out)
	}
	switch {
	case err != nil:
		return nil, m.fault(FaultProtocol, fmt.Errorf("the answer cannot be read: %w", err))
	case r.V != abi.Version:
		return nil, m.fault(FaultProtocol, fmt.Errorf("the answer is of version %d", r.V))
	case r.Fault != "":
		return nil, m.fault(FaultDeclared, errors.New(r.Fault))
	case len(r.State) > m.limits.State:
		return nil, m.fault(FaultOutput, fmt.Errorf("the state is %d bytes long, more than %d", len(r.State), m.limits.State))
	}
	if err := bounded(r); err != nil {
		return nil, m.fault(FaultProtocol, err)
	}
	if r.View != nil {
		if err := view.Validate(r.View); err != nil {
			return nil, m.fault(FaultProtocol, fmt.Errorf("the view is not valid: %w", err))
		}
	}
	return r, nil
}

func bounded(r *abi.Response) error {
	switch {
	case len(r.Effects) > maxEffects:
		return fmt.Errorf("the answer has %d effects, more than %d", len(r.Effects), maxEffects)
	case len(r.Errors) > maxErrors:
		return fmt.Errorf("the answer has %d errors, more than %d", len(r.Errors), maxErrors)
	case len(r.Asks) > abi.MaxAsks:
		return fmt.Errorf("the answer asks for %d things, more than %d", len(r.Asks), abi.MaxAsks)
	}
	for k, a := range r.Asks {
		for _, before := range r.Asks[:k] {
			if a.ID == before.ID {
				return fmt.Errorf("two asks have the id %.40q", a.ID)
			}
		}
	}
	r.Log = r.Log[:min(len(r.Log), maxLogLines)]
	for k, line := range r.Log {
		if len(line) > maxLogLine {
			line = line[:maxLogLine]
		}
		r.Log[k] = clean(line)
	}
	return nil
}
