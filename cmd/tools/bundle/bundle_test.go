package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEntriesAreBundledUnderNamesThatChangeWithTheirContent(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	write(t, from, "js/app.js", "import {word} from './part.js'\nconsole.log(word)")
	write(t, from, "js/part.js", "/*! by somebody */ export const word = 'first'")
	write(t, from, "css/app.css", "@import './tokens.css';\nbody { color: var(--ink) }")
	write(t, from, "css/tokens.css", ":root { --ink: #123456 }")
	write(t, to, ".gitkeep", "")
	write(t, to, "app-OLD.js", "left by an earlier build")

	entries := []string{"js/app.js", "css/app.css"}
	if _, err := bundle(from, to, entries); err != nil {
		t.Fatal(err)
	}
	first := manifest(t, to)
	script := read(t, to, first["app.js"])
	if !strings.Contains(script, "first") || strings.Contains(script, "import") {
		t.Errorf("the script is not bundled: %s", script)
	}
	if !strings.Contains(read(t, to, first["app.css"]), "#123456") {
		t.Error("the style is not bundled")
	}
	if !strings.Contains(script, first["app.js"]+".LEGAL.txt") {
		t.Errorf("the script does not name its licence: %s", script)
	}
	if legal := read(t, to, first["app.js"]+".LEGAL.txt"); !strings.Contains(legal, "by somebody") {
		t.Errorf("legal comments: %s", legal)
	}
	if unpacked := gunzip(t, read(t, to, first["app.js"]+".gz")); unpacked != script {
		t.Error("the compressed file is another")
	}
	if _, err := os.Stat(filepath.Join(to, "app-OLD.js")); !os.IsNotExist(err) {
		t.Errorf("the old file is still there: %v", err)
	}
	if _, err := os.Stat(filepath.Join(to, ".gitkeep")); err != nil {
		t.Error(err)
	}

	write(t, from, "js/part.js", "export const word = 'second'")
	if _, err := bundle(from, to, entries); err != nil {
		t.Fatal(err)
	}
	second := manifest(t, to)
	if second["app.js"] == first["app.js"] {
		t.Error("another script has the same name")
	}
	if second["app.css"] != first["app.css"] {
		t.Error("the same style has another name")
	}
}

func TestAFaultInASourceIsNamedAndLeavesTheOldFiles(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	write(t, from, "app.js", "console.log('good')")
	if _, err := bundle(from, to, []string{"app.js"}); err != nil {
		t.Fatal(err)
	}
	before := manifest(t, to)
	for source, want := range map[string]string{
		"console.log('never closed": "app.js:1",
		"import 'nowhere'":          "nowhere",
	} {
		write(t, from, "app.js", source)
		if _, err := bundle(from, to, []string{"app.js"}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: err = %v", source, err)
		}
	}
	if after := manifest(t, to); after["app.js"] != before["app.js"] {
		t.Errorf("the manifest changed to %v", after)
	}
	read(t, to, before["app.js"])
}

func TestTwoEntriesOfOneNameAreRefused(t *testing.T) {
	from := t.TempDir()
	write(t, from, "a/app.js", "1")
	write(t, from, "b/app.js", "2")
	if _, err := bundle(from, t.TempDir(), []string{"a/app.js", "b/app.js"}); err == nil {
		t.Error("accepted")
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func manifest(t *testing.T, dir string) map[string]string {
	t.Helper()
	names := map[string]string{}
	if err := json.Unmarshal([]byte(read(t, dir, manifestName)), &names); err != nil {
		t.Fatal(err)
	}
	return names
}

func gunzip(t *testing.T, packed string) string {
	t.Helper()
	reader, err := gzip.NewReader(bytes.NewReader([]byte(packed)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
