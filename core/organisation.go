package core

// Organisation is whose installation this is, as the public sees it.
type Organisation struct {
	Name      string `json:"name"`
	Language  string `json:"language,omitempty"` // BCP 47 of its pages: "en-GB"
	Zone      string `json:"zone"`               // IANA name; times are shown in it
	Home      string `json:"home,omitempty"`     // address of its own pages
	Email     string `json:"email,omitempty"`
	Telephone string `json:"telephone,omitempty"`
	Hours     string `json:"hours,omitempty"` // when the telephone is answered
	HelpNote  string `json:"help_note,omitempty"`
}
