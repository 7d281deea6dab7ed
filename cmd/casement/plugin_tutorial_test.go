package main

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// pageBlock is a piece of code on a page: its language, and the file that it
// is, if it is one.
var pageBlock = regexp.MustCompile("(?ms)^```(\\w+)(?: (\\S+))?$\n(.*?)^```$")

// reader is somebody who does what a page says, word by word, in a folder
// outside of this repository.
type reader struct {
	t      *testing.T
	folder string
	env    []string
	serves func(command string) // takes a command that goes on until it is stopped
}

// follow does what the page says up to where it says stop. What it does not
// know how to do fails.
func (r *reader) follow(page, stop string) {
	r.t.Helper()
	raw, err := os.ReadFile(page)
	if err != nil {
		r.t.Fatal(err)
	}
	text, _, found := strings.Cut(string(raw), stop)
	if !found {
		r.t.Fatalf("%s does not say %q", page, stop)
	}
	done := 0
	for _, block := range pageBlock.FindAllStringSubmatch(text, -1) {
		switch {
		case block[1] == "sh":
			for command := range strings.Lines(block[3]) {
				r.do(strings.TrimSpace(command))
			}
		case block[2] != "":
			if err := os.WriteFile(filepath.Join(r.folder, block[2]), []byte(block[3]), 0o600); err != nil {
				r.t.Fatal(err)
			}
		default:
			r.t.Errorf("a block of %s has no name: nobody knows where it goes:\n%s", block[1], block[3])
		}
		done++
	}
	if all := strings.Count(text, "\n```"); all != 2*done {
		r.t.Errorf("%d marks of blocks, of which %d were followed", all, 2*done)
	}
}

func (r *reader) do(command string) {
	r.t.Helper()
	if folder, ok := strings.CutPrefix(command, "cd "); ok {
		r.folder = filepath.Join(r.folder, folder)
		return
	}
	if strings.HasPrefix(command, "casement plugin run") || strings.HasPrefix(command, "casement serve") {
		r.serves(command)
		return
	}
	cmd := exec.CommandContext(r.t.Context(), "sh", "-c", command)
	cmd.Dir, cmd.Env = r.folder, r.env
	if said, err := cmd.CombinedOutput(); err != nil {
		r.t.Fatalf("%s: %v\n%s", command, err, said)
	}
}

// elsewhere is a folder that has the built program on its path, and no network
// for Go.
func elsewhere(t *testing.T) (folder string, env []string) {
	t.Helper()
	if testing.Short() {
		t.Skip("building the whole program is not short")
	}
	bin, err := built()
	if err != nil {
		t.Fatal(err)
	}
	env = append(os.Environ(), "PATH="+filepath.Dir(bin)+string(os.PathListSeparator)+os.Getenv("PATH"), "GOPROXY=off", "GOFLAGS=", "GOWORK=off")
	return t.TempDir(), env
}

// TestTheFirstPluginIsInstalledOnScreenAndRaisesACase follows the page from its
// first word to the case: its commands in a shell, its files as they stand
// there, its clicks in a browser.
func TestTheFirstPluginIsInstalledOnScreenAndRaisesACase(t *testing.T) {
	folder, env := elsewhere(t)
	var in *installation
	r := &reader{t: t, folder: folder, env: env}
	r.serves = func(command string) {
		if strings.HasPrefix(command, "casement serve") {
			in = install(t, "--demo")
			return
		}
		r.runs(command)
	}
	r.follow(filepath.Join("..", "..", "docs", "plugins", "first-plugin.md"), "## 8. Raise a case")

	// 6. Install it on screen.
	morag := in.signIn("morag@northmoor.example")
	morag.Go(in.url + "/plugins")
	morag.Follow(`main a[href="/plugins/install"]`)
	morag.Upload(`input[name="file"]`, filepath.Join(r.folder, "call-back.wasm"))
	morag.Follow(`form[action="/plugins/install"] .button-main`)
	morag.WaitForText("main", "It sees what people type into it and nothing else")
	morag.Accessible()
	morag.Click(`#unsigned`)
	morag.Follow(`.plugin-decide .button-main`)
	morag.WaitURL("/plugins/org.example.call-back")

	// 7. Let a case type use it.
	morag.Go(in.url + "/configuration")
	morag.Follow(`main a[href="/configuration/upload"]`)
	morag.Upload(`input[name="file"]`, filepath.Join(r.folder, "call-back.yaml"))
	morag.Follow(`form[action="/configuration/upload"] .button-main`)
	morag.WaitForText("main", "what version 1 changes")
	morag.Follow(`button[formaction="/configuration/publish"]`)
	morag.WaitURL("/configuration/types/call-back")

	// 8. Raise a case.
	resident := in.visitor("")
	resident.Go(in.url + "/")
	resident.Follow(`main a[href="/forms/call-back"]`)
	resident.Submit(`main form`)
	resident.WaitURL("/forms/call-back/about")
	resident.Type(`textarea`, "Which bin goes out on Friday?")
	in.pass(5 * time.Minute) // nobody fills in a form in three seconds
	resident.Click(`main .button-main[value="submit"]`)
	resident.WaitURL("/forms/call-back/you")
	resident.Accessible()
	resident.Type(`input[autocomplete="name"]`, "Ada Lovelace")
	resident.Type(`input[type="tel"]`, "01632 960 001")
	resident.Click(`input[value="morning"]`)
	resident.Click(`main .button-main[value="submit"]`)
	resident.WaitURL("/forms/call-back/check")
	resident.WaitForText(`main`, "In the morning")
	resident.Click(`main .button-main[value="submit"]`)
	resident.WaitURL("/done/")
	resident.WaitForText(`main`, "We try twice.")
	ref := resident.Text(`.panel-reference`)
	if !strings.HasPrefix(ref, "CAL-") {
		t.Fatalf("the reference is %q", ref)
	}
	priya := in.signIn("priya@northmoor.example")
	priya.Go(in.url + "/cases/" + ref)
	priya.WaitForText(`.case-head`, "Call back Ada Lovelace")
	priya.Go(in.url + "/cases/" + ref + "/details")
	priya.WaitForText(`main`, "In the morning")
}

// runs starts a workbench, looks at its page, and stops it as Ctrl-C does.
func (r *reader) runs(command string) {
	r.t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		r.t.Fatal(err)
	}
	address := ln.Addr().String()
	ln.Close()
	ctx, cancel := context.WithTimeout(r.t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", "exec "+command+" --listen "+address)
	var said lockedBuffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = r.folder, r.env, &said, &said
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	shown := false
	for tick := time.NewTicker(100 * time.Millisecond); !shown && ctx.Err() == nil; <-tick.C {
		if page, err := http.Get("http://" + address + "/"); err == nil {
			var body bytes.Buffer
			_, _ = body.ReadFrom(page.Body)
			page.Body.Close()
			shown = bytes.Contains(body.Bytes(), []byte(`data-tree`))
		}
	}
	if !shown {
		r.t.Errorf("%s shows no form:\n%s", command, said.String())
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		r.t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		r.t.Errorf("%s ended with %v:\n%s", command, err, said.String())
	}
}

func TestAPluginOfEachKindIsBegunBuiltAndTested(t *testing.T) {
	folder, env := elsewhere(t)
	for _, kind := range []string{"form", "task", "details", "action"} {
		t.Run(kind, func(t *testing.T) {
			r := &reader{t: t, folder: folder, env: env}
			r.do("casement plugin new my-" + kind + " --kind " + kind + " --id uk.example.my-" + kind)
			r.do("cd my-" + kind)
			r.do("casement plugin test")
			r.do("casement plugin build")
			r.do("casement plugin conform my-" + kind + ".wasm")
			r.do("casement plugin kit")
			r.do("casement plugin keygen key.pem && casement plugin sign my-" + kind + ".wasm --key key.pem && casement plugin verify my-" + kind + ".wasm")
			r.do("! casement plugin new . --kind form")
			r.do(`! casement plugin run --listen 0.0.0.0:0`)
		})
	}
}
