// Command benchplugins measures plugins beside what else one could have done:
// the same work as a native function, in another process through gRPC
// (hashicorp/go-plugin), and behind an HTTP webhook. "make bench-plugins" runs
// it. The ways are measured in turn, in many rounds, so that what else the
// machine does falls on all alike; trust ratios more than absolutes.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/casement-dev/casement/cmd/tools/benchplugins/reducer"
	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/sdk/abi"
)

// Words by which the program starts itself as something else.
const (
	compileWord = "compile-plugin"
	grpcWord    = "serve-grpc"
	webhookWord = "serve-webhook"
)

func main() {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case compileWord:
			os.Exit(wasm.CompileMain(os.Args[2:], os.Stdin, os.Stderr))
		case grpcWord:
			serveGRPC()
			return
		case webhookWord:
			serveWebhook()
			return
		}
	}
	rounds := flag.Int("rounds", 15, "how often every way is measured")
	each := flag.Duration("each", 10*time.Millisecond, "how long a measurement takes")
	flag.Parse()
	if err := run(*rounds, *each); err != nil {
		fmt.Fprintln(os.Stderr, "benchplugins:", err)
		os.Exit(1)
	}
}

// way is one way to have the work done.
type way struct {
	name string
	call func(request []byte) ([]byte, error)
}

// task is a piece of work.
type task struct {
	name    string
	request []byte
}

func tasks() []task {
	view := func(n string) []byte { return request(abi.Event{Type: abi.EventView, Action: n}) }
	check := func(n int) []byte {
		fields := map[string][]string{"email": {"ada@example.org"}, "f1": {""}}
		for k := len(fields); k < n; k++ {
			fields[fmt.Sprintf("f%d", k)] = []string{strings.Repeat("It was left again. ", 10)}
		}
		return request(abi.Event{Type: abi.EventSubmit, Fields: fields})
	}
	return []task{
		{"empty", request(abi.Event{Type: "nothing"})},
		{"view 1 KB", view("5")}, {"validate 1 KB", check(5)}, {"view 20 KB", view("95")}, {"validate 20 KB", check(93)},
	}
}

func request(ev abi.Event) []byte {
	r := abi.Request{V: 1, Op: abi.OpEvent, Entry: "bench", Event: &ev, Context: abi.Context{
		Now: "2026-11-08T12:00:00Z", Today: "2026-11-08", Zone: "Europe/London", Locale: "en-GB", Seed: 81231,
	}}
	return r.Append(nil)
}

func run(rounds int, each time.Duration) error {
	s, err := newSandbox()
	if err != nil {
		return err
	}
	defer s.close()
	ways := []way{{"native Go function", func(in []byte) ([]byte, error) { return reducer.Call(in, nil), nil }}}
	guests, err := s.guests()
	if err != nil {
		return err
	}
	ways = append(ways, guests...)
	remote, stop, err := startRemote()
	if err != nil {
		return err
	}
	defer stop()
	ways = append(ways, remote...)
	all := tasks()
	if err := agree(ways, all); err != nil {
		return err
	}

	took := make([][][]time.Duration, len(ways)) // by way and task: one for each round
	for k := range took {
		took[k] = make([][]time.Duration, len(all))
	}
	for range rounds {
		for k, w := range ways {
			for t, task := range all {
				d, err := measure(w, task, each)
				if err != nil {
					return fmt.Errorf("%s, %s: %w", w.name, task.name, err)
				}
				took[k][t] = append(took[k][t], d)
			}
		}
	}
	fmt.Printf("\nMedian of %d rounds of %v; in brackets the quickest and the slowest round. Everything but the first way runs a whole call:\n"+
		"bytes in, work, bytes out, and, of guests, metering and the reset to the snapshot. Answers are not decoded here.\n\n", rounds, each)
	out := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	fmt.Fprint(out, "way")
	for _, task := range all {
		fmt.Fprint(out, "\t", task.name)
	}
	fmt.Fprintln(out)
	for k, w := range ways {
		fmt.Fprint(out, w.name)
		for t := range all {
			d := took[k][t]
			slices.Sort(d)
			fmt.Fprintf(out, "\t%s (%s–%s)", short(d[len(d)/2]), short(d[0]), short(d[len(d)-1]))
		}
		fmt.Fprintln(out)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	fmt.Printf("\nBytes: view %d and %d, validate %d and %d in.\n", len(reducer.Call(all[1].request, nil)), len(reducer.Call(all[3].request, nil)), len(all[2].request), len(all[4].request))
	if err := s.rates(all); err != nil {
		return err
	}
	return s.formSteps()
}

// agree wants the same answer of every way to every task.
func agree(ways []way, all []task) error {
	for _, task := range all {
		want, err := normal(reducer.Call(task.request, nil))
		if err != nil {
			return err
		}
		for _, w := range ways {
			b, err := w.call(task.request)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", w.name, task.name, err)
			}
			got, err := normal(b)
			if err != nil || got != want {
				return fmt.Errorf("%s, %s: it answers %.300s, not %.300s (%v)", w.name, task.name, b, want, err)
			}
		}
	}
	return nil
}

// normal is an answer with its members in one order.
func normal(b []byte) (string, error) {
	r, err := abi.DecodeResponse(b)
	if err != nil {
		return "", err
	}
	return string(r.Append(nil)), nil
}

// measure gives the mean of as many calls as fit into the time.
func measure(w way, t task, each time.Duration) (time.Duration, error) {
	n, batch := 0, 1
	start := time.Now()
	for time.Since(start) < each {
		for range batch {
			if _, err := w.call(t.request); err != nil {
				return 0, err
			}
		}
		n += batch
		batch = min(batch*2, 64)
	}
	return time.Since(start) / time.Duration(n), nil
}

func short(d time.Duration) string {
	switch {
	case d < time.Microsecond:
		return fmt.Sprintf("%d ns", d.Nanoseconds())
	case d < 100*time.Microsecond:
		return fmt.Sprintf("%.1f µs", float64(d.Nanoseconds())/1000)
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	}
	return fmt.Sprintf("%.2f ms", float64(d.Microseconds())/1000)
}

// cores is how many calls run at once where rates are measured.
func cores() int { return runtime.GOMAXPROCS(0) }
