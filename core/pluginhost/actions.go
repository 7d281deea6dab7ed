package pluginhost

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/actions"
	"github.com/casement-dev/casement/sdk/abi"
)

// ActionProvider serves the routine actions of plugins to core/actions.
func (h *Host) ActionProvider() actions.Provider { return actionProvider{h} }

type actionProvider struct{ host *Host }

// Action implements [actions.Provider].
func (a actionProvider) Action(name string) (actions.About, bool) {
	id, entry, _ := strings.Cut(name, "/")
	p := a.host.find(id)
	if p == nil {
		return actions.About{}, false
	}
	e := p.manifest().Entry(entry)
	if e == nil || e.Kind != abi.KindAction {
		return actions.About{}, false
	}
	about := actions.About{Title: e.Title, Summary: e.Summary}
	for _, on := range e.On {
		about.On = append(about.On, core.EventKind(on))
	}
	return about, true
}

// Run implements [actions.Provider].
func (a actionProvider) Run(ctx context.Context, call actions.Call) (actions.Reply, error) {
	id, entry, _ := strings.Cut(call.Action, "/")
	h := a.host
	p := h.find(id)
	if _, installed := a.Action(call.Action); !installed {
		return actions.Reply{}, core.Unavailable(nil, "The plugin of this action is not installed.")
	}
	e := errand{by: call.By, seen: call.Seen, entry: entry, what: "action " + entry, reader: "staff"}
	c, err := h.contextOf(ctx, p, e)
	if err != nil {
		return actions.Reply{}, err
	}
	event := &abi.Event{Type: abi.EventRun}
	if call.Occurred != nil {
		event.Occurred = occurrence(call.Occurred, p.grant)
	}
	response, err := h.serve(ctx, p, &abi.Request{Op: abi.OpEvent, Entry: entry, Context: c, Event: event}, e)
	if err != nil {
		return actions.Reply{}, actionTrouble(err)
	}
	switch {
	case response.Raise != nil:
		err = errors.New("it asks for a case, which forms alone do")
	case len(response.Errors) > 0 && len(response.Effects) > 0:
		err = errors.New("it says that it could not be done, and asks for effects at once")
	}
	if err != nil {
		return actions.Reply{}, actionTrouble(h.failedIn(ctx, p, entry, protocolFault(p.manifest(), err)))
	}
	if len(response.Errors) > 0 {
		return actions.Reply{Again: clipped(response.Errors[0].Message)}, nil
	}
	reply := actions.Reply{Outcome: response.Outcome}
	if reply.Granted, err = h.granted(ctx, p, response.Effects); err != nil {
		return actions.Reply{}, actionTrouble(err)
	}
	return reply, nil
}

func actionTrouble(err error) error {
	if core.KindOf(err) != core.ErrUnavailable {
		return err
	}
	return core.Unavailable(err, "The plugin of this action has a problem just now.")
}

// Actions lists the actions that there are, by plugin and entry.
func (h *Host) Actions() []string { return h.Entries(abi.KindAction) }

// occurrence is what the grant shows of an event: of what changed, what it shows
// of the case.
func occurrence(e *core.Recorded, g Grant) *abi.Occurrence {
	out := &abi.Occurrence{
		Kind: string(e.Kind), At: e.HappenedAt.UTC().Format(time.RFC3339), By: string(e.Actor.Kind),
		From: map[string][]string{}, To: map[string][]string{},
	}
	for aspect, changed := range e.Changes {
		if seesAspect(aspect, g) {
			out.From[string(aspect)], out.To[string(aspect)] = textsOf(changed[0]), textsOf(changed[1])
		}
	}
	return out
}

// seesAspect reports whether the grant shows an aspect of the case.
func seesAspect(a core.Aspect, g Grant) bool {
	if key, ok := strings.CutPrefix(string(a), "field:"); ok {
		return g.seesField(key)
	}
	switch a {
	case core.AspectSubject:
		return g.sees(seesSubject)
	case core.AspectStatus:
		return g.sees(seesStatus)
	case core.AspectStage:
		return g.sees(seesStage)
	case core.AspectSubtype:
		return g.sees(seesSubtype)
	case core.AspectPriority:
		return g.sees(seesPriority)
	case core.AspectGroup:
		return g.sees(seesGroup)
	case core.AspectClosed, core.AspectResolved:
		return g.sees(seesDates)
	}
	return false
}
