package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/pluginhost"
	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/core/plugins"
	shipped "github.com/casement-dev/casement/plugins"
)

// newPlugins makes what is installed of third parties' code, and the host that
// runs it. Nothing is read, compiled or loaded before it is first called.
func (p *parts) newPlugins() error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	p.sandbox, err = wasm.New(wasm.Options{CacheDir: p.settings.PluginCacheDir, Compile: wasm.ChildCompiler(self, compilerWord)})
	if err != nil {
		return err
	}
	p.plugins = pluginhost.New(p.sandbox, p.clock, p.log)
	p.installed = plugins.New(p.db, plugins.Options{
		Clock: p.clock, Secret: p.secret, Runner: p.plugins, Uses: p.usesOfPlugin,
		Pins: []func(context.Context, string) (map[string]int, error){
			// The slices are made after this: they need the host.
			func(ctx context.Context, plugin string) (map[string]int, error) { return p.forms.Pins(ctx, plugin) },
			func(ctx context.Context, plugin string) (map[string]int, error) { return p.tasks.Pins(ctx, plugin) },
			func(ctx context.Context, plugin string) (map[string]int, error) { return p.details.Pins(ctx, plugin) },
		},
	})
	p.plugins.From(p.installed)
	return nil
}

// shipPlugins puts the plugins that come with the program among those that are
// installed, and lets all serve. One that is not fit to be run is left out.
func (p *parts) shipPlugins(ctx context.Context) error {
	if err := p.installed.Ship(ctx, shipped.Modules()); err != nil {
		p.log.Error("the plugins that come with the program", "error", err)
	}
	return p.plugins.Sync(ctx)
}

// followPlugins keeps up with what is installed on whatever server.
func (p *parts) followPlugins(ctx context.Context) {
	told, err := p.hub.Subscribe(plugins.Topic)
	if err != nil {
		p.log.Error("listen for changed plugins", "error", err)
		return
	}
	defer told.Close()
	changed := make(chan struct{})
	go func() {
		for {
			select {
			case <-told.Wake():
				told.Take()
			case <-ctx.Done():
				return
			}
			select {
			case changed <- struct{}{}:
			case <-ctx.Done():
				return
			}
		}
	}()
	p.plugins.Run(ctx, changed)
}

// usesOfPlugin lists what of case types a plugin serves, in words.
func (p *parts) usesOfPlugin(ctx context.Context, id string) ([]string, error) {
	types, err := p.types.All(ctx)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, t := range types {
		for _, use := range usesIn(t, id) {
			out = append(out, use+" of “"+t.Name.String()+"”")
		}
	}
	return out, nil
}

func usesIn(t *core.CaseType, id string) (uses []string) {
	if t.Form.Plugin == id {
		uses = append(uses, "the form")
	}
	for _, task := range t.Tasks {
		if strings.HasPrefix(task.Plugin(), id+"/") {
			uses = append(uses, "the task “"+task.Key+"”")
		}
	}
	for _, d := range t.Details {
		if d.Plugin() == id {
			uses = append(uses, "the section “"+d.Name()+"”")
		}
	}
	for _, a := range t.Actions {
		if a.Run.Plugin() == id {
			uses = append(uses, "the action “"+a.Run.Name()+"”")
		}
	}
	return uses
}
