package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/core/settings"
)

// pluginCommand looks after the plugins of an installation, and makes packages.
// What makes and checks packages needs no installation: see plugin_package.go.
type pluginCommand struct {
	New       pluginNewCommand       `cmd:"" help:"Begin a plugin in a folder of its own."`
	Build     pluginBuildCommand     `cmd:"" help:"Compile a plugin in Go into the file that is installed."`
	Test      pluginTestCommand      `cmd:"" help:"Test a plugin in Go, and try it out in the sandbox."`
	Run       pluginRunCommand       `cmd:"" help:"Serve a plugin alone, in a page that follows its files."`
	Kit       pluginKitCommand       `cmd:"" help:"Take the kit of this program into a plugin."`
	Install   pluginInstallCommand   `cmd:"" help:"Install a package, or upgrade the plugin to it."`
	List      pluginListCommand      `cmd:"" help:"List the plugins that are installed."`
	Show      pluginShowCommand      `cmd:"" help:"Show a plugin: its versions, what it may do, how it does."`
	Grant     pluginGrantCommand     `cmd:"" help:"Say what a plugin may do."`
	Configure pluginConfigureCommand `cmd:"" help:"Change the settings of a plugin."`
	Switch    pluginSwitchCommand    `cmd:"" help:"Switch a plugin on or off."`
	Rollback  pluginRollbackCommand  `cmd:"" help:"Let another version of a plugin serve."`
	Remove    pluginRemoveCommand    `cmd:"" help:"Remove a plugin, or one of its versions."`
	Trust     pluginTrustCommand     `cmd:"" help:"Trust what a publisher signs."`
	Distrust  pluginDistrustCommand  `cmd:"" help:"Trust no longer what a publisher signs."`
	Replay    pluginReplayCommand    `cmd:"" help:"Run recorded calls against another version, and compare the answers."`
	Sign      pluginSignCommand      `cmd:"" help:"Sign a package."`
	Verify    pluginVerifyCommand    `cmd:"" help:"Say what a package is and whether its signature holds."`
	Pack      pluginPackCommand      `cmd:"" help:"Put a manifest into a module."`
	Keygen    pluginKeygenCommand    `cmd:"" help:"Make a key to sign packages with."`
	Conform   pluginConformCommand   `cmd:"" help:"Try a package out against the contract."`
}

// withPlugins is withParts for commands about plugins.
func withPlugins(ctx context.Context, s *settings.Settings, work func(*parts) error) error {
	return withParts(ctx, s, func(p *parts) error {
		if err := p.plugins.Sync(ctx); err != nil {
			return err
		}
		return work(p)
	})
}

type pluginInstallCommand struct {
	settings.Settings `embed:""`
	File              string   `arg:"" type:"existingfile" help:"The package."`
	Unsigned          bool     `help:"Take it although no publisher that is trusted has signed it."`
	Grant             []string `help:"What it may do, of what it asks for; “all” for all of it."`
	Wait              bool     `help:"Store it only: it can go live later."`
}

// Run implements the command.
func (cmd *pluginInstallCommand) Run(ctx context.Context, out io.Writer) error {
	module, err := os.ReadFile(cmd.File)
	if err != nil {
		return err
	}
	return withPlugins(ctx, &cmd.Settings, func(p *parts) error {
		v, err := p.installed.Add(ctx, core.SystemActor(), module, plugins.AddOptions{Unsigned: cmd.Unsigned})
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "Stored %s %s (%.12s).\n", v.Plugin, v.Version, v.Hash)
		if cmd.Wait {
			return nil
		}
		return p.goLive(ctx, out, v, cmd.Grant)
	})
}

// goLive lets a version serve, and says what is to be decided first.
func (p *parts) goLive(ctx context.Context, out io.Writer, v plugins.Version, granted []string) error {
	if slices.Equal(granted, []string{"all"}) {
		granted = append([]string{}, v.Needs...)
	}
	if granted == nil && len(v.Needs) == 0 {
		granted = []string{}
	}
	_, err := p.installed.Activate(ctx, core.SystemActor(), v.Hash, granted)
	var waiting *plugins.Waiting
	if errors.As(err, &waiting) {
		fmt.Fprintf(out, "It waits: it wants what nobody has decided on.\n\n")
		printCapabilities(out, waiting.Wants)
		return errors.New("say what it may do with --grant, or --grant all")
	}
	if err == nil {
		fmt.Fprintf(out, "%s %s is live.\n", v.Plugin, v.Version)
	}
	return err
}

func printCapabilities(out io.Writer, all []plugins.Capability) {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	for _, c := range all {
		state := "no"
		switch {
		case c.Granted:
			state = "yes"
		case c.New:
			state = "undecided"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", state, c.Key, c.Title, c.Reason)
	}
	w.Flush()
}

type pluginListCommand struct {
	settings.Settings `embed:""`
}

// Run implements the command.
func (cmd *pluginListCommand) Run(ctx context.Context, out io.Writer) error {
	return withPlugins(ctx, &cmd.Settings, func(p *parts) error {
		all, err := p.installed.Installed(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
		for _, one := range all {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", one.ID, one.Version, one.Name, stateOf(one))
		}
		return w.Flush()
	})
}

func stateOf(p plugins.Plugin) string {
	state := "on"
	switch {
	case p.Live == "":
		state = "waits until somebody says what it may do"
	case !p.On:
		state = "off"
	}
	if p.Shipped {
		state += ", comes with Casement"
	}
	if p.Unsigned {
		state += ", unsigned"
	}
	return state
}

type pluginShowCommand struct {
	settings.Settings `embed:""`
	ID                string `arg:"" help:"The plugin."`
}

// Run implements the command.
func (cmd *pluginShowCommand) Run(ctx context.Context, out io.Writer) error {
	return withPlugins(ctx, &cmd.Settings, func(p *parts) error {
		one, err := p.installed.Find(ctx, cmd.ID)
		if err != nil {
			return err
		}
		versions, err := p.installed.Versions(ctx, cmd.ID)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s %s\n%s, by %s: %s\n\nVersions\n", one.ID, one.Version, one.Name, one.Publisher, stateOf(one))
		w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
		shown := one.Newest
		for _, v := range versions {
			since := "–"
			if !v.LiveSince.IsZero() {
				since, shown = "live since "+v.LiveSince.Format("2006-01-02 15:04"), v.Hash
			}
			fmt.Fprintf(w, "  %s\t%.12s\t%s\t%s\t%d in use\n", v.Version, v.Hash, since, signerOf(v), v.InUse)
		}
		w.Flush()
		capabilities, err := p.installed.Capabilities(ctx, shown)
		if err == nil && len(capabilities) > 0 {
			fmt.Fprintf(out, "\nMay do\n")
			printCapabilities(out, capabilities)
		}
		if err != nil {
			return err
		}
		day, err := p.installed.Total(ctx, cmd.ID, p.clock.Now().AddDate(0, 0, -1))
		fmt.Fprintf(out, "\nIn the last day: %d calls, %d faults, 9 in 10 within %v, at most %d units of fuel and %d MiB.\n",
			day.Calls, day.Faults, day.P90, day.MaxFuel, day.MaxMiB)
		return err
	})
}

func signerOf(v plugins.Version) string {
	switch {
	case v.Shipped:
		return "comes with Casement"
	case v.Unsigned:
		return "unsigned"
	case v.Signer == "":
		return "signed by a key that is no longer trusted"
	}
	return "signed by " + v.Signer
}

type pluginGrantCommand struct {
	settings.Settings `embed:""`
	ID                string   `arg:"" help:"The plugin."`
	Keys              []string `arg:"" optional:"" help:"All that it may do from now on, of what it asks for: see “plugin show”. None: nothing."`
	All               bool     `help:"All that it asks for."`
}

// Run implements the command.
func (cmd *pluginGrantCommand) Run(ctx context.Context, out io.Writer) error {
	return withPlugins(ctx, &cmd.Settings, func(p *parts) error {
		one, err := p.installed.Find(ctx, cmd.ID)
		if err != nil {
			return err
		}
		if one.Live == "" {
			v, err := p.installed.Version(ctx, one.Newest)
			if err != nil {
				return err
			}
			granted := append([]string{}, cmd.Keys...)
			if cmd.All {
				granted = []string{"all"}
			}
			return p.goLive(ctx, out, v, granted)
		}
		capabilities, err := p.installed.Capabilities(ctx, one.Live)
		if err != nil {
			return err
		}
		granted := cmd.Keys
		if cmd.All {
			granted = nil
			for _, c := range capabilities {
				granted = append(granted, c.Key)
			}
		}
		if err := p.installed.Grant(ctx, core.SystemActor(), cmd.ID, granted); err != nil {
			return err
		}
		if capabilities, err = p.installed.Capabilities(ctx, one.Live); err == nil {
			printCapabilities(out, capabilities)
		}
		return err
	})
}

type pluginConfigureCommand struct {
	settings.Settings `embed:""`
	ID                string   `arg:"" help:"The plugin."`
	Config            string   `help:"A file with all its settings as one JSON object; “-” reads standard input."`
	Secret            []string `help:"A secret as NAME=FILE; a file that is empty forgets it." placeholder:"NAME=FILE"`
}

// Run implements the command. Without a file or a secret it prints the settings.
func (cmd *pluginConfigureCommand) Run(ctx context.Context, out io.Writer) error {
	return withPlugins(ctx, &cmd.Settings, func(p *parts) error {
		one, err := p.installed.Find(ctx, cmd.ID)
		if err != nil {
			return err
		}
		if cmd.Config == "" && len(cmd.Secret) == 0 {
			return p.printSettings(ctx, out, one)
		}
		var config []byte
		if cmd.Config != "" {
			if config, err = readAtMost(cmd.Config, maxConfigFile); err != nil {
				return err
			}
		}
		secrets := map[string]string{}
		for _, pair := range cmd.Secret {
			name, file, ok := strings.Cut(pair, "=")
			if !ok {
				return fmt.Errorf("write a secret as NAME=FILE, not %q", pair)
			}
			value, err := readAtMost(file, maxConfigFile)
			if err != nil {
				return err
			}
			secrets[name] = strings.TrimRight(string(value), "\r\n")
		}
		err = p.installed.Configure(ctx, core.SystemActor(), cmd.ID, config, secrets)
		var wrong *core.Error
		if errors.As(err, &wrong) {
			for name, says := range wrong.Fields {
				fmt.Fprintf(out, "%s: %s\n", name, says)
			}
		}
		return err
	})
}

func (p *parts) printSettings(ctx context.Context, out io.Writer, one plugins.Plugin) error {
	hash := one.Live
	if hash == "" {
		hash = one.Newest
	}
	schema, secrets, err := p.installed.Settings(ctx, hash)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s\n", schema.Effective(schema.Fit(one.Config)))
	for _, s := range secrets {
		state := "not set"
		if s.Set {
			state = "set"
		}
		fmt.Fprintf(out, "secret %s (%s): %s\n", s.Name, s.Label, state)
	}
	return nil
}

// readAtMost reads a file, or, with "-", standard input.
func readAtMost(name string, most int64) ([]byte, error) {
	from := os.Stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		from = f
	}
	raw, err := io.ReadAll(io.LimitReader(from, most+1))
	if err == nil && int64(len(raw)) > most {
		err = fmt.Errorf("%s has more than %d bytes", name, most)
	}
	return raw, err
}

type pluginSwitchCommand struct {
	settings.Settings `embed:""`
	ID                string `arg:"" help:"The plugin."`
	State             string `arg:"" enum:"on,off" help:"on or off."`
	Reason            string `help:"Why it is switched off."`
}

// Run implements the command. Switched on, a plugin that was off after repeated
// faults runs again as well.
func (cmd *pluginSwitchCommand) Run(ctx context.Context, out io.Writer) error {
	return withPlugins(ctx, &cmd.Settings, func(p *parts) error {
		on := cmd.State == "on"
		err := p.installed.Switch(ctx, core.SystemActor(), cmd.ID, on, cmd.Reason)
		if err == nil && on {
			err = p.installed.Revive(ctx, core.SystemActor(), cmd.ID)
		}
		return err
	})
}

type pluginRollbackCommand struct {
	settings.Settings `embed:""`
	ID                string `arg:"" help:"The plugin."`
	To                string `arg:"" optional:"" help:"The version, or the beginning of its hash; by default the one added before the one that serves."`
}

// Run implements the command.
func (cmd *pluginRollbackCommand) Run(ctx context.Context, out io.Writer) error {
	return withPlugins(ctx, &cmd.Settings, func(p *parts) error {
		versions, err := p.installed.Versions(ctx, cmd.ID)
		if err != nil {
			return err
		}
		v, err := versionBefore(versions, cmd.To)
		if err != nil {
			return err
		}
		return p.goLive(ctx, out, v, nil)
	})
}

// versionBefore finds the version that is meant, in a list whose newest is first.
func versionBefore(all []plugins.Version, to string) (plugins.Version, error) {
	passed := false
	var found []plugins.Version
	for _, v := range all {
		live := !v.LiveSince.IsZero()
		if to == "" && passed || to != "" && (v.Version == to || strings.HasPrefix(v.Hash, to)) {
			found = append(found, v)
		}
		passed = passed || live
	}
	switch {
	case len(found) == 0 && to == "":
		return plugins.Version{}, errors.New("there is no version before the one that serves")
	case len(found) == 0:
		return plugins.Version{}, fmt.Errorf("there is no version %q", to)
	case len(found) > 1 && to != "":
		return plugins.Version{}, fmt.Errorf("%q names %d versions: write the beginning of the hash", to, len(found))
	}
	return found[0], nil
}

type pluginRemoveCommand struct {
	settings.Settings `embed:""`
	ID                string `arg:"" help:"The plugin."`
	Number            string `name:"only" help:"Only this version, or the one whose hash begins so."`
}

// Run implements the command.
func (cmd *pluginRemoveCommand) Run(ctx context.Context, out io.Writer) error {
	return withPlugins(ctx, &cmd.Settings, func(p *parts) error {
		if cmd.Number == "" {
			return p.installed.Remove(ctx, core.SystemActor(), cmd.ID)
		}
		versions, err := p.installed.Versions(ctx, cmd.ID)
		if err != nil {
			return err
		}
		v, err := versionBefore(versions, cmd.Number)
		if err != nil {
			return err
		}
		return p.installed.RemoveVersion(ctx, core.SystemActor(), v.Hash)
	})
}

type pluginTrustCommand struct {
	settings.Settings `embed:""`
	Key               string `arg:"" help:"The public key, as “plugin keygen” and “plugin verify” print it."`
	Name              string `arg:"" help:"Whose it is."`
}

// Run implements the command.
func (cmd *pluginTrustCommand) Run(ctx context.Context) error {
	return withPlugins(ctx, &cmd.Settings, func(p *parts) error {
		return p.installed.Trust(ctx, core.SystemActor(), cmd.Key, cmd.Name)
	})
}

type pluginDistrustCommand struct {
	settings.Settings `embed:""`
	Key               string `arg:"" help:"The public key."`
}

// Run implements the command.
func (cmd *pluginDistrustCommand) Run(ctx context.Context) error {
	return withPlugins(ctx, &cmd.Settings, func(p *parts) error {
		return p.installed.Distrust(ctx, core.SystemActor(), cmd.Key)
	})
}

type pluginReplayCommand struct {
	settings.Settings `embed:""`
	ID                string `arg:"" help:"The plugin."`
	Number            string `name:"on" help:"The version, or the beginning of its hash; by default the newest."`
	Calls             int    `default:"200" help:"How many calls, the last ones."`
}

// Run implements the command. It fails when an answer differs.
func (cmd *pluginReplayCommand) Run(ctx context.Context, out io.Writer) error {
	return withPlugins(ctx, &cmd.Settings, func(p *parts) error {
		one, err := p.installed.Find(ctx, cmd.ID)
		if err != nil {
			return err
		}
		hash := one.Newest
		if cmd.Number != "" {
			versions, err := p.installed.Versions(ctx, cmd.ID)
			if err != nil {
				return err
			}
			v, err := versionBefore(versions, cmd.Number)
			if err != nil {
				return err
			}
			hash = v.Hash
		}
		all, err := p.installed.Replay(ctx, core.SystemActor(), hash, cmd.Calls)
		if err != nil {
			return err
		}
		return printReplayed(out, all)
	})
}

func printReplayed(out io.Writer, all []plugins.Replayed) error {
	different := 0
	for _, r := range all {
		if r.Same {
			continue
		}
		different++
		fmt.Fprintf(out, "%s %s %s\n", r.Call.At.Format("2006-01-02 15:04:05"), r.Call.Entry, r.Call.Event)
		if r.Call.Fault != r.Fault {
			fmt.Fprintf(out, "  before: %s\n  now:    %s\n", answered(r.Call.Fault), answered(r.Fault))
		}
		for _, line := range r.Diff {
			fmt.Fprintf(out, "  %s\n", line)
		}
	}
	fmt.Fprintf(out, "%d calls, %d answered alike.\n", len(all), len(all)-different)
	if different > 0 {
		return fmt.Errorf("%d answers differ", different)
	}
	return nil
}

func answered(fault string) string {
	if fault == "" {
		return "an answer"
	}
	return fault
}
