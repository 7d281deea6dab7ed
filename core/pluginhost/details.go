package pluginhost

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/details"
	"github.com/casement-dev/casement/core/dialogue"
	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/view"
)

// DetailsProvider serves the details sections of plugins to core/details.
func (h *Host) DetailsProvider() details.Provider { return detailsProvider{h} }

type detailsProvider struct{ host *Host }

// Section implements [details.Provider].
func (d detailsProvider) Section(name string) (details.About, bool) {
	id, entry, _ := strings.Cut(name, "/")
	p := d.host.find(id)
	if p == nil {
		return details.About{}, false
	}
	e := p.manifest().Entry(entry)
	if e == nil || e.Kind != abi.KindDetails {
		return details.About{}, false
	}
	return details.About{Title: e.Title, Summary: e.Summary, Portal: p.forRequesters(e)}, true
}

// readersEveryone is what an entry says that is meant for requesters too.
const readersEveryone = "everyone"

// forRequesters reports whether a section may be drawn in the portal: its maker
// meant it so, and an administrator granted it.
func (p *plugin) forRequesters(e *abi.Entry) bool {
	return e.Readers == readersEveryone && p.grant.sees(seesPortal)
}

// Serve implements [details.Provider].
func (d detailsProvider) Serve(ctx context.Context, call details.Call) (details.Reply, error) {
	id, entry, _ := strings.Cut(call.Section, "/")
	h := d.host
	p, err := h.version(ctx, id, call.Pin)
	if err != nil {
		return details.Reply{}, sectionTrouble(err)
	}
	e := p.manifest().Entry(entry)
	switch {
	case e == nil || e.Kind != abi.KindDetails:
		return details.Reply{}, core.Unavailable(nil, "This section is not installed any more. What it kept is not lost.")
	case call.Reader == details.Requester && !p.forRequesters(e):
		return details.Reply{}, core.Forbidden("This section is for staff.")
	}
	about := errand{
		by: call.By, seen: call.Seen, entry: entry, what: "section " + entry, reader: string(call.Reader), editable: call.Editable,
	}
	c, err := h.contextOf(ctx, p, about)
	if err != nil {
		return details.Reply{}, err
	}
	state, err := h.migrated(ctx, p, about, call.Pin, call.State, c)
	if err != nil {
		return details.Reply{}, sectionTrouble(err)
	}
	response, err := h.serve(ctx, p, &abi.Request{
		Op: abi.OpEvent, Entry: entry, State: state, Context: c,
		Event: &abi.Event{
			Type: string(call.Event.Kind), Action: call.Event.Target, Fields: call.Event.Answers, Files: call.Event.Files, Text: call.Event.Text,
		},
	}, about)
	if err != nil {
		return details.Reply{}, sectionTrouble(err)
	}
	reply, err := sectionReply(response, p.pin())
	if err != nil {
		return details.Reply{}, sectionTrouble(h.failedIn(ctx, p, entry, protocolFault(p.manifest(), err)))
	}
	if reply.Granted, err = h.granted(ctx, p, response.Effects); err != nil {
		return details.Reply{}, sectionTrouble(err)
	}
	return reply, nil
}

// migrated brings a state that a version of another version of states made into
// the form that this one reads.
func (h *Host) migrated(ctx context.Context, p *plugin, e errand, pin string, state []byte, c abi.Context) (abi.Raw, error) {
	from, needed := p.migrates(pin)
	if len(state) == 0 || !needed {
		return abi.Raw(state), nil
	}
	response, err := h.call(ctx, p, &abi.Request{Op: abi.OpMigrate, Entry: e.entry, State: abi.Raw(state), StateVersion: from, Context: c}, e.matter())
	if err != nil {
		return nil, err
	}
	if len(response.State) == 0 {
		return nil, h.failedIn(ctx, p, e.entry, protocolFault(p.manifest(), fmt.Errorf("it gave no state when asked to migrate from version %d", from)))
	}
	return response.State, nil
}

// sectionTrouble words a fault for whoever looks at a section.
func sectionTrouble(err error) error {
	if core.KindOf(err) != core.ErrUnavailable {
		return err
	}
	return core.Unavailable(err, "This section is not available just now. The rest of the case is not affected.")
}

func sectionReply(r *abi.Response, pin string) (details.Reply, error) {
	reply := details.Reply{Reply: dialogue.Reply{Pin: pin, State: []byte(r.State), View: r.View}}
	for _, e := range r.Errors {
		reply.Errors = append(reply.Errors, view.FieldError{Field: e.Field, Message: e.Message})
	}
	switch {
	case r.Raise != nil:
		return reply, errors.New("it asks for a case, which forms alone do")
	case r.View == nil:
		return reply, errors.New("it shows nothing")
	}
	return reply, nil
}

// Details lists the sections that there are, by plugin and entry, with the
// fields that each keeps on its cases.
func (h *Host) Details() map[string][]core.Field {
	out := map[string][]core.Field{}
	for _, name := range h.Entries(abi.KindDetails) {
		id, entry, _ := strings.Cut(name, "/")
		out[name] = []core.Field{}
		if p := h.find(id); p != nil && p.manifest().Entry(entry) != nil {
			for _, f := range p.manifest().Entry(entry).Fields {
				out[name] = append(out[name], fieldOf(f))
			}
		}
	}
	return out
}

// fieldOf makes a field of a case type of one that a section declares.
func fieldOf(f abi.Field) core.Field {
	out := core.Field{
		Key: f.Key, Kind: core.FieldKind(f.Kind), Label: core.Plain(f.Label), MaxLength: f.MaxLength, Searchable: f.Searchable, Private: f.Private,
	}
	if f.Kind == "money" {
		out.Kind = core.FieldNumber
	}
	for _, o := range f.Options {
		out.Choices = append(out.Choices, core.Choice{Key: o.Value, Name: core.Plain(o.Label)})
	}
	return out
}
