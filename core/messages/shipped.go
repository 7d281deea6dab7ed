package messages

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"github.com/casement-dev/casement/core"
)

//go:embed shipped/*.txt
var shippedFiles embed.FS

// Shipped returns the templates that come with the program, by key. They are
// files of a few "Name: value" lines, an empty line, and the text; the file's
// name is the key and the language: confirmation.en.txt.
func Shipped() []Template {
	templates, err := readShipped(shippedFiles)
	if err != nil {
		panic(err) // the files are part of the program, and a test reads them
	}
	return templates
}

func readShipped(files fs.FS) ([]Template, error) {
	paths, err := fs.Glob(files, "shipped/*.txt")
	if err != nil {
		return nil, err
	}
	var out []Template
	for _, path := range paths {
		raw, err := fs.ReadFile(files, path)
		if err != nil {
			return nil, err
		}
		key, tag, ok := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(path, "shipped/"), ".txt"), ".")
		if !ok {
			return nil, fmt.Errorf("%s: a template's file is named key.language.txt", path)
		}
		head, words, err := readTemplate(string(raw))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		// Files come in the order of their names, so the languages of a key
		// stand together.
		if n := len(out); n == 0 || out[n-1].Key != key {
			out = append(out, Template{Key: key, Languages: map[string]Wording{}})
		}
		t := &out[len(out)-1]
		t.Languages[tag] = words
		if tag == core.DefaultLanguage {
			t.Name, t.Audience, t.AtLeastOnce = head.Name, head.Audience, head.AtLeastOnce
		}
	}
	return out, nil
}

// readTemplate splits a file into its head lines and its text.
func readTemplate(raw string) (Template, Wording, error) {
	head, text, ok := strings.Cut(raw, "\n\n")
	if !ok {
		return Template{}, Wording{}, fmt.Errorf("an empty line parts the head from the text")
	}
	var t Template
	words := Wording{Text: strings.TrimSpace(text)}
	for _, line := range strings.Split(head, "\n") {
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch name {
		case "Name":
			t.Name = value
		case "Audience":
			t.Audience = value
		case "Delivery":
			t.AtLeastOnce = value == "at least once"
		case "Subject":
			words.Subject = value
		default:
			return Template{}, Wording{}, fmt.Errorf("%q is no line of a template's head", line)
		}
	}
	return t, words, nil
}
