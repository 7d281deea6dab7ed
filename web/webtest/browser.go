// Package webtest drives a real browser for tests, and is the only place that
// knows which library does so. One headless Chromium serves a test process;
// each page has a profile of its own, so tests do not see each other's cookies.
//
// A page fails its test when the browser's console shows an error that the
// test did not expect. Every step waits for what it needs, and fails the test
// with a sentence when that does not come.
//
// browser.go starts the browser; page.go opens pages and looks at them;
// input.go does what a person does; picture.go takes screenshots; axe.go looks
// for barriers.
package webtest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/chromedp/chromedp"
)

// programs are the names of a browser that will do, best first.
var programs = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}

// browser starts the one browser of this process. It lives as long as the
// process, and the kernel ends it with us.
var browser = sync.OnceValues(startBrowser)

var errNoBrowser = errors.New("no Chromium is installed (Debian: apt-get install chromium)")

func startBrowser() (context.Context, error) {
	program, err := findProgram()
	if err != nil {
		return nil, err
	}
	profile, err := profileDir()
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program),
		chromedp.UserDataDir(profile),
		// The pages are our own, and in a container the sandbox often cannot
		// be set up.
		chromedp.NoSandbox,
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("no-proxy-server", true),
		chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("force-device-scale-factor", "1"),
		// A page of ours loads nothing from elsewhere; neither does the
		// browser behind our back.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost"),
	)
	allocator, _ := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	if err := chromedp.Do(ctx); err != nil {
		cancel()
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	return ctx, nil
}

func findProgram() (string, error) {
	for _, name := range programs {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errNoBrowser
}

const profilePrefix = "casement-chromium-"

// profileDir makes a directory named after our process, and removes those of
// processes that are no more: a test process has no last moment to do so.
func profileDir() (string, error) {
	old, err := filepath.Glob(filepath.Join(os.TempDir(), profilePrefix+"*"))
	if err != nil {
		return "", err
	}
	for _, dir := range old {
		number, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), profilePrefix), "-")
		pid, err := strconv.Atoi(number)
		if err == nil && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			// What cannot be removed is somebody else's and harms nobody.
			_ = os.RemoveAll(dir)
		}
	}
	dir, err := os.MkdirTemp("", fmt.Sprintf("%s%d-", profilePrefix, os.Getpid()))
	if err != nil {
		return "", fmt.Errorf("make a browser profile: %w", err)
	}
	return dir, nil
}

// need ends the test when something that must be installed is missing: by
// failing where everything is expected to be there, else by skipping loudly.
func need(t testing.TB, what error) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("this test needs a browser: %v", what)
	}
	fmt.Fprintf(os.Stderr, "\n*** SKIPPED %s: %v ***\n\n", t.Name(), what)
	t.Skip(what)
}

// moduleFile finds a file of the checkout that the test runs in.
func moduleFile(path string) (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, path), nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("find the checkout: %w", fs.ErrNotExist)
		}
		dir = parent
	}
}
