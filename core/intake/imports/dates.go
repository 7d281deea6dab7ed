package imports

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
)

// DateFormat is one way of writing an instant.
type DateFormat struct {
	text   string
	layout string        // as package time has it; "" for counted ones
	count  time.Duration // since 1970: a second or a millisecond
	zoned  bool          // it says its zone itself
}

// dateWords are what a format is made of, longest first, and what package time
// calls them. Fractions of a second need no word: they are read where seconds
// are followed by a point or comma.
var dateWords = []struct{ word, layout string }{
	{"EEEE", "Monday"}, {"EEE", "Mon"},
	{"YYYY", "2006"}, {"YY", "06"},
	{"MMMM", "January"}, {"MMM", "Jan"}, {"MM", "01"}, {"M", "1"},
	{"DD", "02"}, {"D", "2"},
	{"HH", "15"}, {"H", "15"}, {"hh", "03"}, {"h", "3"}, {"mm", "04"}, {"m", "4"}, {"ss", "05"}, {"s", "5"},
	{"AM", "PM"}, {"am", "pm"}, {"ZZ", "-0700"}, {"Z", "Z07:00"},
}

// parseDateFormat reads a format such as "DD.MM.YYYY HH:mm", or one of the
// words iso, unix and unix_ms.
func parseDateFormat(s string) (DateFormat, error) {
	f := DateFormat{text: s}
	switch s {
	case "iso":
		f.layout, f.zoned = time.RFC3339, true
		return f, nil
	case "unix":
		f.count, f.zoned = time.Second, true
		return f, nil
	case "unix_ms":
		f.count, f.zoned = time.Millisecond, true
		return f, nil
	}
	var layout strings.Builder
	var has []string
	for rest := s; rest != ""; {
		if quoted, after, ok := quotedWords(rest); ok {
			if strings.ContainsAny(quoted, "0123456789_") || layoutWord(quoted) {
				return f, core.Invalid("The words in quotes in “%s” cannot be told from a date.", s)
			}
			layout.WriteString(quoted)
			rest = after
			continue
		}
		i := slices.IndexFunc(dateWords, func(w struct{ word, layout string }) bool { return strings.HasPrefix(rest, w.word) })
		switch {
		case i >= 0:
			layout.WriteString(dateWords[i].layout)
			has = append(has, dateWords[i].word)
			rest = rest[len(dateWords[i].word):]
		case strings.ContainsRune(" ,.:/-", rune(rest[0])):
			layout.WriteByte(rest[0])
			rest = rest[1:]
		default:
			return f, core.Invalid("“%s” is no way of writing dates. Use YYYY, MM, DD, HH (or hh with AM), mm, ss and Z with what stands between them, words in single quotes, or iso, unix or unix_ms.", s)
		}
	}
	f.layout, f.zoned = layout.String(), slices.Contains(has, "Z") || slices.Contains(has, "ZZ")
	for _, need := range []string{"Y", "M", "D"} {
		if !slices.ContainsFunc(has, func(w string) bool { return strings.HasPrefix(w, need) }) {
			return f, core.Invalid("“%s” lacks a year, a month or a day.", s)
		}
	}
	half := slices.Contains(has, "hh") || slices.Contains(has, "h")
	if half != (slices.Contains(has, "AM") || slices.Contains(has, "am")) {
		return f, core.Invalid("“%s”: hh goes with AM, and HH counts to 23.", s)
	}
	return f, nil
}

// quotedWords takes 'T' off the front of a format.
func quotedWords(s string) (words, rest string, ok bool) {
	if !strings.HasPrefix(s, "'") {
		return "", s, false
	}
	words, rest, ok = strings.Cut(s[1:], "'")
	return words, rest, ok && words != ""
}

// layoutWord reports whether package time would read a part of the words as
// part of a date.
func layoutWord(words string) bool {
	for _, w := range []string{"Jan", "Mon", "MST", "PM", "pm", "Z0"} {
		if strings.Contains(words, w) {
			return true
		}
	}
	return false
}

// The years that are believed: a date outside of them is a slip, or a way of
// saying that none is known.
const (
	firstYear = 1900
	lastYear  = 2200
)

// parseDate reads an instant by the first format that fits.
func parseDate(s string, formats []DateFormat, zone *time.Location) (time.Time, error) {
	for _, f := range formats {
		at, err := f.parse(s, zone)
		if err != nil {
			continue
		}
		if y := at.Year(); y < firstYear || y > lastYear {
			return time.Time{}, fmt.Errorf("the year of “%s” is not between %d and %d", short(s), firstYear, lastYear)
		}
		return at.UTC().Truncate(time.Microsecond), nil
	}
	texts := make([]string, len(formats))
	for i, f := range formats {
		texts[i] = f.text
	}
	return time.Time{}, fmt.Errorf("“%s” is not a date written as %s", short(s), strings.Join(texts, " or "))
}

func (f DateFormat) parse(s string, zone *time.Location) (time.Time, error) {
	if f.count > 0 {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return time.Time{}, err
		}
		if f.count == time.Millisecond {
			return time.UnixMilli(n), nil
		}
		return time.Unix(n, 0), nil
	}
	at, err := time.Parse(f.layout, s)
	if err != nil || f.zoned {
		return at, err
	}
	return local(at, zone), nil
}

// local finds the instant at which clocks in a zone show what wall shows. When
// they show it twice, as summer time ends, it is the first time; when they
// never do, as it begins, it is as much later as clocks were put forward.
func local(wall time.Time, zone *time.Location) time.Time {
	const day = 24 * time.Hour
	_, before := wall.Add(-day).In(zone).Zone()
	_, after := wall.Add(day).In(zone).Zone()
	first := wall.Add(-time.Duration(before) * time.Second)
	if _, offset := first.In(zone).Zone(); offset == before || before == after {
		return first
	}
	second := wall.Add(-time.Duration(after) * time.Second)
	if _, offset := second.In(zone).Zone(); offset == after {
		return second
	}
	return first
}
