package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/casement-dev/casement/core/pluginhost/pack"
	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/view"
	"github.com/casement-dev/casement/web/viewtree"
)

const root = "../../.."

// sandbox is the sandbox of a server.
type sandbox struct {
	work          string
	engine, fresh *wasm.Engine
	modules       map[string]*wasm.Module
	cleanup       []func()
}

func newSandbox() (*sandbox, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	work, err := os.MkdirTemp("", "benchplugins-")
	if err != nil {
		return nil, err
	}
	s := &sandbox{work: work, modules: map[string]*wasm.Module{}}
	s.cleanup = append(s.cleanup, func() { _ = os.RemoveAll(work) })
	options := wasm.Options{CacheDir: filepath.Join(work, "cache"), Compile: wasm.ChildCompiler(self, compileWord)}
	if s.engine, err = wasm.New(options); err != nil {
		return nil, err
	}
	options.Reset = wasm.ResetFresh
	if s.fresh, err = wasm.New(options); err != nil {
		return nil, err
	}
	fmt.Printf("instances are reset by %q\n", s.engine.Reset())
	return s, nil
}

func (s *sandbox) close() {
	for _, m := range s.modules {
		m.Close()
	}
	s.engine.Close()
	s.fresh.Close()
	for _, f := range s.cleanup {
		f()
	}
}

// guests builds and loads the guest in every language there is a compiler for.
func (s *sandbox) guests() ([]way, error) {
	here, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	var ways []way
	for _, g := range []struct {
		language string
		build    *exec.Cmd
	}{
		{"C", exec.Command(root+"/examples/pdk-c/build.sh", s.file("C"), here+"/guests/guest.c")},
		{"Rust", exec.Command(root+"/examples/pdk-rust/build.sh", s.file("Rust"), here+"/guests/guest.rs")},
		{"AssemblyScript", exec.Command(root+"/examples/pdk-assemblyscript/build.sh", s.file("AssemblyScript"), "../../cmd/tools/benchplugins/guests/guest.ts")},
		{"Go", goBuild("./guests/go", s.file("Go"))},
	} {
		if b, err := g.build.CombinedOutput(); err != nil {
			fmt.Printf("*** the guest in %s is left out: %v %.300s ***\n", g.language, err, b)
			continue
		}
		module, err := os.ReadFile(s.file(g.language))
		if err != nil {
			return nil, err
		}
		start := time.Now()
		m, err := s.open(s.engine, g.language, module, benchManifest())
		if err != nil {
			return nil, err
		}
		fmt.Printf("%s: %d KB, compiled and loaded in %v\n", g.language, len(module)>>10, time.Since(start).Round(time.Millisecond))
		ways = append(ways, exchange(g.language+" guest, metered, reset", m))
		if g.language == "Go" {
			if m, err = s.open(s.fresh, "Go, fresh", module, benchManifest()); err != nil {
				return nil, err
			}
			ways = append(ways, exchange("Go guest, a new instance each", m))
		}
	}
	return ways, nil
}

func (s *sandbox) file(language string) string { return filepath.Join(s.work, language+".wasm") }

func goBuild(folder, out string) *exec.Cmd {
	c := exec.Command("go", "build", "-buildmode=c-shared", "-trimpath", "-ldflags=-s -w", "-o", out, folder)
	c.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm")
	return c
}

func benchManifest() []byte {
	b, err := json.Marshal(abi.Manifest{
		ID: "casement.bench", Version: "1.0.0", ABI: 1, Name: "Bench", Publisher: "Casement",
		Entries: []abi.Entry{{ID: "bench", Kind: abi.KindForm, Title: "Bench"}}, Limits: abi.Limits{MemoryMiB: 32},
	})
	if err != nil {
		panic(err)
	}
	return b
}

func (s *sandbox) open(e *wasm.Engine, name string, module, manifest []byte) (*wasm.Module, error) {
	packed, err := pack.Add(module, manifest)
	if err != nil {
		return nil, err
	}
	p, err := wasm.Inspect(packed)
	if err != nil {
		return nil, err
	}
	m := e.Open(p)
	s.modules[name] = m
	return m, m.Load(context.Background())
}

func exchange(name string, m *wasm.Module) way {
	return way{name, func(in []byte) ([]byte, error) {
		r, err := m.Exchange(context.Background(), in)
		return r.Answer, err
	}}
}

// rates says how many calls a second all cores do together.
func (s *sandbox) rates(all []task) error {
	fmt.Printf("\nCalls a second on %d cores, reset after each:\n", cores())
	for _, language := range []string{"Go", "Rust", "AssemblyScript", "C"} {
		m := s.modules[language]
		if m == nil {
			continue
		}
		fmt.Printf("  %-15s", language)
		for _, t := range []task{all[1], all[3]} {
			rate, err := s.rate(m, t)
			if err != nil {
				return err
			}
			fmt.Printf("  %s: %8.0f", t.name, rate)
		}
		fmt.Printf("  (%d instances made)\n", m.Stats().Made)
	}
	return nil
}

func (s *sandbox) rate(m *wasm.Module, t task) (float64, error) {
	const long = 500 * time.Millisecond
	var best float64
	for range 3 {
		counts, start := make([]int, cores()), time.Now()
		var failed error
		var all sync.WaitGroup
		for k := range counts {
			all.Go(func() {
				n := 0
				for time.Since(start) < long {
					if _, err := m.Exchange(context.Background(), t.request); err != nil {
						failed = err
						return
					}
					n++
				}
				counts[k] = n
			})
		}
		all.Wait()
		if failed != nil {
			return 0, failed
		}
		n := 0
		for _, c := range counts {
			n += c
		}
		best = max(best, float64(n)/time.Since(start).Seconds())
	}
	return best, nil
}

// formSteps measures whole steps of the shipped complaint: what a server does
// between the request of a browser and the page, but for the database.
func (s *sandbox) formSteps() error {
	file := filepath.Join(s.work, "complaint.wasm")
	if err := pack.Build(context.Background(), root+"/plugins/complaint", file); err != nil {
		return err
	}
	packed, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	p, err := wasm.Inspect(packed)
	if err != nil {
		return err
	}
	m := s.engine.Open(p)
	s.modules["complaint"] = m
	tree, err := viewtree.New()
	if err != nil {
		return err
	}
	step := func(form string, shown *view.Node, state abi.Raw) (*abi.Response, wasm.CallFigures, error) {
		sent, err := url.ParseQuery(form)
		if err != nil {
			return nil, wasm.CallFigures{}, err
		}
		event := &abi.Event{Type: abi.EventStart}
		if shown != nil {
			event = &abi.Event{Type: abi.EventSubmit, Fields: viewtree.Read(shown, sent)}
		}
		if _, err := json.Marshal(event.Fields); err != nil { // the draft, before the call
			return nil, wasm.CallFigures{}, err
		}
		r, err := m.CallWith(context.Background(), &abi.Request{Op: abi.OpEvent, Entry: "complaint", Event: event, State: state, Context: abi.Context{
			Now: "2026-11-09T12:00:00Z", Today: "2026-11-09", Zone: "Europe/London", Locale: "en-GB", Seed: 1,
		}})
		if err != nil {
			return nil, r.Figures, err
		}
		if shown != nil {
			view.Check(shown, event.Fields)
		}
		if r.Response.View != nil {
			_, err = tree.Render(r.Response.View, viewtree.Page{
				Action: "/forms/complaint/d1", Hidden: []viewtree.Hidden{{Name: "csrf", Value: "t0ken"}}, Save: true, Target: "main",
				StepURL: func(step string) string { return "/forms/complaint/d1?step=" + step },
			})
		}
		return r.Response, r.Figures, err
	}
	fmt.Print("\nA whole step of the complaint form: read what was posted, keep the draft, call, reset, decode, check, draw the page; no database:\n")
	var shown *view.Node
	var state abi.Raw
	name := "start"
	for n := 0; n < 12; n++ {
		form := ""
		if shown != nil {
			name = shown.ID
			form = posted(shown)
		}
		var took, inGuest []time.Duration
		var last *abi.Response
		for range 400 {
			start := time.Now()
			r, figures, err := step(form, shown, state)
			if err != nil {
				return fmt.Errorf("the step %s: %w", name, err)
			}
			took, inGuest, last = append(took, time.Since(start)), append(inGuest, figures.Run), r
		}
		slices.Sort(took)
		slices.Sort(inGuest)
		fmt.Printf("  %-10s p50 %s  p99 %s  (in the guest p50 %s), %d bytes of state, %d errors\n", name,
			short(took[len(took)/2]), short(took[len(took)*99/100]), short(inGuest[len(inGuest)/2]), len(last.State), len(last.Errors))
		if last.Done || last.View == nil || shown != nil && last.View.ID == shown.ID {
			break
		}
		shown, state = last.View, last.State
	}
	return nil
}

// posted is what a browser would send of a page that was filled in.
func posted(tree *view.Node) string {
	v := url.Values{}
	for _, f := range tree.Fields() {
		name := viewtree.InputName(f.ID)
		switch f.Kind {
		case view.KindRadios, view.KindCheckboxes, view.KindSelect:
			v.Set(name, f.Options[len(f.Options)-1].Value)
		case view.KindDate:
			v.Set(name+":day", "9")
			v.Set(name+":month", "10")
			v.Set(name+":year", "2026")
		case view.KindEmail:
			v.Set(name, "amara@example.org")
		case view.KindLocation:
			v.Set(name, "14 Larkspur Court")
			v.Set(name+":lat", "53.48")
			v.Set(name+":lng", "-2.24")
		case view.KindFile:
		case view.KindTel:
			v.Set(name, "01632 960 001")
		case view.KindYesNo:
			v.Set(name, view.Yes)
		case view.KindText:
			v.Set(name, "Amara Okonkwo")
		default:
			v.Set(name, strings.Repeat("The sacks were left again. ", 10))
		}
	}
	return v.Encode()
}
