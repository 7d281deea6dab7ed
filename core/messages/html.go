package messages

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"regexp"
	"strings"
)

//go:embed layout.html
var layoutSource string

// layout is the one frame of every message's HTML part. It is filled by
// html/template, so nothing in a message can become markup.
var layout = template.Must(template.New("layout").Parse(layoutSource))

// signature is what stands under every message.
type signature struct{ Name, Phone, Hours, Email string }

func signatureOf(data Data) signature {
	organisation, _ := bound(data["organisation"], 0).(map[string]any)
	word := func(key string) string {
		s, _ := organisation[key].(string)
		return strings.Join(strings.Fields(s), " ")
	}
	return signature{Name: word("name"), Phone: word("phone"), Hours: word("hours"), Email: word("email")}
}

// text puts the signature under the text.
func (s signature) text(body string) string {
	lines := []string{}
	if s.Name != "" {
		lines = append(lines, s.Name)
	}
	if s.Phone != "" {
		lines = append(lines, strings.TrimSuffix("Telephone "+s.Phone+" – "+s.Hours, " – "))
	}
	if s.Email != "" {
		lines = append(lines, s.Email)
	}
	if len(lines) == 0 {
		return body
	}
	return body + "\n\n-- \n" + strings.Join(lines, "\n")
}

// page is the HTML part of a message: the blocks of its text, or a body of its
// own.
type page struct {
	Signature signature
	Blocks    []block
	Body      template.HTML
}

// bare is the HTML of a text without the layout around it.
func bare(text string) (string, error) {
	var out bytes.Buffer
	if err := layout.ExecuteTemplate(&out, "blocks", blocks(text)); err != nil {
		return "", fmt.Errorf("make the HTML of a message: %w", err)
	}
	return out.String(), nil
}

// html makes the HTML part from the text.
func (s signature) html(text string) (string, error) { return s.frame(page{Blocks: blocks(text)}) }

// frame puts the layout around the HTML part.
func (s signature) frame(p page) (string, error) {
	var out bytes.Buffer
	p.Signature = s
	if err := layout.Execute(&out, p); err != nil {
		return "", fmt.Errorf("make the HTML of a message: %w", err)
	}
	return out.String(), nil
}

// block is a paragraph, or a list when every line begins with "- ".
type block struct {
	List  bool
	Lines [][]span
}

// span is a piece of a line; Link is set when it is an address.
type span struct{ Text, Link string }

// addresses finds web addresses; a full stop or bracket at the end belongs to
// the sentence. What is shown is always what is opened.
var addresses = regexp.MustCompile(`https?://[^\s<>"'` + "`" + `]*[^\s<>"'` + "`" + `.,;:!?)\]]`)

func blocks(text string) []block {
	var out []block
	for _, paragraph := range strings.Split(text, "\n\n") {
		lines := strings.Split(strings.Trim(paragraph, "\n"), "\n")
		b := block{List: true}
		for _, line := range lines {
			b.List = b.List && strings.HasPrefix(line, "- ")
		}
		for _, line := range lines {
			if b.List {
				line = line[len("- "):]
			}
			b.Lines = append(b.Lines, spans(line))
		}
		out = append(out, b)
	}
	return out
}

func spans(line string) []span {
	var out []span
	end := 0
	for _, at := range addresses.FindAllStringIndex(line, -1) {
		address := line[at[0]:at[1]]
		out = append(out, span{Text: line[end:at[0]]}, span{Text: address, Link: address})
		end = at[1]
	}
	return append(out, span{Text: line[end:]})
}

// tidy settles the white space that tags leave behind: no spaces at the ends
// of lines, never more than one empty line.
func tidy(text string) string { return tidyHeld(plainText(text)) }

// tidyHeld is tidy for a text in which the places of missing values are held.
func tidyHeld(text string) string {
	lines := strings.Split(text, "\n")
	out := make([]string, 0, len(lines))
	for _, line := range lines {
		line = strings.TrimRight(line, " \t")
		if line == "" && (len(out) == 0 || out[len(out)-1] == "") {
			continue
		}
		out = append(out, line)
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}
