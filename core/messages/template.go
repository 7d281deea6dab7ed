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
// plain text; unless they write HTML as well, that part is made from it.
type Template struct {
	Key         string             `json:"key"`
	Type        string             `json:"case_type,omitempty"` // of a case type's own: it goes before the installation's
	Name        string             `json:"name"`
	Audience    string             `json:"audience"`                // "requester" or "staff"
	AtLeastOnce bool               `json:"at_least_once,omitempty"` // rather twice than never, when it is unclear whether it was sent
	Languages   map[string]Wording `json:"languages"`               // by language tag; "en" is required
	// Withdrawn says that the case type sends the installation's again.
	Withdrawn bool `json:"withdrawn,omitempty"`
}

// document is the key under which a template is kept.
func (t Template) document() string { return documentKey(t.Type, t.Key) }

func documentKey(caseType, key string) string {
	if caseType == "" {
		return key
	}
	return caseType + "/" + key
}

// Wording is a template in one language.
type Wording struct {
	Subject string `json:"subject"`
	Text    string `json:"text"`
	HTML    string `json:"html,omitempty"` // of the body; "" is made from the text
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
	HTML    string   // the whole part, with its frame
	Missing []string // names that had no value; see [NotGiven]
}

// compiled is a template ready to render.
type compiled struct {
	template Template
	wordings map[string]wording
}

type wording struct{ subject, text, html *part } // html is nil when it is made from the text

// parts are those that there are, by name.
func (w wording) parts() map[string]*part {
	out := map[string]*part{"subject": w.subject, "text": w.text}
	if w.html != nil {
		out["html"] = w.html
	}
	return out
}

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

func compileTemplate(t Template) (*compiled, error) {
	fields := map[string]string{}
	if t.Type != "" && !templateKeys.MatchString(t.Type) {
		fields["case_type"] = "This is no key of a case type."
	}
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
	part := func(name, source, show string) *part {
		if strings.TrimSpace(source) == "" {
			fields[path+"."+name] = "This must not be empty."
			return nil
		}
		p, err := compile(source, show)
		if err != nil {
			fields[path+"."+name] = err.Error()
			return nil
		}
		text, err := p.render(Sample())
		text, _ = fill(text, func(path string) string { return path }) // fields of a case type have no samples
		switch problem := p.tooMuch(); {
		case problem != "":
			fields[path+"."+name] = problem
		case err != nil:
			fields[path+"."+name] = "It cannot be written with sample data. " + unwritable(err)
		case strings.TrimSpace(text) == "":
			fields[path+"."+name] = "With sample data nothing is left of it."
		case show == showHTML:
			if problem := checkHTML(text); problem != "" {
				fields[path+"."+name] = problem
			}
		}
		return p
	}
	if strings.Contains(strings.TrimSpace(words.Subject), "\n") {
		fields[path+".subject"] = "The subject is one line."
		return wording{}
	}
	out := wording{subject: part("subject", words.Subject, showText), text: part("text", words.Text, showText)}
	if strings.TrimSpace(words.HTML) != "" {
		out.html = part("html", words.HTML, showHTML)
	}
	return out
}

// wordingIn finds the words in a language, else in its base, else in the
// default one; it says in which they are.
func (c *compiled) wordingIn(language string) (wording, string) {
	base, _, _ := strings.Cut(language, "-")
	for _, tag := range []string{language, base} {
		if w, ok := c.wordings[tag]; ok {
			return w, tag
		}
	}
	return c.wordings[core.DefaultLanguage], core.DefaultLanguage
}

// said is what the parts of a template say, with the places of missing values
// still held by their names.
type said struct{ subject, text, html string } // html is "" when it is made from the text

func (c *compiled) say(language string, data Data) (said, string, error) {
	w, tag := c.wordingIn(language)
	var out said
	for name, into := range map[string]*string{"subject": &out.subject, "text": &out.text, "html": &out.html} {
		p := w.parts()[name]
		if p == nil {
			continue
		}
		words, err := p.render(data)
		if err != nil {
			return said{}, tag, fmt.Errorf("%s of %s: %w", name, c.template.Key, err)
		}
		*into = words
	}
	return out, tag, nil
}

// render makes the message in a language, or in the default one.
func (c *compiled) render(language string, data Data) (Rendered, error) {
	words, tag, err := c.say(language, data)
	if err != nil {
		return Rendered{}, err
	}
	otherwise := func(string) string { return NotGiven.In(tag) }
	var r Rendered
	take := func(text string) string {
		filled, missing := fill(text, otherwise)
		for _, path := range missing {
			if !slices.Contains(r.Missing, path) {
				r.Missing = append(r.Missing, path)
			}
		}
		return filled
	}
	subject, text, html := take(words.subject), tidy(take(words.text)), take(words.html)
	organisation := signatureOf(data)
	r.Subject = oneLine(subject)
	r.Text = organisation.text(text)
	if html != "" {
		r.HTML, err = organisation.frame(page{Body: clean(html)})
	} else {
		r.HTML, err = organisation.html(text)
	}
	return r, err
}

// oneLine makes a subject of what a template says.
func oneLine(subject string) string {
	return clip(strings.Join(strings.Fields(subject), " "), maxSubject)
}

const maxSubject = 200 // letters

// MayWrite reports whether somebody may write and publish messages.
func MayWrite(by core.Actor) bool {
	return by.Kind == core.ActorSystem || by.Has(core.RoleConfigurator) || by.Has(core.RoleAdministrator)
}

const maxNote = 500 // bytes of why a version was made

// Publish makes a new version of a template and returns its number. Published
// versions never change; what was sent stays as it was.
func (s *Service) Publish(ctx context.Context, by core.Actor, t Template, note string) (int, error) {
	return s.publish(ctx, by, t, note, nil)
}

// PublishAfter is Publish for somebody who has seen a version: a conflict says
// that another came between. 0 is seen by who began with the shipped words.
func (s *Service) PublishAfter(ctx context.Context, by core.Actor, t Template, note string, seen int) (int, error) {
	return s.publish(ctx, by, t, note, &seen)
}

func (s *Service) publish(ctx context.Context, by core.Actor, t Template, note string, seen *int) (int, error) {
	if !MayWrite(by) {
		return 0, core.Forbidden("Only configurators may change messages.")
	}
	if len(note) > maxNote {
		return 0, core.InvalidField("note", "The note has at most %d letters.", maxNote)
	}
	if !t.Withdrawn {
		if err := Check(t); err != nil {
			return 0, err
		}
		if t.Type != "" {
			if _, _, err := s.Template(ctx, t.Key); err != nil {
				return 0, err // a case type's own goes before one that there is
			}
		}
	}
	body, err := json.Marshal(t)
	if err != nil {
		return 0, fmt.Errorf("encode the template %s: %w", t.Key, err)
	}
	return s.addVersion(ctx, by, t, body, note, seen)
}

// Template returns the newest version of the installation's template and its
// number: what the organisation published, else what comes with the program,
// which is version 0. An unknown key is a not-found error.
func (s *Service) Template(ctx context.Context, key string) (Template, int, error) {
	return s.TemplateFor(ctx, "", key)
}

// TemplateFor returns the template that cases of a type are written with: the
// type's own, else the installation's. [Template.Type] says which it is.
func (s *Service) TemplateFor(ctx context.Context, caseType, key string) (Template, int, error) {
	c, version, err := s.newest(ctx, caseType, key)
	if err != nil {
		return Template{}, 0, err
	}
	return c.template, version, nil
}

// Templates returns every template of the installation in its newest version,
// by key.
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
		if strings.Contains(key, "/") {
			continue // of a case type
		}
		t, _, err := s.Template(ctx, key)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// newest finds, compiles and keeps the newest version of a template for a case
// type, or for none.
func (s *Service) newest(ctx context.Context, caseType, key string) (*compiled, int, error) {
	versions, err := s.newestVersions(ctx, key, documentKey(caseType, key))
	if err != nil {
		return nil, 0, err
	}
	if own := documentKey(caseType, key); caseType != "" && versions[own] > 0 {
		c, err := s.compiledAt(ctx, edition{own, versions[own]})
		if err != nil || !c.template.Withdrawn {
			return c, versions[own], err
		}
	}
	c, err := s.compiledAt(ctx, edition{key, versions[key]})
	return c, versions[key], err
}

// compiledAt is one version of a template, compiled once.
func (s *Service) compiledAt(ctx context.Context, name edition) (*compiled, error) {
	s.mu.Lock()
	c := s.compiled[name]
	s.mu.Unlock()
	if c != nil {
		return c, nil
	}
	t, err := s.load(ctx, name)
	if err != nil {
		return nil, err
	}
	if t.Withdrawn {
		c = &compiled{template: t}
	} else if c, err = compileTemplate(t); err != nil {
		return nil, fmt.Errorf("version %d of the message template %s: %w", name.version, name.key, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.compiled[name] = c
	return c, nil
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
