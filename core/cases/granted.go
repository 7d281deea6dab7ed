package cases

import (
	"context"
	"slices"

	"github.com/casement-dev/casement/core"
)

// Granted are commands that a plugin asked for and may have: an administrator
// granted them. They follow from a command of somebody who may give that one,
// and need no permission of their own.
type Granted struct {
	Through  string // the plugin and its version: "casement.investigate 1.0.0"
	Commands []Command
}

// Touches lists what the commands touch, for the command they follow from: the
// plugin decided on what it saw.
func (g Granted) Touches() []core.Aspect {
	var out []core.Aspect
	for _, cmd := range g.Commands {
		for _, a := range cmd.Touches() {
			if !slices.Contains(out, a) {
				out = append(out, a)
			}
		}
	}
	return out
}

// Then lets commands follow from the one that is being applied, after its
// consequences and in the same transaction. The history names the plugin
// beside the actor.
func (w *Work) Then(g Granted) {
	if len(g.Commands) > 0 {
		w.then = append(w.then, g)
	}
}

func (w *Work) runGranted(ctx context.Context, all []Granted, depth int) error {
	for _, g := range all {
		before := w.By
		w.By.Through = g.Through
		err := w.runAll(ctx, g.Commands, depth)
		w.By = before
		if err != nil {
			return err
		}
	}
	return nil
}

// Inner is a command that a page or a job gives together with what a plugin
// said, which no program could send: it is no operation of the API and no effect
// of a plugin.
type Inner interface {
	Command
	Inner()
}
