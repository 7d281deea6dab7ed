// Tells another system what happened on a case: a message made from a template,
// sent by https to one configured address. What cannot be delivered now is
// tried again by the host.
package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/actions"
	"github.com/casement-dev/casement/sdk/host"
)

// standard is the message without a template.
const standard = `{"event":"{{event.kind}}","at":"{{event.at}}","case":{"ref":"{{case.ref}}","type":"{{case.type}}","status":"{{case.status}}"}}`

// Send is the entry "send" of the manifest.
var Send = actions.Action{ID: "send", Run: send}

func send(c *actions.Ctx) {
	kind := "button"
	if c.Occurred != nil {
		kind = c.Occurred.Kind
		if events := c.ConfigList("events"); len(events) > 0 && !slices.Contains(events, kind) {
			c.Done("Not sent: " + kind + " is not among the events that are")
			return
		}
	}
	url := c.Config("url")
	if !strings.HasPrefix(url, "https://") {
		c.Fail("No address beginning with https:// is configured")
		return
	}
	body, wrong := message(c)
	if wrong != "" {
		c.Fail(wrong)
		return
	}
	headers := map[string]string{"Content-Type": "application/json", "Idempotency-Key": key(c)}
	if authorization := c.Config("authorization"); authorization != "" {
		headers["Authorization"] = authorization
	}
	answer, ok := host.HTTP(c, abi.HTTPRequest{Method: "POST", URL: url, Headers: headers, Body: body})
	to := name(url)
	switch status := strconv.Itoa(answer.Status); {
	case !ok:
		c.Fail("It could not be sent to " + to + ": " + c.Trouble())
	case answer.Status >= 200 && answer.Status < 300:
		c.Done("Sent to " + to + ", which answered " + status)
	case answer.Status == 408 || answer.Status == 425 || answer.Status == 429 || answer.Status >= 500:
		c.Fail(to + " could not take it just now: it answered " + status)
	default: // to send the same again would not help
		c.Log(kind + " was refused with " + status)
		c.Done(to + " refused it: it answered " + status)
	}
}

// key is the same whenever the same event is sent again, so that the other side
// can tell.
func key(c *actions.Ctx) string {
	if c.Occurred == nil {
		return caseID(c) + "." + strconv.FormatInt(c.Seed, 36)
	}
	return caseID(c) + "." + c.Occurred.Kind + "." + c.Occurred.At
}

func caseID(c *actions.Ctx) string {
	if c.Case == nil {
		return ""
	}
	return c.Case.ID
}

// name is the host in an address.
func name(url string) string {
	rest := strings.TrimPrefix(url, "https://")
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	return rest
}

// message fills in the template. Secrets stay for the host to fill in, where
// the template has them, and nowhere else.
func message(c *actions.Ctx) (body, wrong string) {
	template := c.Config("template")
	if strings.TrimSpace(template) == "" {
		template = standard
	}
	var out strings.Builder
	for rest := template; ; {
		before, after, found := strings.Cut(rest, "{{")
		out.WriteString(before)
		if !found {
			break
		}
		named, after, closed := strings.Cut(after, "}}")
		named = strings.TrimSpace(named)
		switch value, known := lookup(c, named); {
		case !closed:
			return "", "The template has {{ without }}"
		case strings.HasPrefix(named, "secret:"):
			out.WriteString("{{" + named + "}}")
		case !known:
			return "", "The template names “" + clip(named) + "”, which there is not"
		default:
			out.WriteString(escaped(value))
		}
		rest = after
	}
	_, object := host.Members(abi.Raw(out.String()))
	_, array := host.Elements(abi.Raw(out.String()))
	if !object && !array {
		return "", "The template does not make JSON"
	}
	return out.String(), ""
}

// escaped writes a value as it stands between quotation marks in JSON. Braces
// are written so that nothing on a case can be taken for a secret's place.
func escaped(value string) string {
	quoted := string(host.JSON(value))
	return strings.ReplaceAll(quoted[1:len(quoted)-1], "{", `\u007b`)
}

// lookup gives the value of a name in the template; known says that there is
// such a name. What was not granted is "".
func lookup(c *actions.Ctx, name string) (value string, known bool) {
	if key, ok := strings.CutPrefix(name, "field:"); ok {
		return strings.Join(c.Fields(key), ", "), true
	}
	for _, v := range values(c) {
		if v[0] == name {
			return v[1], true
		}
	}
	return "", false
}

func values(c *actions.Ctx) [][2]string {
	var cs abi.Case
	if c.Case != nil {
		cs = *c.Case
	}
	event := abi.Occurrence{Kind: "button", At: c.Now}
	if c.Occurred != nil {
		event = *c.Occurred
	}
	var address, lat, lng string
	if p := cs.Place; p != nil {
		address = p.Address
		if p.Point != nil {
			lat, lng = strconv.FormatFloat(p.Point.Lat, 'f', -1, 64), strconv.FormatFloat(p.Point.Lng, 'f', -1, 64)
		}
	}
	return [][2]string{
		{"case.id", cs.ID}, {"case.ref", cs.Ref}, {"case.type", cs.Type}, {"case.type_name", cs.TypeName}, {"case.subtype", cs.Subtype},
		{"case.subject", cs.Subject}, {"case.status", cs.Status}, {"case.status_kind", cs.StatusKind}, {"case.stage", cs.Stage},
		{"case.priority", cs.Priority}, {"case.group", cs.Group}, {"case.raised_at", cs.RaisedAt}, {"case.due_at", cs.DueAt},
		{"case.closed_at", cs.ClosedAt}, {"case.address", address}, {"case.lat", lat}, {"case.lng", lng},
		{"event.kind", event.Kind}, {"event.at", event.At}, {"event.by", event.By},
		{"status.before", c.Was("status")}, {"status.after", c.Is("status")}, {"now", c.Now},
	}
}

// clip shortens a name that is shown.
func clip(name string) string {
	if runes := []rune(name); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return name
}
