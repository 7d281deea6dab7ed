package view

// The limits of a tree.
const (
	MaxNodes   = 1000 // options count as nodes
	MaxNesting = 8
	MaxOptions = 500  // of one field
	MaxFiles   = 50   // of one field, or of one list
	MaxCells   = 6000 // of all tables, and the points of all charts
	MaxColumns = 12   // of one table
	MaxRows    = 500  // of one table
	MaxPins    = 200  // of one map
	MaxSeries  = 6    // of one chart
	MaxPoints  = 60   // of one series
	MaxTabs    = 12
	MaxButtons = 50

	maxLabel = 500
	maxHint  = 2000
	maxText  = 20_000
	maxValue = 100_000
	maxRef   = 64
	maxUnit  = 16
	maxPages = 1_000_000
)

// Autocompletes are the tokens a field may carry; no other reaches a page.
var Autocompletes = []string{
	"name", "given-name", "family-name", "honorific-prefix", "organization", "email", "tel", "street-address", "address-line1",
	"address-line2", "address-level2", "postal-code", "bday", "off",
}

// ValidID says whether s can be the id of a field or a step: 1 to 64 letters,
// digits, dots, dashes and underscores, a letter first.
func ValidID(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || !(c >= '0' && c <= '9' || c == '.' || c == '-' || c == '_')) {
			return false
		}
	}
	return true
}
