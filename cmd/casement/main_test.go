package main

import (
	"os"
	"testing"

	"github.com/casement-dev/casement/core/pluginhost/wasm"
)

// TestMain lets the program that tests run in compile plugins in a child of its
// own, as main does: without it each child would run all the tests again.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == compilerWord {
		os.Exit(wasm.CompileMain(os.Args[2:], os.Stdin, os.Stderr))
	}
	os.Exit(m.Run())
}
