package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/files"
	"github.com/casement-dev/casement/core/intake/imports"
	"github.com/casement-dev/casement/core/settings"
	importexamples "github.com/casement-dev/casement/examples/import"
	"github.com/casement-dev/casement/web/importpages"
)

// importCommand brings in cases that were kept elsewhere.
type importCommand struct {
	settings.Settings `embed:""`
	File              string `arg:"" help:"The file with a row for each case; - reads standard input."`
	Mapping           string `name:"map" required:"" help:"What the columns of the file mean (docs/import.md)." placeholder:"FILE"`
	DryRun            bool   `help:"Ask all the rules and keep nothing."`
	Report            string `help:"Write a table of the rows that were refused, and why." placeholder:"FILE"`
}

const (
	importHead     = 64 << 10 // bytes that tell a file from others
	importShown    = 20       // refusals printed without a report
	importInterval = 10 * time.Second
	importRedraw   = 200 * time.Millisecond
)

// Run implements the command.
func (cmd *importCommand) Run(ctx context.Context, out io.Writer) error {
	mapping, err := readConfig(cmd.Mapping)
	if err != nil {
		return err
	}
	if _, err := imports.Decode(mapping); err != nil {
		return explained(out, cmd.Mapping, err)
	}
	src, err := cmd.open(mapping)
	if err != nil {
		return err
	}
	defer src.close()
	said := newImportProgress(out, cmd.DryRun)
	if cmd.Report != "" {
		table, err := os.Create(cmd.Report)
		if err != nil {
			return err
		}
		defer table.Close()
		if said.report, err = imports.NewReport(table); err != nil {
			return err
		}
	}
	return withParts(ctx, &cmd.Settings, func(p *parts) error {
		bring := p.imports.Carry
		if cmd.DryRun {
			bring = p.imports.Rehearse
		}
		err := bring(ctx, core.SystemActor(), src.Source, said.tell)
		said.end(err, cmd)
		return explained(out, cmd.Mapping, err)
	})
}

// explained prints what is wrong with a mapping, line by line.
func explained(out io.Writer, name string, err error) error {
	findings := casetypes.FindingsOf(err)
	for _, f := range findings {
		fmt.Fprintln(out, f)
	}
	if len(findings) > 0 {
		return fmt.Errorf("%s is no mapping as it is", name)
	}
	var said *core.Error
	if errors.As(err, &said) && said.Cause == nil {
		return errors.New(said.Message)
	}
	return err
}

// importSource is a file that is open.
type importSource struct {
	imports.Source
	close func() error
}

func (cmd *importCommand) open(mapping casetypes.File) (importSource, error) {
	if cmd.File == "-" {
		return importSource{imports.Source{Mapping: mapping, File: os.Stdin}, func() error { return nil }}, nil
	}
	f, err := os.Open(cmd.File)
	if err != nil {
		return importSource{}, err
	}
	info, err := f.Stat()
	if err != nil {
		return importSource{}, errors.Join(err, f.Close())
	}
	buffered := bufio.NewReaderSize(f, importHead)
	head, err := buffered.Peek(importHead)
	if err != nil && !errors.Is(err, io.EOF) {
		return importSource{}, errors.Join(err, f.Close())
	}
	head = append([]byte(nil), head...)
	return importSource{imports.Source{
		Mapping: mapping, Name: filepath.Base(cmd.File), Size: info.Size(), Head: head, File: buffered,
	}, f.Close}, nil
}

// importProgress says how far an import has got: on a terminal in a line that
// changes, elsewhere with a line from time to time.
type importProgress struct {
	out      io.Writer
	terminal bool
	dry      bool
	report   *imports.Report
	began    time.Time
	drawn    time.Time
	from     int // rows that an earlier run had read
	shown    int
	last     imports.Carried
}

func newImportProgress(out io.Writer, dry bool) *importProgress {
	p := &importProgress{out: out, dry: dry, began: time.Now(), drawn: time.Now()}
	if f, ok := out.(*os.File); ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// tell takes the outcome of one batch.
func (p *importProgress) tell(c imports.Carried) error {
	if p.last.ID.IsZero() && c.Resumed > 0 {
		fmt.Fprintf(p.out, "Going on at line %d, where the import was interrupted.\n", c.Resumed)
		p.from = c.Read - c.Batch.Read
	}
	p.last = c
	for _, r := range c.Batch.Refusals {
		if p.report == nil && !r.Brought && p.shown < importShown {
			p.clear()
			fmt.Fprintf(p.out, "line %d, %s: %s\n", r.Line, named(r), r.Reason)
			p.shown++
		}
	}
	if p.report != nil {
		if err := p.report.Write(c.Batch.Refusals); err != nil {
			return err
		}
	}
	wait := importInterval
	if p.terminal {
		wait = importRedraw
	}
	if time.Since(p.drawn) < wait || !c.State.Moving() {
		return nil
	}
	p.drawn = time.Now()
	p.clear()
	fmt.Fprintf(p.out, "%s %s%d rows, %.0f rows a second", p.verb(), percent(c.Import), c.Read, p.rate())
	if !p.terminal {
		fmt.Fprintln(p.out)
	}
	return nil
}

func percent(i imports.Import) string {
	if i.FileSize <= 0 {
		return ""
	}
	return fmt.Sprintf("%3d %%, ", i.Percent())
}

func (p *importProgress) verb() string {
	if p.dry {
		return "Checking:"
	}
	return "Bringing in:"
}

// clear takes a line that changes off the terminal.
func (p *importProgress) clear() {
	if p.terminal {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}

func (p *importProgress) rate() float64 {
	return float64(p.last.Read-p.from) / max(time.Since(p.began).Seconds(), 0.001)
}

func named(r imports.Refusal) string {
	switch {
	case r.Reference != "" && r.Field != "":
		return r.Reference + ", " + r.Field
	case r.Reference == "" && r.Field == "":
		return "the row"
	}
	return r.Reference + r.Field
}

// end says what became of the file.
func (p *importProgress) end(err error, cmd *importCommand) {
	p.clear()
	c := p.last
	if err != nil {
		if c.Read > 0 && !cmd.DryRun && cmd.File != "-" {
			fmt.Fprintf(p.out, "Stopped after line %d. The same command goes on from there.\n", c.Line-1)
		}
		return
	}
	brought, known := "brought in", "known and left as they are"
	if p.dry {
		brought, known = "can be brought in", "known already"
	}
	fmt.Fprintf(p.out, "%d rows: %d %s (%d without something), %d %s, %d refused, %d left out by the mapping.\n",
		c.Read, c.Brought, brought, c.Warned, c.Known, known, c.Refused, c.LeftOut)
	fmt.Fprintf(p.out, "%.1f s, %.0f rows a second.\n", time.Since(p.began).Seconds(), p.rate())
	switch {
	case p.report != nil:
		fmt.Fprintf(p.out, "What was refused, and why: %s\n", cmd.Report)
	case c.Refused > p.shown:
		fmt.Fprintln(p.out, "More was refused than is shown; --report FILE writes it all.")
	}
	if p.dry {
		fmt.Fprintln(p.out, "Nothing was kept: this was a dry run.")
	}
}

// newImports makes the pages that bring cases in, with the mappings to begin
// with.
func (p *parts) newImports() (*importpages.Pages, error) {
	o := importpages.Options{Imports: p.imports, Clock: p.clock}
	names, err := fs.Glob(importexamples.Mappings, "*.yaml")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		source, err := importexamples.Mappings.ReadFile(name)
		if err != nil {
			return nil, err
		}
		m, err := imports.Decode(casetypes.File{Name: name, Source: source})
		if err != nil {
			return nil, fmt.Errorf("an example of a mapping: %w", err)
		}
		o.Examples = append(o.Examples, importpages.Example{Key: strings.TrimSuffix(name, ".yaml"), Name: m.Name, Source: string(source)})
	}
	return importpages.New(o), nil
}

// sharedFiles keeps the files of attachments beside those of imports, which a
// sweep of the attachments must leave alone.
type sharedFiles struct {
	*files.Disk
	parts *parts
}

// Sweep implements files.Store.
func (f sharedFiles) Sweep(ctx context.Context, age time.Duration, keep files.Keep) (int, error) {
	return f.Disk.Sweep(ctx, age, func(ctx context.Context, keys []core.AttachmentID) ([]core.AttachmentID, error) {
		wanted, err := keep(ctx, keys)
		if err != nil {
			return nil, err
		}
		reading, err := f.parts.imports.Wanted(ctx, keys)
		return append(wanted, reading...), err
	})
}
