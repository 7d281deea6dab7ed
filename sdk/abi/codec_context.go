package abi

import (
	"github.com/casement-dev/casement/sdk/internal/wire"
	"github.com/casement-dev/casement/sdk/view"
)

func (c *Context) write(w *wire.Writer) {
	w.Open('{')
	w.Key("now")
	w.String(c.Now)
	w.OptString("today", c.Today)
	w.OptString("tz", c.Zone)
	w.OptString("locale", c.Locale)
	w.OptInt("seed", c.Seed)
	if c.User != nil {
		w.Key("user")
		c.User.write(w)
	}
	if c.Case != nil {
		w.Key("case")
		c.Case.write(w)
	}
	if c.Task != nil {
		w.Key("task")
		c.Task.write(w)
	}
	w.OptBool("editable", c.Editable)
	w.OptString("reader", c.Reader)
	w.Close('}')
}

func readContext(d *wire.Decoder) (c Context) {
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "now":
			c.Now = d.String()
		case "today":
			c.Today = d.String()
		case "tz":
			c.Zone = d.String()
		case "locale":
			c.Locale = d.String()
		case "seed":
			c.Seed = d.Int()
		case "user":
			c.User = new(User)
			c.User.read(d)
		case "case":
			c.Case = new(Case)
			c.Case.read(d)
		case "task":
			c.Task = new(Task)
			c.Task.read(d)
		case "editable":
			c.Editable = d.Bool()
		case "reader":
			c.Reader = d.String()
		default:
			d.Skip()
		}
	}
	return c
}

func (u *User) write(w *wire.Writer) {
	w.Open('{')
	w.OptString("id", u.ID)
	w.OptString("name", u.Name)
	w.OptString("email", u.Email)
	w.OptString("phone", u.Phone)
	w.OptStrings("roles", u.Roles)
	w.Close('}')
}

func (u *User) read(d *wire.Decoder) {
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "id":
			u.ID = d.String()
		case "name":
			u.Name = d.String()
		case "email":
			u.Email = d.String()
		case "phone":
			u.Phone = d.String()
		case "roles":
			u.Roles = d.Strings()
		default:
			d.Skip()
		}
	}
}

func (cs *Case) write(w *wire.Writer) {
	w.Open('{')
	cs.writeMembers(w)
	w.Close('}')
}

// writeMembers writes the members of a case into an object that is open: a
// [CaseFound] has more of its own.
func (cs *Case) writeMembers(w *wire.Writer) {
	w.Key("id")
	w.String(cs.ID)
	w.OptString("ref", cs.Ref)
	w.OptString("type", cs.Type)
	w.OptString("type_name", cs.TypeName)
	w.OptString("subtype", cs.Subtype)
	w.OptString("subject", cs.Subject)
	w.OptString("description", cs.Description)
	w.OptString("status", cs.Status)
	w.OptString("status_kind", cs.StatusKind)
	w.OptString("stage", cs.Stage)
	w.OptString("priority", cs.Priority)
	w.OptString("group", cs.Group)
	w.OptString("assignee", cs.Assignee)
	w.OptString("raised_at", cs.RaisedAt)
	w.OptString("due_at", cs.DueAt)
	w.OptString("closed_at", cs.ClosedAt)
	if cs.Requester != nil {
		w.Key("requester")
		cs.Requester.write(w)
	}
	if cs.Place != nil {
		w.Key("place")
		cs.Place.write(w)
	}
	w.OptLists("fields", cs.Fields)
	if len(cs.Files) > 0 {
		w.Key("files")
		view.WriteFiles(w, cs.Files)
	}
}

func (cs *Case) read(d *wire.Decoder) {
	for more := d.Object(); more; more = d.Next() {
		cs.readMember(d.Key(), d)
	}
}

func (cs *Case) readMember(key string, d *wire.Decoder) {
	switch key {
	case "id":
		cs.ID = d.String()
	case "ref":
		cs.Ref = d.String()
	case "type":
		cs.Type = d.String()
	case "type_name":
		cs.TypeName = d.String()
	case "subtype":
		cs.Subtype = d.String()
	case "subject":
		cs.Subject = d.String()
	case "description":
		cs.Description = d.String()
	case "status":
		cs.Status = d.String()
	case "status_kind":
		cs.StatusKind = d.String()
	case "stage":
		cs.Stage = d.String()
	case "priority":
		cs.Priority = d.String()
	case "group":
		cs.Group = d.String()
	case "assignee":
		cs.Assignee = d.String()
	case "raised_at":
		cs.RaisedAt = d.String()
	case "due_at":
		cs.DueAt = d.String()
	case "closed_at":
		cs.ClosedAt = d.String()
	case "requester":
		cs.Requester = readParty(d)
	case "place":
		cs.Place = readPlace(d)
	case "fields":
		cs.Fields = d.Lists()
	case "files":
		cs.Files = view.ReadFiles(d)
	default:
		d.Skip()
	}
}

func (t *Task) write(w *wire.Writer) {
	w.Open('{')
	w.Key("no")
	w.Int(int64(t.No))
	w.OptString("type", t.Type)
	w.Key("title")
	w.String(t.Title)
	w.OptString("brief", t.Brief)
	w.OptString("group", t.Group)
	w.OptString("assignee", t.Assignee)
	w.OptString("due_at", t.DueAt)
	w.OptBool("mine", t.Mine)
	w.OptBool("manages", t.Manages)
	w.Close('}')
}

func (t *Task) read(d *wire.Decoder) {
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "no":
			t.No = int(d.Int())
		case "type":
			t.Type = d.String()
		case "title":
			t.Title = d.String()
		case "brief":
			t.Brief = d.String()
		case "group":
			t.Group = d.String()
		case "assignee":
			t.Assignee = d.String()
		case "due_at":
			t.DueAt = d.String()
		case "mine":
			t.Mine = d.Bool()
		case "manages":
			t.Manages = d.Bool()
		default:
			d.Skip()
		}
	}
}
