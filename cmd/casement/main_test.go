package main

import (
	"errors"
	"fmt"
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
	code := m.Run()
	if err := errors.Join(plain.Drop(), playing.Drop(), os.RemoveAll(builtIn)); err != nil {
		fmt.Fprintln(os.Stderr, "clear up after the tests:", err)
	}
	os.Exit(code)
}
