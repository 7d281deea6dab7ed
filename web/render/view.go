package render

import (
	"time"

	"github.com/casement-dev/casement/core"
)

// The layouts of web/layout. The zero View is in Console.
const (
	Console = "layout/console" // staff and administration
	Public  = "layout/public"  // forms and portal
	SignIn  = "layout/signin"  // signing in, of staff and customers
	Bare    = "layout/bare"    // problems met before anything is known of the reader
)

// View says which template a page is and what its frame shows of it. What the
// template itself shows is the page's own struct.
type View struct {
	Template string // "casepages/show"
	Layout   string // one of the layouts; "" is Console
	Title    string // of the window, before the product's or organisation's name
	Nav      string // the key of the entry that is current: "queues"
	// Part is the fragment that answers when htmx asks for this address: the
	// rows of a list, say. "" answers with the page without its frame. It is
	// executed with the same data.
	Part  string
	Main  string // a further class of <main>: "main-case", "main-wide"
	Back  Link   // the way back, on public pages
	Error bool   // the title says so first, as a screen reader's user needs
}

// Link is somewhere to go.
type Link struct {
	Label string
	URL   string
}

// Frame is what stands around a page: the same for every page of a reader.
type Frame struct {
	Organisation Organisation
	Viewer       Viewer // the zero Viewer when nobody is signed in
	Rail         []Entry
	RailFoot     []Entry
	SiteNav      []Entry // of the public face
	Bell         string  // address of the notifications; "" hides the bell
	Unread       int     // notifications
	BellTopic    string  // on which the bell is asked for again; "" for never
	NewCase      string  // address of "New case"; "" hides the button
	Gallery      bool    // in development
	Notices      []Notice
}

// Notice is something the installation has to say on every page of the
// console: search is catching up, mail is not configured.
type Notice struct {
	Tone string // info, good, warn, bad
	Text string
	Link Link
}

// Organisation is whose installation this is, as the public sees it.
type Organisation struct {
	Name      string // "Northmoor Council"
	Language  string // "en-GB"
	Home      string // address of the start page
	Telephone string // "01632 960 100"
	Hours     string // "Monday to Friday, 8:30am to 5pm. Closed on bank holidays."
	HelpNote  string // "Minicom and Relay UK: dial 18001 first."
	Links     []Link // footer: accessibility, privacy …
}

// Viewer is who is signed in, as their own pages show them.
type Viewer struct {
	Name    string
	Detail  string // email address, or groups
	Account string // address of the account page
	SignOut string // where the sign-out form posts
}

// SignedIn reports whether anybody is.
func (v Viewer) SignedIn() bool { return v.Name != "" }

// Entry is one entry of a navigation.
type Entry struct {
	Key   string // compared with View.Nav
	Label string
	Icon  string
	URL   string
	Count int    // shown when above zero
	Bad   string // what the count counts if that is bad news: "faults"
	Press string // the key that leads here after "g"

	Oldest time.Time // since when the oldest of what is counted waits; zero where that does not matter
}

// Problem is what somebody is told when something did not work.
type Problem struct {
	Status  int
	Kind    core.ErrorKind
	Title   string
	Message string
	Fields  map[string]string
	Request string // to be quoted to support
}

// Toast is a message that passes by.
type Toast struct {
	Text string `json:"text"`
	Tone string `json:"tone,omitempty"` // "" or bad
	Link Link   `json:"link,omitzero"`  // "Undo" posts nothing: it leads to a page that can
}
