package core

import (
	"fmt"
	"strconv"
	"strings"
)

// Distance is a length on the ground in whole metres. In files it is written
// with its unit: "150 metres", "2 km".
type Distance int

// MaxDistance is as far as anything is said to be near.
const MaxDistance Distance = MaxRadius

// metresIn are the units of distances.
var metresIn = map[string]int{
	"m": 1, "metre": 1, "metres": 1, "meter": 1, "meters": 1,
	"km": 1000, "kilometre": 1000, "kilometres": 1000, "kilometer": 1000, "kilometers": 1000,
}

// ParseDistance reads "150 metres", "150 m" or "2 km".
func ParseDistance(s string) (Distance, error) {
	count, unit, _ := strings.Cut(strings.TrimSpace(s), " ")
	n, err := strconv.Atoi(count)
	metres := metresIn[strings.TrimSpace(unit)]
	if err != nil || metres == 0 || n < 1 || n > int(MaxDistance)/metres {
		return 0, Invalid("“%s” is not a distance. Write it like 150 metres or 2 km, up to %s.", clip(s, 40), MaxDistance)
	}
	return Distance(n * metres), nil
}

// String writes the distance as files do: "150 metres", "2 km".
func (d Distance) String() string {
	switch {
	case d == 1:
		return "1 metre"
	case d >= 1000 && d%1000 == 0:
		return fmt.Sprintf("%d km", int(d)/1000)
	}
	return fmt.Sprintf("%d metres", int(d))
}

// Words says a measured distance as a person would: "60 metres", "1.2 km".
func (d Distance) Words() string {
	switch {
	case d < 10:
		return "a few metres"
	case d < 995:
		return fmt.Sprintf("%d metres", (int(d)+5)/10*10)
	}
	tenths := (int(d) + 50) / 100
	if tenths%10 == 0 {
		return fmt.Sprintf("%d km", tenths/10)
	}
	return fmt.Sprintf("%d.%d km", tenths/10, tenths%10)
}

// MarshalText implements encoding.TextMarshaler.
func (d Distance) MarshalText() ([]byte, error) {
	if d == 0 {
		return nil, nil
	}
	return []byte(d.String()), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Distance) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = 0
		return nil
	}
	parsed, err := ParseDistance(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}
