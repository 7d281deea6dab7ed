package messages

import (
	"html/template"
	"slices"
	"strings"
)

// Previewed is what a message would say, in pieces, so that a page can show
// where a merge field has no value.
type Previewed struct {
	Subject  []Piece
	Text     []Piece
	Body     template.HTML // of the HTML part, without its frame; cleaned
	Language string        // in which the words are
	Missing  []string      // names that had no value
}

// Piece is some words, or the name of a merge field that has no value.
type Piece struct {
	Words   string
	Missing string
}

// Preview renders a template that need not be published, as it would be sent.
func Preview(t Template, language string, data Data) (Rendered, error) {
	c, err := compileTemplate(t)
	if err != nil {
		return Rendered{}, err
	}
	return c.render(language, data)
}

// Unwritable says why a message cannot be written with what is known of a case,
// in a sentence for its author: the error of a preview that is none of a field.
func Unwritable(err error) string { return unwritable(err) }

// PreviewPieces renders a template that need not be published, for its author:
// the secrets of links are hidden, and merge fields without a value are shown
// as such.
func PreviewPieces(t Template, language string, data Data) (Previewed, error) {
	c, err := compileTemplate(t)
	if err != nil {
		return Previewed{}, err
	}
	words, tag, err := c.say(language, data)
	if err != nil {
		return Previewed{}, err
	}
	p := Previewed{Language: tag}
	p.take(words.subject, words.text, words.html)
	organisation := signatureOf(data)
	p.Subject = pieces(maskLinks(oneLine(words.subject)))
	text := tidyHeld(words.text)
	p.Text = pieces(maskLinks(organisation.text(text)))
	body := words.html
	if body == "" {
		if body, err = bare(text); err != nil {
			return Previewed{}, err
		}
	}
	p.Body = clean(maskLinks(body))
	marked, _ := fill(string(p.Body), func(path string) string { return "<mark>" + template.HTMLEscapeString(path) + "</mark>" })
	p.Body = template.HTML(marked) //nolint:gosec // cleaned above; what is put in is escaped
	return p, nil
}

// take notes what has no value.
func (p *Previewed) take(parts ...string) {
	for _, part := range parts {
		_, missing := fill(part, func(path string) string { return path })
		for _, path := range missing {
			if !slices.Contains(p.Missing, path) {
				p.Missing = append(p.Missing, path)
			}
		}
	}
}

// pieces takes words apart at the places of missing values.
func pieces(text string) []Piece {
	var out []Piece
	for text != "" {
		words, rest, found := strings.Cut(text, string(missingOpens))
		if words != "" {
			out = append(out, Piece{Words: words})
		}
		if !found {
			break
		}
		var path string
		path, text, _ = strings.Cut(rest, string(missingCloses))
		out = append(out, Piece{Missing: path})
	}
	return out
}
