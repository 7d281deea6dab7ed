package pluginhost

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/view"
)

// This file is the only place where a message of the contract becomes one of
// our types, or the other way round.

// requestOf makes the message for one event of a form.
func requestOf(call forms.Call, g Grant) *abi.Request {
	r := &abi.Request{
		Op: abi.OpEvent, Entry: call.Type.Form.Entry, State: abi.Raw(call.State), Config: abi.Raw(call.Config),
		Event:   &abi.Event{Type: string(call.Event.Kind), Action: call.Event.Target, Fields: call.Event.Answers, Files: call.Event.Files},
		Context: contextOfForm(call),
	}
	switch v := call.Viewer; {
	case v == nil:
	case g.sees(seesUserContact):
		r.Context.User = &abi.User{Name: v.Name, Email: v.Email, Phone: v.Phone}
	case g.sees(seesUserName):
		r.Context.User = &abi.User{Name: v.Name}
	}
	return r
}

// migrationOf makes the message that brings a state into the present form.
func migrationOf(call forms.Call, from int) *abi.Request {
	return &abi.Request{
		Op: abi.OpMigrate, Entry: call.Type.Form.Entry, State: abi.Raw(call.State), StateVersion: from, Config: abi.Raw(call.Config), Context: contextOfForm(call),
	}
}

func contextOfForm(call forms.Call) abi.Context {
	zone := call.Zone
	if zone == nil {
		zone = time.UTC
	}
	return abi.Context{
		Now: call.Now.UTC().Format(time.RFC3339), Today: core.DateOf(call.Now.In(zone)).String(), Zone: zone.String(),
		Locale: call.Language, Seed: call.Seed,
	}
}

// replyOf makes the reply of a form from a response whose view is valid.
func replyOf(r *abi.Response, pin string) (forms.Reply, error) {
	reply := forms.Reply{Pin: pin, State: []byte(r.State)}
	for _, e := range r.Errors {
		reply.Errors = append(reply.Errors, view.FieldError{Field: e.Field, Message: e.Message})
	}
	switch {
	case !r.Done && len(r.Effects) > 0:
		return reply, fmt.Errorf("it asks for %.100q before there is a case", r.Effects[0].Type)
	case r.Done && r.Raise == nil:
		return reply, errors.New("it is finished and asks for no case")
	case r.Done && len(r.Errors) > 0:
		return reply, errors.New("it is finished and refuses the answers at once")
	case r.Done:
		reply.Done, reply.Page = raiseOf(r.Raise, r.Effects), r.View
		return reply, nil
	case r.Raise != nil:
		return reply, errors.New("it asks for a case and is not finished")
	case r.View == nil || r.View.Type != view.Form:
		return reply, errors.New("it shows no form")
	}
	reply.View = r.View
	return reply, nil
}

func raiseOf(r *abi.Raise, effects []abi.Effect) *forms.Raise {
	out := &forms.Raise{
		Subject: r.Subject, Description: r.Description, Subtype: r.Subtype, Group: r.Group, Anonymous: r.Anonymous,
		Requester: partyOf(r.Requester), OnBehalfOf: partyOf(r.OnBehalfOf), Fields: r.Fields, Files: r.Files,
	}
	if r.Place != nil {
		out.Address = r.Place.Address
		if p := r.Place.Point; p != nil {
			out.Place = &core.Point{Lat: p.Lat, Lng: p.Lng}
		}
	}
	for _, a := range r.Answers {
		out.Review = append(out.Review, core.ReviewRow{Section: a.Section, Question: a.Label, Answer: a.Text})
	}
	for _, e := range effects {
		out.Effects = append(out.Effects, forms.Effect{Type: e.Type, Args: json.RawMessage(e.Args)})
	}
	return out
}

func partyOf(p *abi.Party) *forms.Party {
	if p == nil {
		return nil
	}
	return &forms.Party{Name: p.Name, Email: p.Email, Phone: p.Phone, Address: p.Address, Relationship: p.Relationship}
}

// pin names the version of a plugin that makes a state: its own version, the
// version of its state, and the module, so that a submission tells which code
// asked the questions: "1.0.0+s1.3fa9c2d1e0ab".
func pin(m *abi.Manifest, hash string) string {
	return fmt.Sprintf("%s+s%d.%.12s", m.Version, m.State.Version, hash)
}
