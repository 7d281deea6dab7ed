package notifications

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/messages"
)

// Offers reports whether a template may find a name when it tells an audience
// of an event. Whether the name has a value hangs on the case; a name that is
// never offered is a mistake of the template's author. See data.go, which this
// must agree with.
func Offers(event core.EventKind, audience, path string) bool {
	switch audience {
	case toFollower:
		return slices.Contains(followerNames, path) || strings.HasPrefix(path, "organisation.")
	case toReceiver:
		return slices.Contains(receiverNames, path) || strings.HasPrefix(path, "organisation.") || strings.HasPrefix(path, "task.")
	}
	requester := audience == toRequester
	root, _, _ := strings.Cut(path, ".")
	switch root {
	case "note":
		return event == core.NoteAdded
	case "update":
		return event == core.UpdateAdded
	case "question":
		return slices.Contains([]core.EventKind{core.QuestionAsked, core.QuestionAnswered, core.QuestionUnanswered}, event) &&
			(path != "question.link" || requester)
	case "task":
		return !requester && strings.HasPrefix(string(event), "task.")
	case "target":
		return !requester
	case "reason":
		return !requester && slices.Contains(withReasons, event)
	case "answers":
		return requester && event == core.CaseRaised
	case "satisfaction":
		return requester
	case "follow", "sign_in", "digest", "news", "webhook":
		return false
	}
	switch path {
	case "case.priority", "case.level":
		return !requester
	case "case.expected", "case.reopen_until", "case.continues", "case.continues_closed":
		return requester
	}
	return true
}

var (
	followerNames = []string{"recipient.name", "case.reference", "case.type", "case.subtype", "case.status", "case.raised", "case.link", "follow.stop"}
	receiverNames = []string{"recipient.name", "case.reference", "case.type", "case.subject", "actor.name"}
	withReasons   = []core.EventKind{core.CaseReassigned, core.CaseEscalated, core.CaseClosed, core.CaseCancelled}
)

// use is one place where a case type sends a template.
type use struct {
	event    core.EventKind
	audience string
	template string
	at       casetypes.Path // in the case type's file
}

// uses lists the places where a case type sends templates.
func uses(t *core.CaseType) []use {
	var out []use
	for _, event := range slices.Sorted(maps.Keys(t.Messages)) {
		for _, audience := range slices.Sorted(maps.Keys(t.Messages[event])) {
			at := casetypes.At("messages", event, audience)
			switch template := t.Told(event, audience); template {
			case "":
			case core.ByReason:
				out = append(out, use{core.EventKind(event), audience, core.ClosedMessage, at})
				for i, reason := range t.Reasons.Close {
					if reason.Message != "" {
						out = append(out, use{core.EventKind(event), audience, reason.Message, casetypes.At("reasons", "close", i, "message")})
					}
				}
			default:
				out = append(out, use{core.EventKind(event), audience, template, at})
			}
		}
	}
	for i, rule := range t.Targets {
		if rule.Extend != nil && rule.Extend.TellRequester != "" {
			out = append(out, use{core.TargetExtended, toRequester, rule.Extend.TellRequester, casetypes.At("targets", i, "extend", "tell_requester")})
		}
	}
	return out
}

// Use is where a template is sent, for people.
type Use struct {
	Type     string // key
	Name     string // of the case type
	Event    core.EventKind
	Audience string
}

// Uses lists where the published case types send the installation's template,
// or the one that a case type has of its own.
func (s *Service) Uses(ctx context.Context, caseType, key string) ([]Use, error) {
	types, err := s.sending(ctx, caseType, key)
	var out []Use
	for _, t := range types {
		for _, u := range uses(t) {
			if u.template == key {
				out = append(out, Use{t.Key, t.Name.String(), u.event, u.audience})
			}
		}
	}
	return out, err
}

// sending lists the published case types whose cases are written to with a
// template: with the installation's, those without one of their own.
func (s *Service) sending(ctx context.Context, caseType, key string) ([]*core.CaseType, error) {
	types, err := s.o.Cases.Types().All(ctx)
	if err != nil {
		return nil, err
	}
	var out []*core.CaseType
	for _, t := range types {
		if caseType != "" && t.Key != caseType {
			continue
		}
		if caseType == "" {
			own, err := s.o.Messages.OwnOf(ctx, t.Key)
			if err != nil {
				return nil, err
			}
			if slices.Contains(own, key) {
				continue
			}
		}
		out = append(out, t)
	}
	return out, nil
}

// misfit says what a template shows that an event never has; "" when it fits.
func misfit(t *core.CaseType, d messages.Demand, event core.EventKind, audience string) string {
	if key, isField := strings.CutPrefix(d.Path, "case.fields."); isField {
		if _, known := t.Field(key); !known {
			return fmt.Sprintf("Line %d shows {{ %s }}, but cases of the type “%s” have no such field. Put it into {%% if %s %%} … {%% endif %%}.", d.Line, d.Path, t.Name, d.Path)
		}
	}
	if !Offers(event, audience, d.Path) {
		return fmt.Sprintf("Line %d shows {{ %s }}, which the message to %s at %s (%s) never has. Leave it out, or put it into {%% if %s %%} … {%% endif %%}.",
			d.Line, d.Path, audience, event, t.Name, d.Path)
	}
	return ""
}

// CheckTemplate holds a template against every place where it is sent: what it
// shows must be there. The error is invalid, its fields name the parts. What
// hangs on the single case is not a mistake; see [messages.NotGiven].
func (s *Service) CheckTemplate(ctx context.Context, t messages.Template) error {
	if err := messages.Check(t); err != nil {
		return err
	}
	demands := t.Demands()
	types, err := s.sending(ctx, t.Type, t.Key)
	if err != nil {
		return err
	}
	fields := map[string]string{}
	for _, ct := range types {
		for _, u := range uses(ct) {
			for _, d := range demands {
				if problem := misfit(ct, d, u.event, u.audience); u.template == t.Key && problem != "" && fields[d.Part] == "" {
					fields[d.Part] = problem
				}
			}
		}
	}
	if len(fields) > 0 {
		return &core.Error{Kind: core.ErrInvalid, Message: "The message cannot be published yet.", Fields: fields}
	}
	return nil
}

// PublishTemplate publishes a template that fits wherever it is sent, unless
// another version than the one seen is live.
func (s *Service) PublishTemplate(ctx context.Context, by core.Actor, t messages.Template, note string, seen int) (int, error) {
	if !messages.MayWrite(by) {
		return 0, core.Forbidden("Only configurators may change messages.")
	}
	if !t.Withdrawn {
		if err := s.CheckTemplate(ctx, t); err != nil {
			return 0, err
		}
	}
	return s.o.Messages.PublishAfter(ctx, by, t, note, seen)
}

// Check implements [casetypes.Checker]: a case type sends nothing that says
// what its events never have.
func (s *Service) Check(ctx context.Context, doc casetypes.Document) (casetypes.Findings, error) {
	if doc.CaseType == nil {
		return nil, nil
	}
	var out casetypes.Findings
	for _, u := range uses(doc.CaseType) {
		t, _, err := s.o.Messages.TemplateFor(ctx, doc.CaseType.Key, u.template)
		if core.KindOf(err) == core.ErrNotFound {
			continue // said where the template is named
		}
		if err != nil {
			return nil, err
		}
		for _, d := range t.Demands() {
			if problem := misfit(doc.CaseType, d, u.event, u.audience); problem != "" {
				out = append(out, casetypes.Finding{Path: u.at.String(), Message: fmt.Sprintf("“%s”: %s", t.Name, problem)})
				break
			}
		}
	}
	return out, nil
}
