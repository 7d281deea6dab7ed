package core

// MaxAlias is the most letters of an alias's source, and of its value.
const MaxAlias = 100

// Alias is a reference under which others know a case: the number that the
// system it was brought from gave it. A source has each value once.
type Alias struct {
	Source string `json:"source"` // of the importer's choice, such as "boston311"
	Value  string `json:"value"`  // as the source writes it
}

// Check refuses an alias that is not two short lines of text.
func (a Alias) Check() error {
	for name, words := range map[string]string{"source": a.Source, "value": a.Value} {
		switch clean, wrong := CleanLine(words, MaxAlias); {
		case wrong != "":
			return InvalidField(name, "%s", wrong)
		case clean == "" || clean != words:
			return InvalidField(name, "The %s of a reference elsewhere is a line without spaces around it.", name)
		}
	}
	return nil
}

// String says the alias to a person: "101004143000 (boston311)".
func (a Alias) String() string { return a.Value + " (" + a.Source + ")" }
