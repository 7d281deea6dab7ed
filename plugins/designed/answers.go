package main

import (
	"strconv"
	"strings"

	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/host"
)

// answers are the variables of a form that is only known when it runs: one for
// each question, by its id.
type answers struct {
	texts  map[string]*string
	lists  map[string]*[]string
	files  map[string]*[]forms.File
	places map[string]*forms.Place
}

// of gives the variable under an id, and makes it when there is none.
func of[T any](m *map[string]*T, id string) *T {
	if *m == nil {
		*m = map[string]*T{}
	}
	p := (*m)[id]
	if p == nil {
		p = new(T)
		(*m)[id] = p
	}
	return p
}

func (a *answers) text(id string) *string          { return of(&a.texts, id) }
func (a *answers) list(id string) *[]string        { return of(&a.lists, id) }
func (a *answers) filesOf(id string) *[]forms.File { return of(&a.files, id) }
func (a *answers) place(id string) *forms.Place    { return of(&a.places, id) }

// values are what was answered to a question, nothing when it was not.
func (d *definition) values(a *answers, f *field, nth int) []string {
	id := numbered(f.Key, nth)
	switch f.Kind {
	case kindChoices:
		return *a.list(id)
	case kindFile:
		var names []string
		for _, file := range *a.filesOf(id) {
			names = append(names, file.Name)
		}
		return names
	case kindLocation:
		p := *a.place(id)
		if p.Address == "" && p.Point != nil {
			return some(decimal(p.Point.Lat) + ", " + decimal(p.Point.Lng))
		}
		return some(p.Address)
	case kindAddress:
		return some(a.joined(id, addressParts, "\n"))
	case kindPerson:
		return some(*a.text(id + ".name"))
	case kindCalculated:
		return some(d.calculate(a, f))
	}
	return some(*a.text(id))
}

func some(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func (a *answers) joined(id string, parts []string, by string) string {
	var out []string
	for _, part := range parts {
		if s := *a.text(id + "." + part); s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, by)
}

// all are the values of a question, however often it was asked.
func (d *definition) all(a *answers, key string) []string {
	p, f := d.find(key)
	if f == nil {
		return nil
	}
	var out []string
	for nth := 1; nth <= max(p.Repeat, 1); nth++ {
		out = append(out, d.values(a, f, nth)...)
	}
	return out
}

func (d *definition) find(key string) (*page, *field) {
	for i := range d.Pages {
		for j := range d.Pages[i].Fields {
			if d.Pages[i].Fields[j].Key == key {
				return &d.Pages[i], &d.Pages[i].Fields[j]
			}
		}
	}
	return nil, nil
}

func (c condition) empty() bool { return len(c.All) == 0 && len(c.Any) == 0 }

// holds says whether a condition is met. One without tests always is.
func (d *definition) holds(a *answers, c condition, today string) bool {
	for _, t := range c.All {
		if !d.passes(a, t, today) {
			return false
		}
	}
	for _, t := range c.Any {
		if d.passes(a, t, today) {
			return true
		}
	}
	return len(c.Any) == 0
}

func (d *definition) passes(a *answers, t test, today string) bool {
	values := d.all(a, t.Field)
	if key, ok := strings.CutPrefix(t.Value, "{"); ok { // compared with another answer
		other := d.all(a, strings.TrimSuffix(key, "}"))
		if len(other) == 0 {
			return false
		}
		t.Value = other[0]
	}
	switch t.Op {
	case opIs:
		return has(values, t.Value)
	case opIsNot:
		return !has(values, t.Value)
	case opContains:
		for _, v := range values {
			if strings.Contains(strings.ToLower(v), strings.ToLower(t.Value)) {
				return true
			}
		}
		return false
	case opFilled:
		return len(values) > 0
	case opEmpty:
		return len(values) == 0
	case opOver, opUnder:
		want := day(t.Value, today)
		for _, v := range values {
			if n, ok := compare(v, want); ok && (t.Op == opOver && n > 0 || t.Op == opUnder && n < 0) {
				return true
			}
		}
	}
	return false
}

// compare holds numbers and dates against each other.
func compare(a, b string) (int, bool) {
	if x, y, ok := number(a, b); ok {
		switch {
		case x < y:
			return -1, true
		case x > y:
			return 1, true
		}
		return 0, true
	}
	days, ok := host.DaysBetween(b, a)
	return days, ok
}

func number(a, b string) (x, y float64, ok bool) {
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	return x, y, err1 == nil && err2 == nil
}

// day reads a bound: a date or number as it is, or "today", "today+30".
func day(bound, today string) string {
	rest, relative := strings.CutPrefix(bound, "today")
	if !relative {
		return bound
	}
	days, err := strconv.Atoi(rest)
	if err != nil {
		days = 0
	}
	return host.AddDays(today, days)
}

func has(list []string, want string) bool {
	for _, s := range list {
		if s == want {
			return true
		}
	}
	return false
}

// numbered is the id of a question, or a step, where it is asked for the nth time.
func numbered(key string, nth int) string {
	if nth <= 1 {
		return key
	}
	return key + "." + strconv.Itoa(nth)
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
