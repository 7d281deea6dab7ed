package host

import (
	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/internal/wire"
	"github.com/casement-dev/casement/sdk/view"
)

// The methods below want commands done, under the names of docs/commands.md.
// Each must be in the manifest's needs and granted: one that was not refuses
// the whole answer. All happen together with what the person did, or nothing
// does; and in the order in which they were wanted.

// Effect wants a command by its name, with arguments that are text, in turn
// with their names: c.Effect("case.change_stage", "to", "assessed").
func (c *Ctx) Effect(command string, namesAndValues ...string) {
	if len(namesAndValues)%2 != 0 {
		c.wrong("the effect " + command + " has a name without a value")
		return
	}
	var w wire.Writer
	w.Open('{')
	for i := 0; i+1 < len(namesAndValues); i += 2 {
		w.Key(namesAndValues[i])
		w.String(namesAndValues[i+1])
	}
	w.Close('}')
	c.EffectOf(command, w.B)
}

// EffectOf wants a command with arguments of any sort, as [Object] makes them.
func (c *Ctx) EffectOf(command string, args abi.Raw) {
	if c.drawing {
		c.wrong("the effect " + command + " is wanted where a page is drawn or checked, which happens several times for one event")
		return
	}
	c.effects = append(c.effects, abi.Effect{Type: command, Args: args})
}

// want leaves out arguments that are "".
func (c *Ctx) want(command string, namesAndValues ...any) {
	var w wire.Writer
	w.Open('{')
	for i := 0; i+1 < len(namesAndValues); i += 2 {
		if namesAndValues[i+1] == "" {
			continue
		}
		w.Key(namesAndValues[i].(string))
		write(&w, namesAndValues[i+1])
	}
	w.Close('}')
	c.EffectOf(command, w.B)
}

// SetField changes a field of the case: case.set_field. Of a text, a date or a
// choice the value is text; of several choices a list; of yes or no a bool; of a
// number or an amount an int, a float64 or a [Number]. nil empties it.
func (c *Ctx) SetField(key string, value any) {
	if value == "" {
		value = nil
	}
	c.EffectOf("case.set_field", Object("field", key, "value", value))
}

// AddNote says something among staff: note.add.
func (c *Ctx) AddNote(text string) { c.want("note.add", "body", text, "audience", "staff") }

// TellRequester says something to the requester, who is told that there is
// something to read: note.add.
func (c *Ctx) TellRequester(text string) { c.want("note.add", "body", text, "audience", "public") }

// AskRequester asks the requester something: question.ask. remindIn is a span
// like "5 working days"; "" is as the type says.
func (c *Ctx) AskRequester(text, remindIn string) {
	c.want("question.ask", "body", text, "due_in", remindIn)
}

// Claim takes a case that nobody has, for the person who acts: case.claim.
func (c *Ctx) Claim() { c.want("case.claim") }

// Release puts the case back for its group to claim: case.release.
func (c *Ctx) Release() { c.want("case.release") }

// Reassign hands the case to another group: case.reassign.
func (c *Ctx) Reassign(group, reason string) {
	c.want("case.reassign", "group", group, "reason", reason)
}

// ChangeStatus moves the case between statuses that are not final:
// case.change_status.
func (c *Ctx) ChangeStatus(to string) { c.want("case.change_status", "to", to) }

// ChangeStage moves the case along its type's path, or back: case.change_stage.
func (c *Ctx) ChangeStage(to string) { c.want("case.change_stage", "to", to) }

// ChangeSubtype reclassifies the case within its type: case.change_subtype.
func (c *Ctx) ChangeSubtype(to string) { c.want("case.change_subtype", "to", to) }

// ChangePriority makes the case more or less urgent: case.change_priority.
func (c *Ctx) ChangePriority(to string) { c.want("case.change_priority", "to", to) }

// ChangePlace changes the place that the case is about: case.change_place.
func (c *Ctx) ChangePlace(p abi.Place) {
	args := []any{"address", p.Address}
	if p.Point != nil {
		args = append(args, "place", Object("lat", p.Point.Lat, "lng", p.Point.Lng))
	}
	c.want("case.change_place", args...)
}

// Escalate raises the escalation level by one: case.escalate.
func (c *Ctx) Escalate(reason string) { c.want("case.escalate", "reason", reason) }

// DeEscalate takes the case back to the ordinary, and says why in a note of the
// case: case.de_escalate.
func (c *Ctx) DeEscalate(note string) { c.want("case.de_escalate", "note", note) }

// CloseCase ends the case with one of its type's closure reasons: case.close.
// Status is the final status; the type's first when "".
func (c *Ctx) CloseCase(status, reason string) {
	c.want("case.close", "status", status, "reason", reason)
}

// NewTask is a task to be given. Empty members are as the task type says.
type NewTask struct {
	Type     string // key
	Title    string
	Brief    string
	Group    string // key
	DueAt    string // RFC 3339
	Optional bool   // closing the case cancels it instead of being refused
}

// AddTask gives somebody a task on the case: task.add.
func (c *Ctx) AddTask(t NewTask) {
	args := []any{"type", t.Type, "title", t.Title, "brief", t.Brief, "group", t.Group, "due_at", t.DueAt}
	if t.Optional {
		args = append(args, "optional", true)
	}
	c.want("task.add", args...)
}

// CancelTask takes a task back: task.cancel.
func (c *Ctx) CancelTask(no int, reason string) { c.want("task.cancel", "no", no, "reason", reason) }

// ReturnTask takes a task that is done up again: task.return. Its workflow hears
// the reason.
func (c *Ctx) ReturnTask(no int, reason string) { c.want("task.return", "no", no, "reason", reason) }

// AddFiles puts files that were uploaded in this plugin on the case:
// attachment.add. To the requester they are shown only if forRequester.
func (c *Ctx) AddFiles(files []view.File, forRequester bool) {
	if len(files) == 0 {
		return
	}
	ids := make([]string, len(files))
	for i, f := range files {
		ids[i] = f.ID
	}
	audience := "staff"
	if forRequester {
		audience = "public"
	}
	c.want("attachment.add", "files", ids, "audience", audience)
}

// Extend allows a target more time, within its type's limit: target.extend. By
// is a span like "10 working days".
func (c *Ctx) Extend(target, by, reason string) {
	c.want("target.extend", "target", target, "by", by, "reason", reason)
}

// Pause stops a target's clock: target.pause.
func (c *Ctx) Pause(target, reason string) {
	c.want("target.pause", "target", target, "reason", reason)
}

// Resume lets a target's clock run on: target.resume.
func (c *Ctx) Resume(target string) { c.want("target.resume", "target", target) }

// Keep keeps a value under a key of this case, for [Kept]: store.put. nil
// forgets the key. Values are as for [Object].
func (c *Ctx) Keep(key string, value any) { c.put(abi.StorePut{Key: key}, value) }

// KeepShared keeps a value under a key of the plugin, for [KeptShared].
func (c *Ctx) KeepShared(key string, value any) {
	c.put(abi.StorePut{Key: key, Shared: true}, value)
}

func (c *Ctx) put(put abi.StorePut, value any) {
	if value != nil {
		put.Value = JSON(value)
	}
	c.EffectOf(abi.EffectKeep, put.Append(nil))
}
