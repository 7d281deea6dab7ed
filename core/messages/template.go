package messages

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/casement-dev/casement/core"
)

// KindTemplate is the kind of document that templates are kept in.
const KindTemplate = "message_template"

// Template is a message in one or more languages, in Liquid. Authors write
// plain text; the HTML part is made from it.
type Template struct {
	Key         string             `json:"key"`
	Name        string             `json:"name"`
	Audience    string             `json:"audience"`                // "requester" or "staff"
	AtLeastOnce bool               `json:"at_least_once,omitempty"` // rather twice than never, when it is unclear whether it was sent
	Languages   map[string]Wording `json:"languages"`               // by language tag; "en" is required
}

// Wording is a template in one language.
type Wording struct {
	Subject string `json:"subject"`
	Text    string `json:"text"`
}

// The audiences of templates. Both are told in words of their own.
const (
	ForRequester = "requester"
	ForStaff     = "staff"
)

// SignIn is the key of the template whose text is a secret: the one-time link
// that signs its reader in.
const SignIn = "sign-in"

// Rendered is one message in words.
type Rendered struct {
	Subject string
	Text    string
	HTML    string
}

// compiled is a template ready to render.
type compiled struct {
	template Template
	wordings map[string]wording
}

type wording struct{ subject, text *part }

var (
	templateKeys = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,59}$`)
	languageTags = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)
)

const maxLanguages = 20

// Check says whether a template can be published: it parses, uses only what
// there is, and renders with sample data. The error is an invalid one whose
// fields are named "key", "languages.en.text" and so on.
func Check(t Template) error {
	_, err := compileTemplate(t)
	return err
}

// Preview renders a template that need not be published.
func Preview(t Template, language string, data Data) (Rendered, error) {
	c, err := compileTemplate(t)
	if err != nil {
		return Rendered{}, err
	}
	return c.render(language, data)
}

func compileTemplate(t Template) (*compiled, error) {
	fields := map[string]string{}
	if !templateKeys.MatchString(t.Key) {
		fields["key"] = "A key has small letters, digits and hyphens, at most 60."
	}
	if name := strings.TrimSpace(t.Name); name == "" || len(name) > 200 {
		fields["name"] = "Give the message a name of at most 200 letters."
	}
	if t.Audience != ForRequester && t.Audience != ForStaff {
		fields["audience"] = fmt.Sprintf("The audience is %q or %q.", ForRequester, ForStaff)
	}
	if _, ok := t.Languages[core.DefaultLanguage]; !ok || len(t.Languages) > maxLanguages {
		fields["languages"] = fmt.Sprintf("Write the message in %q, and in at most %d languages.", core.DefaultLanguage, maxLanguages)
	}
	c := &compiled{template: t, wordings: map[string]wording{}}
	for tag, words := range t.Languages {
		if !languageTags.MatchString(tag) {
			fields["languages"] = fmt.Sprintf("%q is not a language tag.", clip(tag, 20))
			continue
		}
		c.wordings[tag] = compileWording(words, "languages."+tag, fields)
	}
	if len(fields) > 0 {
		return nil, &core.Error{Kind: core.ErrInvalid, Message: "The message cannot be published yet.", Fields: fields}
	}
	return c, nil
}

func compileWording(words Wording, path string, fields map[string]string) wording {
	part := func(name, source string) *part {
		if strings.TrimSpace(source) == "" {
			fields[path+"."+name] = "This must not be empty."
			return nil
		}
		p, err := compile(source)
		if err != nil {
			fields[path+"."+name] = err.Error()
			return nil
		}
		text, err := p.render(Sample())
		switch {
		case err != nil:
			fields[path+"."+name] = "It cannot be rendered with sample data."
		case strings.TrimSpace(text) == "":
			fields[path+"."+name] = "With sample data nothing is left of it."
		}
		return p
	}
	if strings.Contains(strings.TrimSpace(words.Subject), "\n") {
		fields[path+".subject"] = "The subject is one line."
		return wording{}
	}
	return wording{subject: part("subject", words.Subject), text: part("text", words.Text)}
}

// render makes the message in a language, or in the default one.
func (c *compiled) render(language string, data Data) (Rendered, error) {
	w, ok := c.wordings[language]
	if !ok {
		base, _, _ := strings.Cut(language, "-")
		if w, ok = c.wordings[base]; !ok {
			w = c.wordings[core.DefaultLanguage]
		}
	}
	subject, err := w.subject.render(data)
	if err != nil {
		return Rendered{}, fmt.Errorf("subject of %s: %w", c.template.Key, err)
	}
	body, err := w.text.render(data)
	if err != nil {
		return Rendered{}, fmt.Errorf("text of %s: %w", c.template.Key, err)
	}
	organisation := signatureOf(data)
	text := tidy(body)
	html, err := organisation.html(text)
	if err != nil {
		return Rendered{}, err
	}
	return Rendered{
		Subject: clip(strings.Join(strings.Fields(subject), " "), maxSubject),
		Text:    organisation.text(text),
		HTML:    html,
	}, nil
}

const maxSubject = 200 // letters

// Publish makes a new version of a template and returns its number. Published
// versions never change; what was sent stays as it was.
func (s *Service) Publish(ctx context.Context, by core.Actor, t Template, note string) (int, error) {
	if !by.Has(core.RoleConfigurator) && !by.Has(core.RoleAdministrator) {
		return 0, core.Forbidden("Only configurators may change messages.")
	}
	if len(note) > 500 {
		return 0, core.InvalidField("note", "The note has at most 500 letters.")
	}
	if err := Check(t); err != nil {
		return 0, err
	}
	body, err := json.Marshal(t)
	if err != nil {
		return 0, fmt.Errorf("encode the template %s: %w", t.Key, err)
	}
	return s.insertTemplate(ctx, t.Key, body, by.ID, s.clock.Now(), note)
}

// Template returns the newest version of a template and its number: what the
// organisation published, else what comes with the program, which is version
// 0. An unknown key is a not-found error.
func (s *Service) Template(ctx context.Context, key string) (Template, int, error) {
	c, version, err := s.newest(ctx, key)
	if err != nil {
		return Template{}, 0, err
	}
	return c.template, version, nil
}

// Templates returns every template in its newest version, by key.
func (s *Service) Templates(ctx context.Context) ([]Template, error) {
	keys, err := s.publishedKeys(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range Shipped() {
		keys = append(keys, t.Key)
	}
	slices.Sort(keys)
	out := make([]Template, 0, len(keys))
	for _, key := range slices.Compact(keys) {
		t, _, err := s.Template(ctx, key)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// newest finds, compiles and keeps the newest version of a template.
func (s *Service) newest(ctx context.Context, key string) (*compiled, int, error) {
	version, err := s.newestVersion(ctx, key)
	if err != nil {
		return nil, 0, err
	}
	name := edition{key, version}
	s.mu.Lock()
	c := s.compiled[name]
	s.mu.Unlock()
	if c != nil {
		return c, version, nil
	}
	t, err := s.load(ctx, name)
	if err != nil {
		return nil, 0, err
	}
	if c, err = compileTemplate(t); err != nil {
		return nil, 0, fmt.Errorf("version %d of the message template %s: %w", version, key, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.compiled[name] = c
	return c, version, nil
}

func (s *Service) load(ctx context.Context, name edition) (Template, error) {
	if name.version == 0 {
		for _, t := range Shipped() {
			if t.Key == name.key {
				return t, nil
			}
		}
		return Template{}, core.NotFound("There is no message template %q.", clip(name.key, 60))
	}
	body, err := s.templateBody(ctx, name)
	if err != nil {
		return Template{}, err
	}
	var t Template
	if err := json.Unmarshal(body, &t); err != nil {
		return Template{}, errors.Join(fmt.Errorf("decode version %d of the message template %s", name.version, name.key), err)
	}
	return t, nil
}
