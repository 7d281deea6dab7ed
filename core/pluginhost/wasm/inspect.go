package wasm

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/casement-dev/casement/core/pluginhost/wasm/meter"
	"github.com/casement-dev/casement/sdk/abi"
)

// Package is a module that was found fit to be run.
type Package struct {
	Hash     string // SHA-256 of the module as it was given, in hexadecimal
	Manifest abi.Manifest
	code     []byte   // metered
	globals  []string // what a snapshot must put back
	warm     bool     // exports plugin_warm
}

const (
	maxManifest = 64 << 10
	wasiModule  = "wasi_snapshot_preview1"
)

// exports are the functions a module must or may offer, by their signature.
var exports = map[string]struct {
	params, results string
	required        bool
}{
	"plugin_abi":   {"", "\x7f", true},
	"plugin_alloc": {"\x7f", "\x7f", true},
	"plugin_call":  {"\x7f\x7f", "\x7e", true},
	"_initialize":  {"", "", false},
	"plugin_warm":  {"\x7f", "", false},
	"plugin_idle":  {"", "", false},
}

// Inspect checks a module before anything of it runs: its structure, its
// imports and exports, its manifest. The error is a [Fault].
func Inspect(module []byte) (*Package, error) {
	sum := sha256.Sum256(module)
	p := &Package{Hash: hex.EncodeToString(sum[:])}
	refuse := func(format string, args ...any) error {
		return &Fault{Kind: FaultRefused, Plugin: p.Manifest.ID, Version: p.Manifest.Version, Message: fmt.Sprintf(format, args...)}
	}
	metered, err := meter.Rewrite(module)
	if err != nil {
		return nil, refuse("%v", err)
	}
	raw, there := metered.Customs[abi.ManifestSection]
	if !there {
		return nil, refuse("no manifest: the section %s is missing", abi.ManifestSection)
	}
	if len(raw) > maxManifest {
		return nil, refuse("the manifest is longer than %d KiB", maxManifest>>10)
	}
	if err := readManifest(raw, &p.Manifest); err != nil {
		return nil, refuse("the manifest is not valid: %v", err)
	}
	if err := p.Manifest.Validate(); err != nil {
		id := p.Manifest.ID
		p.Manifest = abi.Manifest{} // nothing of it is to be believed
		return nil, refuse("the manifest of %.100q is not valid: %v", id, err)
	}
	if p.Manifest.ABI != abi.Version {
		return nil, refuse("it is made for contract version %d; this server speaks version %d", p.Manifest.ABI, abi.Version)
	}
	for _, imp := range metered.Imports {
		if imp.Module != wasiModule || !slices.Contains(wasiNames(), imp.Name) {
			return nil, refuse("it imports %.100s.%.100s, which no plugin may", imp.Module, imp.Name)
		}
	}
	if metered.Exports["memory"].Kind != 2 {
		return nil, refuse("it does not export its memory")
	}
	for name, want := range exports {
		have, there := metered.Exports[name]
		if !there && !want.required {
			continue
		}
		if !there || have.Kind != 0 || string(have.Params) != want.params || string(have.Results) != want.results {
			return nil, refuse("it does not export %s as the contract says", name)
		}
	}
	for name := range metered.Exports {
		if strings.HasPrefix(name, "casement.") {
			return nil, refuse("it exports %.100q, a name kept for the host", name)
		}
	}
	_, p.warm = metered.Exports["plugin_warm"]
	p.code, p.globals = metered.Code, metered.Globals
	return p, nil
}

// readManifest is strict, since others read the manifest again: what an
// administrator is shown, and what is enforced, must be the same.
func readManifest(raw []byte, m *abi.Manifest) error {
	if !utf8.Valid(raw) {
		return errors.New("it is not UTF-8")
	}
	if bytes.Contains(raw, []byte(`\u0000`)) {
		return errors.New("it holds NUL")
	}
	if err := json.Unmarshal(raw, m); err != nil {
		return err
	}
	return namesOnceInAnyCase(raw)
}
