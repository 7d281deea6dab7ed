//go:build !linux

package wasm

// limitProcess has no limits to set here; the parent's deadline is what is left.
func limitProcess(cpu, memory, file uint64) error { return nil }
