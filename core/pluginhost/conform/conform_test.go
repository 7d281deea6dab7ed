package conform_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core/pluginhost/conform"
	"github.com/casement-dev/casement/core/pluginhost/pack"
	"github.com/casement-dev/casement/core/pluginhost/wasm"
)

const compileCommand = "compile-plugin"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == compileCommand {
		os.Exit(wasm.CompileMain(os.Args[2:], os.Stdin, os.Stderr))
	}
	os.Exit(m.Run())
}

func options(t *testing.T) wasm.Options {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return wasm.Options{
		CacheDir: filepath.Join(os.TempDir(), "casement-test-plugin-cache"), Compile: wasm.ChildCompiler(self, compileCommand),
		Limits: wasm.Limits{Wall: 20 * time.Second}, LoadWait: 5 * time.Minute,
	}
}

// packed builds a plugin written in Go.
func packed(t *testing.T, folder string) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "plugin.wasm")
	if err := pack.Build(t.Context(), folder, file); err != nil {
		t.Fatal(err)
	}
	module, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return module
}

func wantConforming(t *testing.T, module []byte) {
	t.Helper()
	checks := conform.Run(context.Background(), options(t), module)
	for _, c := range checks {
		t.Log(c)
	}
	if !conform.Passed(checks) {
		t.Error("it does not conform")
	}
	if len(checks) < 12 {
		t.Errorf("only %d things were tried", len(checks))
	}
}

func TestThePluginsWrittenInGoConform(t *testing.T) {
	for _, folder := range []string{"../../../plugins/complaint", "../../../examples/form-hello"} {
		t.Run(filepath.Base(folder), func(t *testing.T) { wantConforming(t, packed(t, folder)) })
	}
}

func TestAPluginThatRemembersOrStumblesIsFoundOut(t *testing.T) {
	checks := conform.Run(context.Background(), options(t), packed(t, "testdata/sloppy"))
	var failed []string
	for _, c := range checks {
		t.Log(c)
		if !c.OK {
			failed = append(failed, c.Name)
		}
		if c.Says == "" || !strings.HasSuffix(c.Says, ".") {
			t.Errorf("no sentence: %v", c)
		}
	}
	for _, want := range []string{
		"bytes that are no request", "the same request, the same answer", "members it does not know", "nothing granted", "to look again",
		"events out of turn", "text survives", "migration",
	} {
		if !slices.Contains(failed, want) {
			t.Errorf("%q was not found out", want)
		}
	}
}

func TestWhatIsNoPluginEndsAtTheStructure(t *testing.T) {
	checks := conform.Run(context.Background(), options(t), []byte("#!/bin/sh"))
	if len(checks) != 1 || checks[0].OK || checks[0].Name != "structure" || conform.Passed(checks) {
		t.Errorf("%v", checks)
	}
}
