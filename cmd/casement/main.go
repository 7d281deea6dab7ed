// Command casement is the whole product in one binary: the server with its
// embedded database, pages and plugins, and the tools to look after it.
//
//	casement serve          run the server (the default)
//	casement migrate        bring the database to this version and stop
//	casement doctor         check the installation and say what is wrong
//	casement verify-audit   recompute the seals of the history
//	casement reindex        make the search index again
//	casement load           fill a database with invented cases, for measuring
//	casement config         check, publish and export case types
//	casement case           work with cases through the API
//	casement plugin         look after plugins, and make them
//	casement api-client     say which programs use the API
//	casement import         bring in cases that were kept elsewhere
//
// app.go builds every part, in order; commands.go is the table of commands,
// guards and consequences; jobs.go the table of what runs by itself.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // calendars keep their zones on every machine

	"github.com/alecthomas/kong"

	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/core/settings"
)

// version is set when a release is built.
var version = "dev"

// compilerWord starts this binary as a compiler of plugins.
const compilerWord = "compile-plugin"

// grammar is the command line.
type grammar struct {
	Serve       serveCommand       `cmd:"" default:"withargs" help:"Run the server."`
	Migrate     migrateCommand     `cmd:"" help:"Bring the database to this version and stop."`
	Doctor      doctorCommand      `cmd:"" help:"Check the installation and say what is wrong."`
	VerifyAudit verifyAuditCommand `cmd:"" name:"verify-audit" help:"Recompute the seals of the history and say whether it is as it was written."`
	Config      configCommand      `cmd:"" help:"Check, publish and export case types."`
	Import      importCommand      `cmd:"" help:"Bring in cases that were kept elsewhere, from a file and a mapping."`
	Reindex     reindexCommand     `cmd:"" help:"Make the search index again, from the cases."`
	Load        loadCommand        `cmd:"" help:"Fill a database with invented cases, for measuring. Not for one that is in use."`
	Case        caseCommand        `cmd:"" help:"Work with cases through the API of an installation."`
	Plugin      pluginCommand      `cmd:"" help:"Look after plugins, and make them."`
	APIClient   apiClientCommand   `cmd:"" name:"api-client" help:"Say which programs use the API."`
	Version     versionCommand     `cmd:"" help:"Print the version."`
}

func main() {
	// A plugin is compiled in a child process with limits of its own: this
	// binary, started again with a word that no person types.
	if len(os.Args) > 1 && os.Args[1] == compilerWord {
		os.Exit(wasm.CompileMain(os.Args[2:], os.Stdin, os.Stderr))
	}
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "casement:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	var g grammar
	parser, err := kong.New(&g, kong.Name("casement"), kong.Description("Case management for councils, agencies and service teams."),
		kong.UsageOnError(), kong.BindTo(out, (*io.Writer)(nil)))
	if err != nil {
		return fmt.Errorf("describe the command line: %w", err)
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	parsed.BindTo(ctx, (*context.Context)(nil))
	err = parsed.Run()
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return nil // stopped by hand
	}
	return err
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(out io.Writer) error {
	_, err := fmt.Fprintln(out, "casement", version)
	return err
}

// newLog makes the program's log on standard error.
func newLog(s *settings.Settings) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(s.LogLevel)); err != nil {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level}
	if s.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, options))
}
