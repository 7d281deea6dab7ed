package formdesigns

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Empty is a form as the designer begins it: one page with one question, and a
// page that asks who it is.
func Empty(name string) Definition {
	return Definition{
		Name: name, Title: name,
		Pages: []Page{
			{Key: "what", Title: "", Fields: []Field{
				{Key: "what", Kind: LongText, Label: "What would you like to tell us?", Required: true, Message: "Say what you would like to tell us", Becomes: "description"},
			}},
			{Key: "you", Title: "About you", Fields: []Field{
				{Key: "you", Kind: Person, Label: "How we reach you", Required: true, Reach: true, Becomes: "requester"},
			}},
		},
		Subject: "{what}",
		Done:    Words{Title: "We have what you sent", Text: "We read it and write to you."},
	}
}

var notInKeys = regexp.MustCompile(`[^a-z0-9]+`)

// KeyFor makes a key of words that none of those taken is: "What happened?" is
// what-happened.
func KeyFor(words string, taken func(key string) bool) string {
	ascii := strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII {
			return '-'
		}
		return unicode.ToLower(r)
	}, words)
	key := strings.Trim(notInKeys.ReplaceAllString(ascii, "-"), "-")
	if len(key) > 30 {
		key = strings.Trim(key[:30], "-")
	}
	if key == "" || key[0] < 'a' || key[0] > 'z' {
		key = strings.Trim("q-"+key, "-")
	}
	free := key
	for n := 2; taken(free); n++ {
		free = fmt.Sprintf("%s-%d", key, n)
	}
	return free
}

// NewKey is a free key for a question.
func (d *Definition) NewKey(words string) string {
	return KeyFor(words, func(key string) bool { _, taken := d.Field(key); return taken })
}

// Page finds a page; -1 when there is none.
func (d *Definition) Page(key string) int {
	return slices.IndexFunc(d.Pages, func(p Page) bool { return p.Key == key })
}

// AddPage adds a page after the one at an index; -1 adds it first.
func (d *Definition) AddPage(after int, title string) (key string) {
	key = KeyFor(title, func(key string) bool { return d.Page(key) >= 0 })
	d.Pages = slices.Insert(d.Pages, min(max(after+1, 0), len(d.Pages)), Page{Key: key, Title: title})
	return key
}

// MovePage moves a page by a number of places.
func (d *Definition) MovePage(page, by int) bool {
	return shift(d.Pages, page, by)
}

// RemovePage removes a page with its questions.
func (d *Definition) RemovePage(page int) bool {
	if page < 0 || page >= len(d.Pages) {
		return false
	}
	d.Pages = slices.Delete(d.Pages, page, page+1)
	return true
}

// AddField adds a question of a kind at the end of a page.
func (d *Definition) AddField(page int, kind Kind, label string) (key string) {
	f := Field{Key: d.NewKey(label), Kind: kind, Label: label}
	switch kind {
	case OneOf, SeveralOf:
		f.Choices = []Choice{{Key: "first", Name: "First choice"}, {Key: "second", Name: "Second choice"}}
	case Calculated:
		f.Work = Work{Op: "sum"}
	case File:
		f.Files, f.Megabytes = 5, 20
	}
	d.Pages[page].Fields = append(d.Pages[page].Fields, f)
	return f.Key
}

// CopyField adds the same question below, under another key, becoming nothing.
func (d *Definition) CopyField(page, field int) (key string) {
	f := d.Pages[page].Fields[field]
	f.Key, f.Becomes, f.Searchable = d.NewKey(f.Key), "", false
	f.Choices, f.Accept, f.Parts = slices.Clone(f.Choices), slices.Clone(f.Accept), slices.Clone(f.Parts)
	d.Pages[page].Fields = slices.Insert(d.Pages[page].Fields, field+1, f)
	return f.Key
}

// MoveField moves a question by a number of places on its page; over an end of
// it, to the page before or after.
func (d *Definition) MoveField(page, field, by int) bool {
	if shift(d.Pages[page].Fields, field, by) {
		return true
	}
	if to := page + by; to >= 0 && to < len(d.Pages) {
		return d.MoveFieldTo(page, field, to, map[bool]int{true: 0, false: len(d.Pages[to].Fields)}[by > 0])
	}
	return false
}

// MoveFieldTo moves a question to a place on a page.
func (d *Definition) MoveFieldTo(page, field, to, place int) bool {
	if to < 0 || to >= len(d.Pages) {
		return false
	}
	f := d.Pages[page].Fields[field]
	d.Pages[page].Fields = slices.Delete(slices.Clone(d.Pages[page].Fields), field, field+1)
	place = min(max(place, 0), len(d.Pages[to].Fields))
	d.Pages[to].Fields = slices.Insert(slices.Clone(d.Pages[to].Fields), place, f)
	return true
}

// RemoveField removes a question.
func (d *Definition) RemoveField(page, field int) {
	d.Pages[page].Fields = slices.Delete(d.Pages[page].Fields, field, field+1)
}

// Rename gives a question another key, wherever it is named.
func (d *Definition) Rename(from, to string) {
	page, field := d.Find(from)
	if page < 0 || from == to {
		return
	}
	d.Pages[page].Fields[field].Key = to
	d.Subject = strings.ReplaceAll(d.Subject, "{"+from+"}", "{"+to+"}")
	d.conditions(func(c *Condition) {
		for _, tests := range [][]Test{c.All, c.Any} {
			for i := range tests {
				if tests[i].Field == from {
					tests[i].Field = to
				}
			}
		}
	})
	for i := range d.Pages {
		for j := range d.Pages[i].Fields {
			of := d.Pages[i].Fields[j].Work.Of
			for k := range of {
				if of[k] == from {
					of[k] = to
				}
			}
		}
		for j := range d.Pages[i].Checks {
			if d.Pages[i].Checks[j].Field == from {
				d.Pages[i].Checks[j].Field = to
			}
		}
	}
}

func (d *Definition) conditions(change func(*Condition)) {
	change(&d.Anonymous)
	for i := range d.Pages {
		change(&d.Pages[i].When)
		for j := range d.Pages[i].Fields {
			change(&d.Pages[i].Fields[j].When)
		}
		for j := range d.Pages[i].Checks {
			change(&d.Pages[i].Checks[j].When)
		}
	}
}

func shift[T any](list []T, at, by int) bool {
	to := at + by
	if at < 0 || at >= len(list) || to < 0 || to >= len(list) {
		return false
	}
	list[at], list[to] = list[to], list[at]
	return true
}
