package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/casement-dev/casement/cmd/casement/workbench"
	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/pluginhost/workshop"
	"github.com/casement-dev/casement/web"
)

// pluginRunCommand serves a plugin alone, in a page that follows its files. It
// needs no installation.
type pluginRunCommand struct {
	Folder pluginFolder `arg:"" optional:"" type:"existingdir" help:"The folder of the plugin; by default where you are."`
	Listen string       `default:"127.0.0.1:8090" help:"Where to serve it: an address of this machine alone."`
}

// Run implements the command.
func (cmd *pluginRunCommand) Run(ctx context.Context, out io.Writer) error {
	if _, _, err := workshop.ReadManifest(cmd.Folder.path()); err != nil {
		// One that is wrong is shown on the page; one that is not there is no plugin.
		var wrong workshop.Mistakes
		if !errors.As(err, &wrong) || wrong[0].File == "" {
			return err
		}
	}
	if err := onlyHere(ctx, cmd.Listen); err != nil {
		return err
	}
	assets, err := web.LoadAssets()
	if err != nil {
		return err
	}
	bench, err := workbench.New(workbench.Options{
		Folder: cmd.Folder.path(), Clock: core.SystemClock{}, Commands: newEffects(), Assets: assets,
		Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})
	if err != nil {
		return err
	}
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", cmd.Listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "The plugin in %s is at http://%s/ and follows its files. Ctrl-C ends it.\n", cmd.Folder.path(), ln.Addr())
	// Pages that listen for changes end with the context, not with the server.
	server := &http.Server{Handler: bench.Handler(), ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	stopped := make(chan error, 1)
	go func() { stopped <- server.Serve(ln) }()
	bench.Run(ctx)
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(closing); err != nil {
		return err
	}
	if err := <-stopped; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// onlyHere refuses an address that others could reach: whoever can reach the
// page can run what is in the folder.
func onlyHere(ctx context.Context, address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("listen on %q: %w", address, err)
	}
	found, err := net.DefaultResolver.LookupIPAddr(ctx, host)
	if err != nil || host == "" {
		return fmt.Errorf("listen on %q: say an address of this machine, like 127.0.0.1:8090", address)
	}
	for _, one := range found {
		if !one.IP.IsLoopback() {
			return fmt.Errorf("listen on %q: others could reach it, and it is for this machine alone", address)
		}
	}
	return nil
}
