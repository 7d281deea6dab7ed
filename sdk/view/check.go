//go:build !wasip1

package view

import (
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Answers are what somebody typed into a form: by field, its values as the
// kinds of Field describe them.
type Answers map[string][]string

// Text is the one value of a field, or "".
func (a Answers) Text(id string) string {
	if len(a[id]) == 0 {
		return ""
	}
	return a[id][0]
}

// DefaultMaxLength is the longest answer, in characters, to a field that sets no limit.
const DefaultMaxLength = 10_000

// Keep returns the answers to fields of this tree and forgets all others:
// nothing reaches a plugin that its form did not ask for. Line ends become \n,
// NUL and bytes that are not UTF-8 are taken out.
func Keep(tree *Node, in Answers) Answers {
	out := Answers{}
	for _, f := range tree.Fields() {
		values, given := in[f.ID]
		if !given {
			continue
		}
		kept := make([]string, 0, len(values))
		for _, v := range values {
			kept = append(kept, clean(v))
		}
		out[f.ID] = kept
	}
	return out
}

func clean(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	s = strings.ReplaceAll(s, "\x00", "")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.ReplaceAll(s, "\r", "\n")
}

// FieldError is a message beside a field.
type FieldError struct {
	Field   string
	Message string
}

// Check holds answers against the constraints of the tree they were typed
// into, and returns what is wrong in the order of the fields. The host calls
// it whatever the plugin said, so that a guest cannot weaken its own form.
// Fields under an option count only when the option is chosen.
func Check(tree *Node, answers Answers) []FieldError {
	var errs []FieldError
	var walk func(n *Node)
	walk = func(n *Node) {
		if n.Type == Field {
			if message := checkField(n, answers[n.ID]); message != "" {
				errs = append(errs, FieldError{Field: n.ID, Message: message})
			}
		}
		for i := range n.Options {
			if slices.Contains(answers[n.ID], n.Options[i].Value) {
				for j := range n.Options[i].Items {
					walk(&n.Options[i].Items[j])
				}
			}
		}
		for i := range n.Items {
			walk(&n.Items[i])
		}
	}
	walk(tree)
	return errs
}

func checkField(f *Node, values []string) string {
	blank := " \t\n"
	if f.Kind == KindDate {
		blank = "-" // three empty boxes are no date
	}
	empty := !slices.ContainsFunc(values, func(v string) bool { return strings.Trim(v, blank) != "" })
	if empty {
		switch {
		case !f.Required:
			return ""
		case f.Kind == KindRadios || f.Kind == KindSelect || f.Kind == KindCheckboxes:
			return "Choose an answer"
		case f.Kind == KindFile:
			return "Choose a file"
		case f.Kind == KindYesNo:
			return "Choose yes or no"
		}
		return "Enter an answer"
	}
	switch f.Kind {
	case KindCheckboxes:
		for _, v := range values {
			if !f.offers(v) {
				return "Choose from the list"
			}
		}
		return ""
	case KindFile:
		if f.MaxFiles > 0 && len(values) > f.MaxFiles {
			return "Choose no more than " + strconv.Itoa(f.MaxFiles) + " files"
		}
		return ""
	case KindLocation:
		return checkLocation(values)
	}
	if len(values) > 1 {
		return "Enter one answer"
	}
	return f.checkValue(values[0])
}

func (f *Node) checkValue(v string) string {
	switch f.Kind {
	case KindRadios, KindSelect:
		if !f.offers(v) {
			return "Choose one of the answers"
		}
		return ""
	case KindYesNo:
		if v != Yes && v != No {
			return "Choose yes or no"
		}
		return ""
	case KindNumber:
		return f.checkNumber(v)
	case KindMoney:
		return f.checkMoney(v)
	case KindDate:
		return f.checkDate(v)
	case KindEmail:
		v = strings.TrimSpace(v)
		if address, err := mail.ParseAddress(v); err != nil || address.Address != v || strings.ContainsAny(v, " \t\n") {
			return "Enter an email address in the right form, like name@example.com"
		}
	}
	limit := f.MaxLength
	if limit == 0 {
		limit = DefaultMaxLength
	}
	switch n := utf8.RuneCountInString(v); {
	case n > limit:
		return "Enter no more than " + strconv.Itoa(limit) + " characters"
	case n < f.MinLength:
		return "Enter at least " + strconv.Itoa(f.MinLength) + " characters"
	case f.Kind != KindTextArea && strings.Contains(v, "\n"):
		return "Enter one line"
	}
	return ""
}

func (f *Node) offers(v string) bool {
	return slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == v })
}

func (f *Node) checkNumber(v string) string {
	n, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
	if err != nil || n != n || n > 1e15 || n < -1e15 {
		return "Enter a number"
	}
	return f.checkBounds(n)
}

// checkMoney takes an amount as [Amount] writes it.
func (f *Node) checkMoney(v string) string {
	amount, ok := Amount(v, f.Unit)
	if !ok {
		return "Enter an amount of money, like 12.50"
	}
	n, err := strconv.ParseFloat(amount, 64)
	if err != nil || len(amount) > 16 {
		return "Enter a smaller amount"
	}
	if n < 0 && !strings.HasPrefix(f.Min, "-") {
		return "Enter an amount that is not below zero"
	}
	return f.checkBounds(n)
}

func (f *Node) checkBounds(n float64) string {
	if least, err := strconv.ParseFloat(f.Min, 64); err == nil && n < least {
		return "Enter " + f.Min + " or more"
	}
	if most, err := strconv.ParseFloat(f.Max, 64); err == nil && n > most {
		return "Enter " + f.Max + " or less"
	}
	return ""
}

func (f *Node) checkDate(v string) string {
	if _, err := time.Parse(time.DateOnly, v); err != nil {
		return "Enter a date that exists"
	}
	if f.Min != "" && v < f.Min {
		return "Enter a date that is not before " + f.Min
	}
	if f.Max != "" && v > f.Max {
		return "Enter a date that is not after " + f.Max
	}
	return ""
}

func checkLocation(values []string) string {
	if utf8.RuneCountInString(values[0]) > 500 {
		return "Enter no more than 500 characters"
	}
	switch len(values) {
	case 1:
		return ""
	case 3:
		if _, _, ok := Point(values); ok || values[1] == "" && values[2] == "" {
			return ""
		}
	}
	return "Choose a point on the map, or enter latitude and longitude as numbers"
}

// Point reads latitude and longitude, in degrees, from the values of a location.
func Point(values []string) (lat, lng float64, ok bool) {
	if len(values) != 3 {
		return 0, 0, false
	}
	lat, err1 := strconv.ParseFloat(strings.TrimSpace(values[1]), 64)
	lng, err2 := strconv.ParseFloat(strings.TrimSpace(values[2]), 64)
	ok = err1 == nil && err2 == nil && lat >= -90 && lat <= 90 && lng >= -180 && lng <= 180
	return lat, lng, ok
}
