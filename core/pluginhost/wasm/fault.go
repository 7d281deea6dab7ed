package wasm

import (
	"errors"
	"fmt"
	"strings"
)

// FaultKind says in which way a plugin failed.
type FaultKind string

// The kinds of [Fault].
const (
	FaultRefused  FaultKind = "refused"  // the module is not fit to be run: structure, manifest, contract
	FaultCompile  FaultKind = "compile"  // compiling failed or took too much time or memory
	FaultTrap     FaultKind = "trap"     // it crashed
	FaultExit     FaultKind = "exit"     // it ended itself
	FaultFuel     FaultKind = "fuel"     // it computed more than it may
	FaultDepth    FaultKind = "depth"    // its functions called each other too deeply
	FaultStopped  FaultKind = "stopped"  // it took too long by the clock, or the request was given up
	FaultHost     FaultKind = "host"     // it called the host too often
	FaultOutput   FaultKind = "output"   // its answer is too long or lies outside its memory
	FaultProtocol FaultKind = "protocol" // its answer is not a valid message or view
	FaultDeclared FaultKind = "declared" // it says itself that it failed
	FaultBusy     FaultKind = "busy"     // all its instances stayed busy until the deadline
)

// Fault is a plugin's failure. What Message and Log say comes in part from the
// plugin: it is for administrators and publishers, never for the public.
type Fault struct {
	Kind    FaultKind
	Plugin  string // id of the manifest
	Version string
	Message string // one line
	Log     string // what it wrote to its standard error, at most 8 KiB
	Cause   error
}

func (f *Fault) Error() string {
	return fmt.Sprintf("plugin %s %s: %s: %s", f.Plugin, f.Version, f.Kind, f.Message)
}

// Unwrap gives the cause.
func (f *Fault) Unwrap() error { return f.Cause }

// AsFault finds a fault in err's chain, or gives nil.
func AsFault(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return nil
}

// clean makes a guest's words fit for a log and a database: valid text, without
// the control characters that move a cursor or that no column takes.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 {
			return '\ufffd'
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}
