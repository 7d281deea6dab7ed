package forms

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/casement-dev/casement/sdk/view"
)

// read puts what was typed into the variable, and reports whether that held
// something else.
func (f *Field) read(a answer) (changed bool) {
	switch f.kind {
	case view.KindCheckboxes:
		before := *f.list
		*f.list = a.values
		return !slices.Equal(before, a.values)
	case view.KindFile:
		before := *f.files
		*f.files = a.files
		return !slices.Equal(before, a.files)
	case view.KindLocation:
		before := *f.place
		*f.place, f.bad = readPlace(a)
		return !samePlace(before, *f.place)
	}
	text := a.text()
	switch f.kind {
	case view.KindDate:
		if strings.Trim(text, "-") == "" {
			text = "" // three empty boxes
		}
	case view.KindMoney:
		if amount, ok := view.Amount(text, f.unit); ok {
			text = amount
		}
	}
	changed = *f.text != text
	*f.text = text
	return changed
}

func samePlace(a, b Place) bool {
	if a.Point == nil || b.Point == nil {
		return a == b
	}
	return a.Address == b.Address && *a.Point == *b.Point
}

func readPlace(a answer) (p Place, bad bool) {
	p.Address = a.text()
	if len(a.values) < 3 || strings.TrimSpace(a.values[1]+a.values[2]) == "" {
		return p, false
	}
	lat, err1 := strconv.ParseFloat(strings.TrimSpace(a.values[1]), 64)
	lng, err2 := strconv.ParseFloat(strings.TrimSpace(a.values[2]), 64)
	if err1 != nil || err2 != nil || !(lat >= -90 && lat <= 90 && lng >= -180 && lng <= 180) {
		return p, true
	}
	p.Point = &Point{Lat: lat, Lng: lng}
	return p, false
}

// initial is what the variable holds before anything was typed.
func (f *Field) initial() []string {
	switch {
	case f.text != nil && *f.text != "":
		return []string{*f.text}
	case f.list != nil:
		return *f.list
	case f.place != nil && (f.place.Address != "" || f.place.Point != nil):
		values := []string{f.place.Address}
		if p := f.place.Point; p != nil {
			values = append(values, decimal(p.Lat), decimal(p.Lng))
		}
		return values
	}
	return nil
}

// words is the answer as a person reads it.
func (f *Field) words() string {
	switch f.kind {
	case view.KindRadios, view.KindSelect:
		return f.optionLabel(*f.text)
	case view.KindDate:
		return sayDate(*f.text)
	case view.KindYesNo:
		switch *f.text {
		case view.Yes:
			return "Yes"
		case view.No:
			return "No"
		}
		return *f.text
	case view.KindMoney:
		if *f.text != "" && strings.Trim(*f.text, "0123456789.") == "" {
			return f.unit + *f.text
		}
		return *f.text
	case view.KindNumber:
		if f.unit != "" && *f.text != "" {
			return *f.text + " " + f.unit
		}
		return *f.text
	case view.KindCheckboxes:
		labels := make([]string, len(*f.list))
		for i, v := range *f.list {
			labels[i] = f.optionLabel(v)
		}
		return strings.Join(labels, "\n")
	case view.KindFile:
		names := make([]string, len(*f.files))
		for i, file := range *f.files {
			names[i] = file.Name
		}
		return strings.Join(names, "\n")
	case view.KindLocation:
		if p := f.place.Point; p != nil {
			return strings.TrimSpace(f.place.Address + "\n" + decimal(p.Lat) + ", " + decimal(p.Lng))
		}
		return f.place.Address
	}
	return *f.text
}

// check returns what is wrong with what was typed, after read; "" if nothing.
func (f *Field) check(a answer) string {
	if f.empty(a) {
		return f.required
	}
	for _, v := range a.values {
		switch { // a text has no more characters than bytes
		case f.maxLength > 0 && len(v) > f.maxLength && utf8.RuneCountInString(v) > f.maxLength:
			return "Enter no more than " + whole(f.maxLength) + " characters"
		case f.minLength > 0 && utf8.RuneCountInString(v) < f.minLength:
			return "Enter at least " + whole(f.minLength) + " characters"
		}
	}
	if message := f.checkKind(a); message != "" {
		return message
	}
	for _, rule := range f.rules {
		if message := rule(); message != "" {
			return message
		}
	}
	return ""
}

func (f *Field) empty(a answer) bool {
	switch f.kind {
	case view.KindFile:
		return len(a.files) == 0
	case view.KindDate:
		return strings.Trim(a.text(), "-") == ""
	case view.KindCheckboxes:
		return len(a.values) == 0
	}
	return !slices.ContainsFunc(a.values, func(v string) bool { return strings.TrimSpace(v) != "" })
}

// checkKind checks what an answer must be to be one of its kind.
func (f *Field) checkKind(a answer) string {
	switch f.kind {
	case view.KindEmail:
		name, host, _ := strings.Cut(*f.text, "@")
		if name == "" || !strings.Contains(host, ".") || strings.ContainsAny(*f.text, " \t\n,;<>()") || strings.Contains(host, "@") {
			return "Enter an email address in the right form, like name@example.com"
		}
	case view.KindTel:
		digits := 0
		for _, c := range *f.text {
			if c >= '0' && c <= '9' {
				digits++
			}
		}
		if digits < 3 {
			return "Enter a telephone number, like 01632 960 001"
		}
	case view.KindNumber:
		return f.checkNumber()
	case view.KindMoney:
		return f.checkMoney()
	case view.KindYesNo:
		if *f.text != view.Yes && *f.text != view.No {
			return "Choose yes or no"
		}
	case view.KindDate:
		return f.checkDate()
	case view.KindRadios, view.KindSelect:
		if f.optionLabel(*f.text) == "" {
			return "Choose one of the answers"
		}
	case view.KindCheckboxes:
		for _, v := range a.values {
			if f.optionLabel(v) == "" {
				return "Choose from the list"
			}
		}
	case view.KindFile:
		return f.checkFiles()
	case view.KindLocation:
		switch {
		case f.bad:
			return "Choose a point on the map, or enter latitude and longitude as numbers"
		case utf8.RuneCountInString(f.place.Address) > 500:
			return "Enter no more than 500 characters"
		}
	}
	return ""
}

func (f *Field) checkNumber() string {
	n, err := strconv.ParseFloat(*f.text, 64)
	if err != nil || n != n || n > 1e15 || n < -1e15 {
		return "Enter a number"
	}
	return f.checkBounds(n)
}

func (f *Field) checkMoney() string {
	amount, ok := view.Amount(*f.text, f.unit)
	if !ok {
		return "Enter an amount of money, like 12.50"
	}
	n, err := strconv.ParseFloat(amount, 64)
	switch {
	case err != nil || len(amount) > 16:
		return "Enter a smaller amount"
	case n < 0 && !strings.HasPrefix(f.min, "-"):
		return "Enter an amount that is not below zero"
	}
	return f.checkBounds(n)
}

func (f *Field) checkBounds(n float64) string {
	if least, err := strconv.ParseFloat(f.min, 64); err == nil && n < least {
		return "Enter " + f.min + " or more"
	}
	if most, err := strconv.ParseFloat(f.max, 64); err == nil && n > most {
		return "Enter " + f.max + " or less"
	}
	return ""
}

func (f *Field) checkDate() string {
	if message := dateMistake(*f.text); message != "" {
		return message
	}
	if f.min != "" && *f.text < f.min {
		return "Enter a date that is not before " + sayDate(f.min)
	}
	if f.max != "" && *f.text > f.max {
		return "Enter a date that is not after " + sayDate(f.max)
	}
	return ""
}

func (f *Field) checkFiles() string {
	for _, file := range *f.files {
		if f.maxBytes > 0 && file.Size > f.maxBytes {
			return file.Name + " must be smaller than " + strconv.FormatInt(f.maxBytes>>20, 10) + " MB"
		}
	}
	if len(*f.files) > f.maxFiles {
		return "Choose no more than " + whole(f.maxFiles) + " files"
	}
	return ""
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func whole(n int) string { return strconv.Itoa(n) }
