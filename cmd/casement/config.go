package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/examples"
	"github.com/casement-dev/casement/core/settings"
)

// configCommand moves configuration between files and installations.
type configCommand struct {
	Check   configCheckCommand   `cmd:"" help:"Say what is wrong with a file, and what publishing it would change."`
	Publish configPublishCommand `cmd:"" help:"Publish a file as the next version."`
	Export  configExportCommand  `cmd:"" help:"Print a published case type or calendar as a file."`
	Schema  configSchemaCommand  `cmd:"" help:"Print the JSON Schema of the files, for editors."`
}

// maxConfigFile bounds what is read of a configuration file, in bytes.
const maxConfigFile = 1 << 20

type configCheckCommand struct {
	settings.Settings `embed:""`
	File              string `arg:"" help:"The file."`
}

// Run implements the command. It fails when the file has faults.
func (cmd *configCheckCommand) Run(ctx context.Context, out io.Writer) error {
	return withParts(ctx, &cmd.Settings, func(p *parts) error {
		file, err := readConfig(cmd.File)
		if err != nil {
			return err
		}
		draft, err := p.publisher.Check(ctx, file)
		if err != nil {
			return err
		}
		for _, f := range draft.Findings {
			fmt.Fprintln(out, f)
		}
		for _, f := range draft.Warnings {
			fmt.Fprintln(out, "warning:", f)
		}
		if err := sayExamples(ctx, out, p, draft); err != nil {
			return err
		}
		switch {
		case len(draft.Findings) > 0:
			return fmt.Errorf("%s cannot be published as it is", cmd.File)
		case draft.Same():
			fmt.Fprintf(out, "%s says what is published as version %d.\n", cmd.File, draft.Current)
		default:
			fmt.Fprintf(out, "%s can be published as version %d. It would change:\n", cmd.File, draft.Next())
			printChanges(out, draft.Changes)
		}
		return nil
	})
}

// sayExamples prints what came of the examples of a case type that can be read.
// Those that do not hold are among the findings.
func sayExamples(ctx context.Context, out io.Writer, p *parts, draft casetypes.Draft) error {
	if draft.Document.CaseType == nil {
		return nil
	}
	results, err := examples.NewChecker(p.types).Results(ctx, draft.Document.CaseType)
	for _, r := range results {
		word := "holds"
		if !r.Holds() {
			word = "fails"
		}
		fmt.Fprintf(out, "  %s: %s\n", word, r.Name)
	}
	return err
}

type configPublishCommand struct {
	settings.Settings `embed:""`
	File              string `arg:"" help:"The file."`
	Note              string `help:"Why, for the list of versions."`
}

// Run implements the command.
func (cmd *configPublishCommand) Run(ctx context.Context, out io.Writer) error {
	return withParts(ctx, &cmd.Settings, func(p *parts) error {
		file, err := readConfig(cmd.File)
		if err != nil {
			return err
		}
		done, err := p.publisher.Publish(ctx, core.SystemActor(), casetypes.Upload{File: file, Note: cmd.Note})
		if findings := casetypes.FindingsOf(err); len(findings) > 0 {
			for _, f := range findings {
				fmt.Fprintln(out, f)
			}
			return fmt.Errorf("%s cannot be published as it is", cmd.File)
		}
		if err != nil {
			return err
		}
		if !done.New {
			fmt.Fprintf(out, "%s says what is published as version %d already.\n", cmd.File, done.Version)
			return nil
		}
		fmt.Fprintf(out, "Published %s as version %d:\n", done.Key, done.Version)
		printChanges(out, done.Changes)
		return nil
	})
}

type configExportCommand struct {
	settings.Settings `embed:""`
	Key               string `arg:"" help:"Key of the case type or calendar."`
	Calendar          bool   `help:"It is a calendar."`
	Number            int    `name:"at" help:"The version; the newest by default."`
}

// Run implements the command.
func (cmd *configExportCommand) Run(ctx context.Context, out io.Writer) error {
	return withParts(ctx, &cmd.Settings, func(p *parts) error {
		kind := casetypes.KindCaseType
		if cmd.Calendar {
			kind = casetypes.KindCalendar
		}
		number := cmd.Number
		if number == 0 {
			versions, err := p.types.Versions(ctx, kind, cmd.Key)
			if err != nil {
				return err
			}
			if len(versions) == 0 {
				return fmt.Errorf("there is no %s %q", kind, cmd.Key)
			}
			number = versions[0].Version
		}
		file, err := p.types.File(ctx, kind, cmd.Key, number)
		if err != nil {
			return err
		}
		_, err = out.Write(file.Source)
		return err
	})
}

type configSchemaCommand struct{}

// Run implements the command.
func (configSchemaCommand) Run(out io.Writer) error {
	schema, err := casetypes.Schema(casetypes.Sections())
	if err != nil {
		return err
	}
	_, err = out.Write(schema)
	return err
}

// withParts opens the database and builds the slices for a command that is not
// the server.
func withParts(ctx context.Context, s *settings.Settings, work func(*parts) error) error {
	return withDatabase(ctx, s, func(d *database) error {
		log := newLog(s)
		p, err := build(s, d, s.Clock(log), log)
		if err != nil {
			return err
		}
		defer p.close()
		return work(p)
	})
}

func readConfig(name string) (casetypes.File, error) {
	f, err := os.Open(name)
	if err != nil {
		return casetypes.File{}, err
	}
	defer f.Close()
	source, err := io.ReadAll(io.LimitReader(f, maxConfigFile+1))
	if err != nil {
		return casetypes.File{}, err
	}
	if len(source) > maxConfigFile {
		return casetypes.File{}, errors.New("the file is larger than 1 MB")
	}
	return casetypes.File{Name: name, Source: source}, nil
}

func printChanges(out io.Writer, changes []casetypes.Change) {
	for _, c := range changes {
		fmt.Fprintln(out, "  -", c.Sentence)
	}
}
