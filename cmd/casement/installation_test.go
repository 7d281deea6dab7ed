package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/casement-dev/casement/web/webtest"
)

// built is the binary that journeys run: built once for the test process, as
// "make build" builds it. TestMain removes the folder it is in.
var (
	builtIn string
	built   = sync.OnceValues(func() (path string, err error) {
		if builtIn, err = os.MkdirTemp("", "casement-bin"); err != nil {
			return "", err
		}
		path = filepath.Join(builtIn, "casement")
		out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("build the binary: %w\n%s", err, out)
		}
		return path, nil
	})
)

// installation is a running binary with a database of its own, demonstration
// data, and a clock that the test moves.
type installation struct {
	t     *testing.T
	url   string
	dir   string
	clock string
	cmd   *exec.Cmd
	log   *lockedBuffer
	done  chan error
}

// lockedBuffer keeps what the program says, for failures.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// install starts the built binary on an empty data directory. It is stopped
// with the test.
func install(t *testing.T, arguments ...string) *installation {
	t.Helper()
	if testing.Short() {
		t.Skip("starting the whole program is not short")
	}
	bin, err := built()
	if err != nil {
		t.Fatal(err)
	}
	// Under /tmp by hand: the private database needs a short path that another
	// user may enter.
	dir, err := os.MkdirTemp("/tmp", "cj")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	in := &installation{t: t, dir: dir, clock: filepath.Join(dir, "clock"), log: &lockedBuffer{}}
	in.start(bin, arguments...)
	t.Cleanup(in.stop)
	return in
}

func (in *installation) start(bin string, arguments ...string) {
	in.t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		in.t.Fatal(err)
	}
	address := ln.Addr().String()
	ln.Close()
	in.url = "http://" + address
	in.cmd = exec.Command(bin, append([]string{"serve", "--listen", address, "--data-dir", filepath.Join(in.dir, "data"), "--plugin-cache-dir", pluginCache(),
		"--node-modules", "../../web/assets/node_modules", "--test", "--clock-file", in.clock}, arguments...)...)
	in.cmd.Env = append(os.Environ(), "DATABASE_URL=", "CASEMENT_DATABASE_URL=")
	in.cmd.Stdout, in.cmd.Stderr = in.log, in.log
	if err := in.cmd.Start(); err != nil {
		in.t.Fatal(err)
	}
	in.done = make(chan error, 1)
	go func() { in.done <- in.cmd.Wait() }()
	in.eventually("it answers", 60*time.Second, func() bool {
		select {
		case err := <-in.done:
			in.done <- err
			in.t.Fatalf("the program ended: %v\n%s", err, in.log)
		default:
		}
		resp, err := http.Get(in.url + "/readyz")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
}

// stop ends the program as Ctrl-C does, and fails the test unless it ends well.
func (in *installation) stop() {
	if err := in.cmd.Process.Signal(os.Interrupt); err != nil {
		return // it has ended already, and the test knows why
	}
	select {
	case err := <-in.done:
		in.done <- err
		if err != nil {
			in.t.Errorf("the program ended badly: %v\n%s", err, in.log)
		}
	case <-time.After(40 * time.Second):
		in.cmd.Process.Signal(syscall.SIGKILL)
		in.t.Errorf("the program did not stop on Ctrl-C\n%s", in.log)
	}
	if in.t.Failed() {
		for s := bufio.NewScanner(strings.NewReader(in.log.String())); s.Scan(); {
			if strings.Contains(s.Text(), "level=ERROR") || strings.Contains(s.Text(), "level=WARN") {
				in.t.Log(s.Text())
			}
		}
	}
}

// pass moves the installation's clock to so long after now, as a running clock.
func (in *installation) pass(since time.Duration) {
	in.t.Helper()
	if err := os.WriteFile(in.clock, []byte("+"+since.String()), 0o644); err != nil {
		in.t.Fatal(err)
	}
}

// eventually waits until a condition holds.
func (in *installation) eventually(what string, patience time.Duration, holds func() bool) {
	in.t.Helper()
	ctx, cancel := context.WithTimeout(in.t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			in.t.Fatalf("it never came to be that %s\n%s", what, in.log)
		case <-tick.C:
		}
	}
}

// visitor opens a tab for a staff user, or, without an address, for the public.
func (in *installation) visitor(email string) *webtest.Page {
	in.t.Helper()
	if email == "" {
		return webtest.Open(in.t, in.url+"/healthz")
	}
	return in.signIn(email)
}

// signIn opens a tab of its own for a staff user.
func (in *installation) signIn(email string) *webtest.Page {
	in.t.Helper()
	p := webtest.Open(in.t, in.url+"/staff/sign-in")
	in.giveCredentials(p, email)
	return p
}

func (in *installation) giveCredentials(p *webtest.Page, email string) {
	in.t.Helper()
	p.Type(`input[name="email"]`, email)
	p.Type(`input[name="password"]`, demoPassword)
	p.Follow(`main button[type="submit"]`)
}

// writePNG makes a small picture.
func writePNG(t *testing.T, path string) {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, 64, 48))
	for i := range picture.Pix {
		picture.Pix[i] = byte(i)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, picture); err != nil {
		t.Fatal(err)
	}
}
