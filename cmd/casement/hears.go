package main

import (
	"context"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/plugins"
)

// hears says which topics of live pages a reader may listen to: a case they
// may open, the queues they may work, and their own work and counts. The rest
// is left out.
func (p *parts) hears(ctx context.Context, by core.Actor, topics []string) ([]string, error) {
	if !by.IsStaff() {
		return nil, nil
	}
	var out []string
	var queues map[string]bool // by case type; read when first asked for
	for _, topic := range topics {
		kind, name, _ := strings.Cut(topic, ":")
		hears := false
		var err error
		switch kind {
		case "work", "counts":
			hears = name == ""
		case "notifications":
			hears = name == by.ID
		case plugins.Topic:
			hears = name == "" && plugins.MayAdminister(by)
		case "case":
			hears, err = p.mayOpen(ctx, by, name)
		case "queue":
			if queues == nil {
				queues, err = p.queuesOf(ctx, by)
			}
			hears = queues[name]
		}
		if err != nil {
			return nil, err
		}
		if hears {
			out = append(out, topic)
		}
	}
	return out, nil
}

func (p *parts) mayOpen(ctx context.Context, by core.Actor, name string) (bool, error) {
	ref, err := core.ParseReference(name)
	if err != nil {
		return false, nil
	}
	_, err = p.cases.Find(ctx, by, ref, core.MayEnquire)
	if core.KindOf(err) == core.ErrNotFound { // whoever has a task there hears that something happened, and not what
		_, err = p.cases.Find(ctx, by, ref, core.MayTask)
	}
	if core.KindOf(err) == core.ErrNotFound {
		return false, nil
	}
	return err == nil, err
}

// queuesOf lists the types of whose queues a staff user may work one.
func (p *parts) queuesOf(ctx context.Context, by core.Actor) (map[string]bool, error) {
	reach, err := p.cases.ReachOf(ctx, by, core.MayWork)
	if err != nil {
		return nil, err
	}
	var queues []cases.Queue
	if queues, err = p.cases.Queues(ctx, reach); err != nil {
		return nil, err
	}
	types := map[string]bool{}
	for _, q := range queues {
		types[q.Type.Key] = true
	}
	return types, nil
}
