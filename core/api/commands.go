package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/danielgtaylor/huma/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/people"
)

// commandOperation is one command of the table as an operation.
type commandOperation struct {
	name   string // in addresses: "note-add"
	entry  Entry
	of     reflect.Type // of the command, without its pointer
	schema *huma.Schema
}

// hidden are members of commands that are no business of programs: what belongs
// to a form that somebody fills in, or is settled by the operation.
var hidden = map[reflect.Type][]string{
	reflect.TypeFor[attachments.Add]():  {"draft", "source"},
	reflect.TypeFor[attachments.Send](): {"draft", "source"},
}

// commandOperations lists the commands that programs can give. Each is called
// by its name; where several commands of the table share one, as those of staff
// and requesters do, the others are called by what they are in the code. Left
// out are those that only time may give, those that go with the raising of a
// case, and those in which a plugin has its part.
func commandOperations(table []Entry) []*commandOperation {
	var out []*commandOperation
	taken := map[core.CommandName]bool{}
	for _, e := range table {
		t := reflect.TypeOf(e.Command)
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		name := e.Command.Name()
		first := !taken[name]
		taken[name] = true
		if _, inner := e.Command.(cases.Inner); inner || e.Command.Needs() == core.MayKeepTime || e.Command.Needs() == core.MayRaise {
			continue
		}
		area, _, _ := strings.Cut(string(name), ".")
		called := dashed(strings.ReplaceAll(string(name), ".", "-"))
		if !first {
			called = area + "-" + dashed(t.Name())
		}
		out = append(out, &commandOperation{name: called, entry: e, of: t})
	}
	return out
}

// dashed writes RecordAnswer and record_answer as record-answer.
func dashed(name string) string {
	var b strings.Builder
	for i, r := range name {
		switch {
		case r == '_':
			b.WriteByte('-')
		case unicode.IsUpper(r):
			if i > 0 {
				b.WriteByte('-')
			}
			b.WriteRune(unicode.ToLower(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// decode makes a command of what a program sent. Its errors name the place,
// under where.
func (op *commandOperation) decode(r huma.Registry, body []byte, where string) (cases.Command, error) {
	command := reflect.New(op.of)
	if len(body) == 0 {
		body = []byte("{}")
	}
	var loose any
	if err := decodeStrictly(body, &loose); err != nil {
		return nil, problem(http.StatusBadRequest, err.Error(), Detail{where, err.Error()})
	}
	var found huma.ValidateResult
	place := huma.NewPathBuffer([]byte(where), len(where))
	huma.Validate(r, op.schema, place, huma.ModeWriteToServer, loose, &found)
	if len(found.Errors) > 0 {
		p := problem(http.StatusUnprocessableEntity, "The command does not fit its description.")
		for _, err := range found.Errors {
			if detail, ok := err.(*huma.ErrorDetail); ok {
				p.Errors = append(p.Errors, Detail{detail.Location, detail.Message})
			}
		}
		return nil, p
	}
	if err := decodeStrictly(body, command.Interface()); err != nil {
		return nil, problem(http.StatusUnprocessableEntity, "The command does not fit its description.", Detail{where, err.Error()})
	}
	if reflect.TypeOf(op.entry.Command).Kind() != reflect.Pointer {
		command = command.Elem()
	}
	return command.Interface().(cases.Command), nil
}

// WriteIn is what every write may say about itself.
type WriteIn struct {
	IfMatch string `header:"If-Match" maxLength:"100" doc:"The ETag of the case as you saw it. If what the command touches was changed since, nothing happens and the answer is 412, naming what was. Changes of other things do not stand in the way." example:"\"12\""`
	Key     string `header:"Idempotency-Key" maxLength:"200" doc:"A name of your choosing for this request. Sent again within 48 hours it returns the first result and does nothing; with another body it is refused with 422." example:"import-2026-11-22-0417"`
}

// seen is the version that the program looked at; 0 when it does not say.
func (in WriteIn) seen() (core.Version, error) {
	tag := strings.TrimSpace(in.IfMatch)
	if tag == "" || tag == "*" {
		return 0, nil
	}
	n, err := strconv.ParseInt(strings.Trim(tag, `"`), 10, 64)
	if err != nil || n <= 0 || tag != etag(core.Version(n)) {
		return 0, problem(http.StatusUnprocessableEntity, "If-Match is one ETag of a case, such as \"12\", or *.", Detail{"header.If-Match", "Send the ETag as it was answered."})
	}
	return core.Version(n), nil
}

// Done is what became of a change of one case.
type Done struct {
	Ref     string            `json:"ref" doc:"The case." example:"CMP-7K2M-4QX9"`
	Version int64             `json:"version" doc:"Of the case now." example:"13"`
	Made    map[string]string `json:"made,omitempty" doc:"What the commands brought into being, by its number under the case: note, question, task, attachment." example:"{\"note\":\"4\"}"`
}

func shapeDone(o cases.Outcome) Done {
	return Done{string(o.Ref), int64(o.Version), o.Made}
}

type doneOut struct {
	ETag     string `header:"ETag" doc:"The version of the case now."`
	Replayed string `header:"Idempotent-Replayed" doc:"true when the key was known and nothing was done: this is the first result again."`
	Body     Done
}

func replayed(r cases.Result) string {
	if r.Repeated {
		return "true"
	}
	return ""
}

// commandIn is one command for one case. Its body is described by the command.
type commandIn struct {
	CaseIn
	WriteIn
	RawBody []byte
}

// do gives one or more commands for one case.
func (a *API) do(ctx context.Context, in CaseIn, w WriteIn, commands []cases.Command) (*doneOut, error) {
	ref, err := in.reference()
	if err != nil {
		return nil, err
	}
	seen, err := w.seen()
	if err != nil {
		return nil, err
	}
	ids, err := a.options.Cases.IDs(ctx, ref)
	if err != nil {
		return nil, err
	}
	id, ok := ids[ref]
	if !ok {
		return nil, core.NotFound("There is no such case, or you may not see it.")
	}
	result, err := a.options.Cases.Do(ctx, actorOf(ctx), cases.Request{
		Key: w.Key, Origin: core.OriginLive, Changes: []cases.Change{{Case: id, Seen: seen, Commands: commands}},
	})
	if err != nil {
		return nil, err
	}
	done := result.Outcomes[0]
	return &doneOut{ETag: etag(done.Version), Replayed: replayed(result), Body: shapeDone(done)}, nil
}

// Command is one command of several.
type Command struct {
	Command string          `json:"command" doc:"Its name, as in the address of its own operation." example:"note-add"`
	With    json.RawMessage `json:"with,omitempty" doc:"What it takes: the body of its own operation."`
}

// decodeAll makes commands of what a program sent.
func (a *API) decodeAll(sent []Command, where string) ([]cases.Command, error) {
	out := make([]cases.Command, len(sent))
	for i, one := range sent {
		place := fmt.Sprintf("%s[%d]", where, i)
		at := slices.IndexFunc(a.commands, func(op *commandOperation) bool { return op.name == one.Command })
		if at < 0 {
			return nil, problem(http.StatusUnprocessableEntity, "There is no such command.", Detail{place + ".command", "There is no command “" + clip(one.Command) + "”."})
		}
		var err error
		if out[i], err = a.commands[at].decode(a.huma.OpenAPI().Components.Schemas, one.With, place+".with"); err != nil {
			return nil, err
		}
	}
	return out, nil
}

type commandsIn struct {
	CaseIn
	WriteIn
	Body struct {
		Commands []Command `json:"commands" minItems:"1" maxItems:"50" doc:"What is to happen, in this order: all of it, or nothing."`
	}
}

func (a *API) doSeveral(ctx context.Context, in *commandsIn) (*doneOut, error) {
	commands, err := a.decodeAll(in.Body.Commands, "body.commands")
	if err != nil {
		return nil, err
	}
	return a.do(ctx, in.CaseIn, in.WriteIn, commands)
}

// Change is what is to happen to one of several cases.
type Change struct {
	Case     string    `json:"case" maxLength:"60" doc:"Reference of the case." example:"CMP-7K2M-4QX9"`
	Version  int64     `json:"version,omitempty" minimum:"1" doc:"The version you saw, as If-Match says it for one case."`
	Commands []Command `json:"commands" minItems:"1" maxItems:"50"`
}

type batchIn struct {
	Key  string `header:"Idempotency-Key" maxLength:"200" doc:"A name of your choosing for this request; see the operations of single commands."`
	Body struct {
		Changes []Change `json:"changes" minItems:"1" maxItems:"100" doc:"The cases, each once."`
	}
}

// BatchDone is what became of a batch.
type BatchDone struct {
	Done []Done `json:"done" doc:"In the order of the changes."`
}

type batchOut struct {
	Replayed string `header:"Idempotent-Replayed" doc:"true when the key was known and nothing was done."`
	Body     BatchDone
}

func (a *API) batch(ctx context.Context, in *batchIn) (*batchOut, error) {
	refs := make([]core.Reference, len(in.Body.Changes))
	for i, ch := range in.Body.Changes {
		var err error
		if refs[i], err = core.ParseReference(ch.Case); err != nil {
			return nil, noCaseAt(i)
		}
	}
	ids, err := a.options.Cases.IDs(ctx, refs...)
	if err != nil {
		return nil, err
	}
	request := cases.Request{Key: in.Key, Origin: core.OriginLive}
	for i, ch := range in.Body.Changes {
		id, ok := ids[refs[i]]
		if !ok {
			return nil, noCaseAt(i)
		}
		commands, err := a.decodeAll(ch.Commands, fmt.Sprintf("body.changes[%d].commands", i))
		if err != nil {
			return nil, err
		}
		request.Changes = append(request.Changes, cases.Change{Case: id, Seen: core.Version(ch.Version), Commands: commands})
	}
	result, err := a.options.Cases.Do(ctx, actorOf(ctx), request)
	if err != nil {
		return nil, err
	}
	out := &batchOut{Replayed: replayed(result), Body: BatchDone{[]Done{}}}
	for _, o := range result.Outcomes {
		out.Body.Done = append(out.Body.Done, shapeDone(o))
	}
	return out, nil
}

func noCaseAt(i int) error {
	p, _ := problemOf(core.NotFound("There is no such case, or you may not see it."), "")
	p.Errors = []Detail{{fmt.Sprintf("body.changes[%d].case", i), p.Detail}}
	return p
}

// NewCase is a case to be raised.
type NewCase struct {
	cases.Raise
	Files []core.AttachmentID `json:"files,omitempty" maxItems:"50" doc:"Files of the requester that were uploaded before: the id of each."`
}

// TransformSchema leaves out what belongs to forms, and says what is assumed.
func (NewCase) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	for _, member := range []string{"submission", "assign"} {
		delete(s.Properties, member)
	}
	s.Required = []string{"type", "subject"}
	says := map[string]string{
		"type": "Key of the case type.", "subject": "What it is about, in a line.", "description": "What happened, in the requester’s words.",
		"subtype": "Key of one of the type’s subtypes. It decides the group, unless one is named.", "priority": "Key of one of the type’s priorities.",
		"channel":   "How it reached you: web, telephone, counter, letter, email, or api, which is assumed.",
		"requester": "Identifier of the person who raises it; needs people.read. Left out, the person with the email address of contact is found, or added.",
		"contact":   "How the requester is reached about this case.", "anonymous": "Nobody may be named: contact and requester are dropped.",
		"on_behalf_of": "Whom the case is for, when the requester is not that person.", "place": "Where it is, in degrees (WGS 84).",
		"address": "Of the place, in words.", "fields": "The fields of the type, by key: see the description of the case type.",
		"group": "Key of the group it goes to, if the type lets it.", "received": "When it reached you, if that was before now.",
	}
	for member, words := range says {
		if property := s.Properties[member]; property != nil && property.Ref == "" {
			property.Description = words
		}
	}
	return s
}

type raiseIn struct {
	Key  string `header:"Idempotency-Key" maxLength:"200" doc:"A name of your choosing for this request. Sent again within 48 hours it returns the first case and raises none." example:"form-9f3c"`
	Body NewCase
}

// Raised is a case that was raised.
type Raised struct {
	Done
	Tracking string `json:"tracking_url" format:"uri" doc:"The secret link with which its requester follows it without an account. Give it to nobody else."`
}

type raiseOut struct {
	Location string `header:"Location" doc:"Where the case can be read."`
	ETag     string `header:"ETag" doc:"The version of the case."`
	Replayed string `header:"Idempotent-Replayed" doc:"true when the key was known and no case was raised."`
	Body     Raised
}

func (a *API) raise(ctx context.Context, in *raiseIn) (*raiseOut, error) {
	by := actorOf(ctx)
	raise := in.Body.Raise
	if raise.Channel == "" {
		raise.Channel = core.ChannelAPI
	}
	if err := a.requester(ctx, by, &raise); err != nil {
		return nil, err
	}
	commands := []cases.Command{&raise}
	if len(in.Body.Files) > 0 {
		commands = append(commands, &attachments.Enclose{Add: attachments.Add{Files: in.Body.Files}})
	}
	result, err := a.options.Cases.Do(ctx, by, cases.Request{
		Key: in.Key, Origin: core.OriginLive, Changes: []cases.Change{{Case: core.NewID[core.CaseID](), Commands: commands}},
	})
	if err != nil {
		return nil, err
	}
	o := result.Outcomes[0]
	return &raiseOut{
		Location: path.Join(Prefix, "cases", string(o.Ref)), ETag: etag(o.Version), Replayed: replayed(result),
		Body: Raised{Done: shapeDone(o), Tracking: a.options.BaseURL + "/track/" + a.options.Cases.TrackingToken(o.Case)},
	}, nil
}

// requester settles whose case it is. A program that may not look people up
// cannot name one; the person with the email address that was typed is theirs
// to be, as on every form.
func (a *API) requester(ctx context.Context, by core.Actor, raise *cases.Raise) error {
	switch {
	case raise.Anonymous:
		return nil
	case !raise.Requester.IsZero():
		_, err := a.options.People.FindPerson(ctx, by, raise.Requester)
		if core.KindOf(err) == core.ErrNotFound {
			return core.InvalidField("requester", "There is no such person, or this program may not look people up.")
		}
		return err
	case raise.Contact.Email == "":
		return nil
	}
	grant, err := a.options.Cases.GrantOf(ctx, by)
	if err != nil || !slices.Contains(grant.On(raise.Type), core.MayRaise) {
		return err // the door refuses it; nobody is added for that
	}
	person, err := a.options.People.FindOrCreate(ctx, by, people.Details{
		Name: raise.Contact.Name, Email: raise.Contact.Email, Phone: raise.Contact.Phone, Address: raise.Contact.Address,
	})
	raise.Requester = person.ID
	return err
}

func (a *API) registerCommands() {
	register(a, operation{
		id: "raise-case", method: http.MethodPost, path: "/cases", tag: tagCases, where: "body", status: http.StatusCreated, need: "case.raise",
		summary: "Raise a case", says: "Brings a case into being. Its first targets start, and its requester is told, as if it had come by the form.",
	}, a.raise)
	register(a, operation{
		id: "change-case", method: http.MethodPost, path: "/cases/{ref}/commands", tag: tagCommands, where: "body", need: "what each command needs",
		summary: "Give several commands for a case", says: "All of them happen, in order, or none.",
	}, a.doSeveral)
	register(a, operation{
		id: "change-cases", method: http.MethodPost, path: "/batch", tag: tagCommands, where: "body", need: "what each command needs",
		summary: "Give commands for several cases", says: "All of them happen, or none: up to 100 cases in one transaction.",
	}, a.batch)
	a.commands = commandOperations(a.options.Commands)
	for _, op := range a.commands {
		a.registerCommand(op)
	}
	a.nameCommands()
}

// registerCommand makes the operation of one command. Its body is described by
// the command's own struct.
func (a *API) registerCommand(c *commandOperation) {
	registry := a.huma.OpenAPI().Components.Schemas
	ref := registry.Schema(c.of, true, camel(c.name))
	c.schema = registry.SchemaFromRef(ref.Ref)
	for _, member := range hidden[c.of] {
		delete(c.schema.Properties, member)
		c.schema.Required = slices.DeleteFunc(c.schema.Required, func(s string) bool { return s == member })
	}
	c.schema.Description = c.entry.Says
	c.schema.PrecomputeMessages()
	op := operation{
		id: c.name, method: http.MethodPost, path: "/cases/{ref}/commands/" + c.name, tag: tagCommands, where: "body",
		summary: strings.TrimSuffix(c.entry.Says, "."), says: c.entry.Says, need: string(c.entry.Command.Needs()),
	}
	described := a.describe(op)
	described.RequestBody = &huma.RequestBody{Content: map[string]*huma.MediaType{"application/json": {Schema: ref, Example: exampleOf(registry, ref)}}}
	described.Description += touchWords(c.entry.Command)
	huma.Register(a.huma, described, func(ctx context.Context, in *commandIn) (*doneOut, error) {
		command, err := c.decode(registry, in.RawBody, "body")
		if err != nil {
			return nil, a.refuse(ctx, op, err)
		}
		out, err := a.do(ctx, in.CaseIn, in.WriteIn, []cases.Command{command})
		if err != nil {
			return nil, a.refuse(ctx, op, err)
		}
		return out, nil
	})
	// The library describes a body it hands over unread as bytes.
	body := a.huma.OpenAPI().Paths[described.Path].Post.RequestBody
	delete(body.Content, "application/octet-stream")
	body.Required = len(c.schema.Required) > 0
}

func touchWords(command cases.Command) string {
	var touched []string
	for _, aspect := range command.Touches() {
		touched = append(touched, strings.TrimSuffix(string(aspect), ":"))
	}
	if len(touched) == 0 {
		return " With If-Match it is never refused, since it changes nothing that somebody else could have."
	}
	return " With If-Match it is refused when this was changed: " + strings.Join(touched, ", ") + "."
}

// nameCommands lists the commands where several can be given.
func (a *API) nameCommands() {
	schema := a.huma.OpenAPI().Components.Schemas.Map()["Command"]
	if schema == nil {
		return
	}
	names := schema.Properties["command"]
	for _, c := range a.commands {
		names.Enum = append(names.Enum, c.name)
	}
	schema.PrecomputeMessages()
}

// camel writes note-add as NoteAdd.
func camel(name string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(name, "-") {
		if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}
