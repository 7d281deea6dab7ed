package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// ms writes a latency as a table has it.
func ms(d time.Duration) string {
	switch v := float64(d.Microseconds()) / 1000; {
	case v == 0:
		return "–"
	case v < 10:
		return fmt.Sprintf("%.1f", v)
	default:
		return fmt.Sprintf("%.0f", v)
	}
}

// row is one line of the table of pages.
type row struct {
	what                         string
	must                         time.Duration
	idle, idleFew, busy, busyFew figures
}

// heading begins the table of pages.
const heading = `| what | budget p95 | everything: p50 / p95, a second | few groups: p50 / p95 | ratio | with changes: p95, few groups | kB |
| --- | --- | --- | --- | --- | --- | --- |
`

// print writes the line.
func (r row) print(out io.Writer) {
	ratio := "–"
	if r.idle.at(0.5) > 0 && r.idleFew.at(0.5) > 0 {
		ratio = fmt.Sprintf("%.2f", float64(r.idleFew.at(0.5))/float64(r.idle.at(0.5)))
	}
	mark := func(f figures) string {
		text := ms(f.at(0.95))
		if f.at(0.95) > r.must {
			text = "**" + text + "**"
		}
		return text
	}
	fmt.Fprintf(out, "| %s | %s | %s / %s, %.0f | %s / %s | %s | %s, %s | %.0f |\n", r.what, ms(r.must),
		ms(r.idle.at(0.5)), mark(r.idle), r.idle.perSecond(), ms(r.idleFew.at(0.5)), mark(r.idleFew), ratio,
		mark(r.busy), mark(r.busyFew), float64(r.idle.bytes)/1024)
	var problems []string
	for _, f := range []figures{r.idle, r.idleFew, r.busy, r.busyFew} {
		if f.failed > 0 {
			problems = append(problems, fmt.Sprintf("%d failed: %v", f.failed, f.why))
		}
	}
	if len(problems) > 0 {
		fmt.Fprintf(out, "\n%s: %s\n\n", r.what, strings.Join(problems, "; "))
	}
}
