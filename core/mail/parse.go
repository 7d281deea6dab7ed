package mail

import (
	"bytes"
	"fmt"
	netmail "net/mail"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/jhillyerd/enmime/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/correspondence"
)

// The bounds of what is read of a mail. What is beyond them is cut off, or, where
// taking the mail apart would cost too much, the mail is not taken apart at all.
const (
	maxHead       = 256 << 10 // bytes of the head
	maxDepth      = 10        // of parts in parts: mail programs make six at most
	maxBoundaries = 5000      // lines that could begin a part
	maxFiles      = 100
	maxText       = 200_000 // letters of the text
	maxMarkup     = 1 << 20 // bytes of HTML that are read
	maxTitle      = 300     // letters of the subject
	maxAddresses  = 100
	maxAnswers    = 100 // Message-IDs that it answers
)

// Parse takes a mail apart. It never fails: of what cannot be read, Broken and
// Faults tell. raw is hostile, whatever it says it is.
func Parse(raw []byte) (in correspondence.Incoming) {
	head, whole := headOf(raw)
	defer func() {
		if recover() != nil {
			// A mistake of the library in the face of a mail made to find one.
			in = fromHead(head)
			in.Broken, in.Faults = true, append(in.Faults, "It is put together in a way that cannot be read.")
		}
	}()
	if fault := tooMuch(raw, whole); fault != "" {
		in = fromHead(head)
		in.Broken, in.Faults = true, append(in.Faults, fault)
		return in
	}
	parser := enmime.NewParser(enmime.DisableTextConversion(true), enmime.MaxStoredPartErrors(20), enmime.SkipMalformedParts(true),
		enmime.MultipartWOBoundaryAsSinglePart(true), enmime.StripMediaTypeInvalidCharacters(true))
	e, err := parser.ReadEnvelope(bytes.NewReader(raw))
	if err != nil || e == nil || e.Root == nil {
		in = fromHead(head)
		in.Broken, in.Faults = true, append(in.Faults, "It is put together in a way that cannot be read.")
		return in
	}
	in = fromHead(head)
	in.Subject = clean(e.GetHeader("Subject"), maxTitle) // it knows alphabets that we do not
	addWords(&in, e)
	addFiles(&in, e)
	in.Automatic, in.Sign, in.Bounce = automatic(head, e)
	return in
}

// ParseHead takes the head of a mail apart whose body was left where it lay.
func ParseHead(raw []byte) correspondence.Incoming {
	head, _ := headOf(raw)
	in := fromHead(head)
	in.Automatic, in.Sign, _ = automatic(head, nil)
	return in
}

// tooMuch says why a mail is not taken apart; "" when it is.
func tooMuch(raw []byte, whole bool) string {
	switch {
	case !whole:
		return "Its head does not end."
	case tooDeep(raw):
		return "Its parts are nested in one another too often."
	case bytes.Count(raw, []byte("\n--")) > maxBoundaries:
		return "It has too many parts."
	}
	return ""
}

// tooDeep reports whether parts stand in parts deeper than mail programs make
// them. Reading such a mail costs the library twice as much with each step.
func tooDeep(raw []byte) bool {
	var open []string // the boundaries of the parts that a line stands in
	declared := 0
	for rest := raw; len(rest) > 0; {
		at, after, _ := bytes.Cut(rest, []byte("\n"))
		rest = after
		if bytes.HasPrefix(at, []byte("--")) {
			open = leave(open, strings.TrimRight(string(at[2:min(len(at), 200)]), " \t\r"))
			continue
		}
		if found := boundary.FindSubmatch(at); found != nil {
			declared++
			if open = append(open, strings.TrimRight(string(found[1]), " \t\r")); len(open) > maxDepth {
				return true
			}
		}
	}
	// Whoever writes boundaries so that they are not seen here does not do so by
	// mistake.
	hidden := len(multipart.FindAllIndex(raw, declared+maxDepth+1)) - declared
	return hidden > maxDepth
}

// leave goes back to the parts that a line between parts stands in.
func leave(open []string, delimiter string) []string {
	for i, name := range slices.Backward(open) {
		switch {
		case name == "":
		case delimiter == name:
			return open[:i+1]
		case delimiter == name+"--":
			return open[:i]
		}
	}
	return open
}

var (
	boundary  = regexp.MustCompile(`(?i)\bboundary[*0-9]*\s*=\s*"?([^";\r]{0,100})`)
	multipart = regexp.MustCompile(`(?i)content-type:\s*"?multipart`)
)

// header is the head of a mail: what stands in it, by name in small letters.
type header map[string][]string

func (h header) first(name string) string {
	if values := h[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// headOf reads the head. whole is false when it is longer than any mail program
// makes one.
func headOf(raw []byte) (h header, whole bool) {
	h = header{}
	rest := raw[:min(len(raw), maxHead)]
	whole = len(rest) == len(raw)
	name := ""
	for len(rest) > 0 {
		at, after, _ := bytes.Cut(rest, []byte("\n"))
		rest = after
		at = bytes.TrimRight(at, "\r")
		if len(at) == 0 {
			return h, true
		}
		if at[0] == ' ' || at[0] == '\t' {
			if values := h[name]; len(values) > 0 {
				values[len(values)-1] += " " + string(bytes.TrimSpace(at))
			}
			continue
		}
		key, value, ok := strings.Cut(string(at), ":")
		if name = ""; ok && len(key) < 100 {
			name = strings.ToLower(strings.TrimSpace(key))
			h[name] = append(h[name], strings.TrimSpace(value))
		}
	}
	return h, whole
}

func fromHead(h header) correspondence.Incoming {
	in := correspondence.Incoming{
		MessageID: messageID(h.first("message-id")), Subject: line(h.first("subject"), maxTitle), SentAt: date(h.first("date")),
	}
	in.Sender, in.SenderName = sender(h)
	for _, name := range []string{"to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to", "x-forwarded-to"} {
		for _, value := range h[name] {
			for _, a := range addressesOf(value) {
				if len(in.To) < maxAddresses && !slices.Contains(in.To, a) {
					in.To = append(in.To, a)
				}
			}
		}
	}
	named := ids.FindAllStringSubmatch(h.first("in-reply-to"), maxAnswers)
	earlier := ids.FindAllStringSubmatch(strings.Join(h["references"], " "), -1)
	slices.Reverse(earlier) // the nearest is the last
	for _, id := range slices.Concat(named, earlier) {
		if len(in.Answers) < maxAnswers && !slices.Contains(in.Answers, id[1]) {
			in.Answers = append(in.Answers, id[1])
		}
	}
	return in
}

var ids = regexp.MustCompile(`<([!-;=?-~]{3,250})>`)

func messageID(value string) string {
	if found := ids.FindStringSubmatch(value); found != nil {
		return found[1]
	}
	return ""
}

// sender is whom a mail says it is from. A mail that names several, or names one
// twice, is from nobody.
func sender(h header) (address, name string) {
	if len(h["from"]) != 1 {
		return "", ""
	}
	list, err := enmime.ParseAddressList(h.first("from"))
	if err != nil || len(list) != 1 {
		return "", ""
	}
	address, err = core.ParseEmail(list[0].Address)
	if err != nil {
		return "", ""
	}
	return address, clean(list[0].Name, maxName)
}

func addressesOf(value string) []string {
	var out []string
	list, err := enmime.ParseAddressList(value)
	if err != nil {
		list = []*netmail.Address{{Address: strings.Trim(strings.TrimSpace(value), "<>")}}
	}
	for _, a := range list {
		if email, err := core.ParseEmail(a.Address); err == nil {
			out = append(out, email)
		}
	}
	return out
}

// date is when a mail says it was sent; zero for what no calendar has.
func date(value string) time.Time {
	at, err := netmail.ParseDate(value)
	if err != nil || at.Year() < 1980 || at.Year() > 2200 {
		return time.Time{}
	}
	return at.UTC()
}

// addWords reads the text: the plain one, or what the HTML says.
func addWords(in *correspondence.Incoming, e *enmime.Envelope) {
	markup := e.HTML
	if len(markup) > maxMarkup {
		markup = strings.ToValidUTF8(markup[:maxMarkup], "")
		in.Faults = append(in.Faults, "It is longer than what is shown.")
	}
	in.HTML = cleanMarkup(markup)
	text := e.Text
	if strings.TrimSpace(text) == "" {
		text = textOf(markup)
	}
	text = lines(text)
	if letters := []rune(text); len(letters) > maxText {
		text = string(letters[:maxText])
		in.Faults = append(in.Faults, "It is longer than what is shown.")
	}
	in.Said, in.Quoted = correspondence.Fold(text)
	if len(e.Errors) > 0 {
		for _, fault := range e.Errors {
			if fault.Severe {
				in.Faults = append(in.Faults, "A part of it is damaged.")
				break
			}
		}
	}
}

func addFiles(in *correspondence.Incoming, e *enmime.Envelope) {
	add := func(parts []*enmime.Part, inline bool) {
		for _, p := range parts {
			kind := strings.ToLower(p.ContentType)
			name := clean(p.FileName, maxName)
			switch {
			case len(p.Content) == 0, kind == "message/delivery-status", strings.HasPrefix(kind, "multipart/"):
				continue
			case name == "" && kind == "message/rfc822":
				name = "mail.eml"
			case name == "":
				name = fmt.Sprintf("file %d%s", len(in.Files)+1, extensionOf(kind))
			}
			if len(in.Files) >= maxFiles {
				in.Faults = append(in.Faults, fmt.Sprintf("It has more than %d files.", maxFiles))
				return
			}
			in.Files = append(in.Files, correspondence.Enclosed{Name: name, Kind: clean(kind, 100), Inline: inline, Body: p.Content})
		}
	}
	add(e.Attachments, false)
	add(e.Inlines, true)
	add(e.OtherParts, true)
}

// extensionOf is how the name of a file ends that came without one, as pictures
// within the text often do.
func extensionOf(kind string) string {
	switch kind {
	case "image/jpeg":
		return ".jpg"
	case "image/png":
		return ".png"
	case "image/gif":
		return ".gif"
	case "image/webp":
		return ".webp"
	case "application/pdf":
		return ".pdf"
	case "text/plain":
		return ".txt"
	}
	return ""
}
