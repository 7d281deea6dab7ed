package plugins

import "strings"

// words say what a capability is, for those that are not commands. "%" stands
// for the pattern that narrows it.
type words struct {
	title  string
	narrow string // with a pattern
	limits string
}

var contexts = map[string]words{
	"user.contact":     {title: "See the name, e-mail address and telephone number of whoever is signed in"},
	"user.name":        {title: "See the name of whoever is signed in"},
	"user.roles":       {title: "See the roles of whoever is signed in"},
	"case.ref":         {title: "See the reference of the case"},
	"case.type":        {title: "See the type of the case"},
	"case.subtype":     {title: "See the subtype of the case"},
	"case.subject":     {title: "See the subject of the case"},
	"case.description": {title: "See the description of the case"},
	"case.status":      {title: "See the status of the case"},
	"case.stage":       {title: "See the stage of the case"},
	"case.priority":    {title: "See the priority of the case"},
	"case.group":       {title: "See which group has the case"},
	"case.assignee":    {title: "See the name of whoever has the case"},
	"case.dates":       {title: "See when the case was raised, is due and was closed"},
	"case.requester":   {title: "See name, e-mail address, telephone number and address of the requester"},
	"case.place":       {title: "See the place of the case"},
	"case.fields":      {title: "See all fields of the case", narrow: "See the fields “%” of the case"},
	"case.files":       {title: "See names, kinds and sizes of the case’s files", limits: "never what is in them"},
	"portal":           {title: "Show its sections to the requester, on their page of the case", limits: "those that are made for everyone"},
}

var asks = map[string]words{
	"case.read":    {title: "Read other cases", limits: "within the reach of whoever it works for"},
	"case.search":  {title: "Search cases", narrow: "Search cases of the type “%”", limits: "50 at a time, within the reach of whoever it works for"},
	"store.get":    {title: "Read values it has kept", limits: "its own only"},
	"store.list":   {title: "List values it has kept", limits: "its own only"},
	"store.put":    {title: "Keep values", limits: "its own only"},
	"http.request": {title: "Send requests to any public host", narrow: "HTTP: %", limits: "no private addresses"},
	"lookup.find":  {title: "Look up in every list", narrow: "Look up in the list “%”", limits: "50 rows at a time"},
}

var commands = map[string]words{
	"case.set_field":       {title: "Change every field of the case", narrow: "Change the field “%” of the case"},
	"case.change_status":   {title: "Change the status of the case", narrow: "Change the status of the case to “%”"},
	"case.change_stage":    {title: "Change the stage of the case", narrow: "Change the stage of the case to “%”"},
	"case.change_subtype":  {title: "Change the subtype of the case"},
	"case.change_priority": {title: "Change the priority of the case"},
	"case.change_place":    {title: "Change the place of the case"},
	"case.change_contact":  {title: "Change how the requester is reached"},
	"case.assign":          {title: "Assign the case"},
	"case.reassign":        {title: "Hand the case to another group"},
	"case.escalate":        {title: "Escalate the case"},
	"case.de_escalate":     {title: "Take an escalation back"},
	"case.close":           {title: "Close the case"},
	"case.cancel":          {title: "Cancel the case"},
	"case.reopen":          {title: "Reopen the case"},
	"note.add":             {title: "Add notes, and write to the requester"},
	"question.ask":         {title: "Ask the requester questions"},
	"task.add":             {title: "Add tasks", narrow: "Add tasks of the type “%”"},
	"task.complete":        {title: "Complete tasks"},
	"task.cancel":          {title: "Cancel tasks"},
	"task.assign":          {title: "Give tasks to another group or person", limits: "of the case it works on, to those that the case type lets have them"},
	"attachment.add":       {title: "Put files on the case"},
	"attachment.publish":   {title: "Show files to the requester"},
	"target.extend":        {title: "Extend targets"},
	"target.set":           {title: "Set due times"},
	"correspondence.send":  {title: "Send messages to the requester", narrow: "Send the message “%” to the requester"},
}

// capability says in words what a key allows.
func (m manifest) capability(key string, st state) Capability {
	c := Capability{Key: key, Reason: m.reason(key), Granted: covered(key, st.Granted), New: !covered(key, st.Decided)}
	bare, isContext := strings.CutPrefix(key, contextKey)
	name, pattern, narrowed := strings.Cut(bare, ":")
	var w words
	var known bool
	if isContext {
		w, known = contexts[name]
	} else if w, known = asks[name]; !known {
		w, known = commands[name]
	}
	switch {
	case !known && isContext:
		c.Title = "See “" + bare + "”, which this version of Casement does not know"
	case !known:
		c.Title = "Give the command “" + bare + "”"
	case !narrowed:
		c.Title = w.title
	case w.narrow == "":
		c.Title = w.title + ": " + pattern
	default:
		c.Title = strings.ReplaceAll(w.narrow, "%", pattern)
	}
	if c.Limits = w.limits; c.Limits == "" && !isContext {
		c.Limits = "of the case it works on"
	}
	return c
}
