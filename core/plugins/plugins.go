// Package plugins is what of third parties' code is installed: packages in all
// their versions, what an administrator granted and configured, and how each
// does. The modules themselves live in the database, so that every server has
// them. How one is run is for core/pluginhost, which satisfies [Runner].
//
//	plugins.go      the nouns, and what is asked of the host
//	service.go      the service, who may change what is installed, what is read
//	install.go      add, activate, switch, remove
//	review.go       a version that is looked at before it goes live; what fails
//	grants.go       what a version asks for, what was granted
//	capability.go   capabilities in words
//	settings.go     configuration: the schema of a form, and what fits it
//	secrets.go      what is kept encrypted
//	publishers.go   whose signatures are trusted
//	shipped.go      the plugins that come with the program
//	figures.go, record.go  how each does: figures, log, recorded calls
//	source.go       what a host reads
//	store*.go       the SQL
package plugins

import (
	"context"
	"encoding/json"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/sdk/view"
)

// Plugin is one that is installed, in the version that is live.
type Plugin struct {
	ID        string // "org.example.complaint"
	Name      string
	Publisher string
	Summary   string
	On        bool   // switched on by an administrator; off, its entries say that they are not available
	Reason    string // why it is off
	Live      string // hash of the version that serves; "" before the first was granted
	Version   string // of Live: "1.2.0"
	LiveSince time.Time
	Unsigned  bool            // Live was taken without the signature of a trusted publisher
	Newest    string          // hash of the version that was added last
	Shipped   bool            // comes with the program
	Granted   []string        // keys of capabilities: see [Capability]
	Decided   []string        // those that somebody has said yes or no to
	Config    json.RawMessage // as the manifest's schema says; nil for defaults
	Secrets   []string        // names of those that are set
	Recording bool            // its calls are recorded, to be replayed
	RevivedAt time.Time       // when somebody last let it run again after faults
	ChangedAt time.Time
}

// Version is one package of a plugin, as it was uploaded.
type Version struct {
	Plugin    string
	Hash      string // SHA-256 of the file, in hex
	Version   string // "1.2.0"
	Name      string
	Publisher string // as the package says; who signed it is Signer
	Summary   string
	Manifest  json.RawMessage
	Needs     []string // keys of the capabilities it asks for
	Size      int64    // bytes
	Signer    string   // name of the trusted publisher whose key signed it; "" for an unknown key or none
	Key       string   // public key of its signature, in hex; "" without one
	Unsigned  bool     // it was taken although nobody who is trusted had signed it: for ever
	Shipped   bool     // comes with the program
	AddedAt   time.Time
	AddedBy   string    // by name; "" for those that come with the program
	LiveSince time.Time // zero unless it serves now
	InUse     int       // tasks, drafts and sections whose state it made
}

// Signed reports whether a trusted publisher stands for the version: its
// signature, or the program it comes with.
func (v Version) Signed() bool { return v.Shipped || v.Signer != "" && !v.Unsigned }

// Capability is one thing a version may see or do, as an administrator reads it.
type Capability struct {
	Key     string // as granted: "case.set_field:complaint.*", "context:user.contact"
	Title   string // in words: "Set the field complaint.*"
	Reason  string // of its maker; "" when none was given
	Limits  string // of ours: "2 s, 256 kB, 60 a minute"
	Granted bool
	New     bool // the live version did not ask for it
}

// Publisher is somebody whose signature is trusted.
type Publisher struct {
	Key     string // ed25519, in hex
	Name    string
	AddedAt time.Time
	AddedBy string
}

// The kinds of [Entry].
const (
	KindForm    = "form"
	KindTask    = "task"
	KindDetails = "details"
	KindAction  = "action"
)

// Entry is something a plugin offers to case types.
type Entry struct {
	Plugin, ID string // named "plugin/id" by case types
	Kind       string // form, task, details or action
	Title      string
	Summary    string
	On         bool
}

// Events lists what can happen to an entry of a kind, what comes first at first.
func Events(kind string) []string {
	switch kind {
	case KindAction:
		return []string{"run"}
	case KindTask:
		return []string{"start", "view", "submit", "press", "change", "back", "goto", "return", "timer"}
	case KindDetails:
		return []string{"start", "view", "submit", "press", "change", "back", "goto"}
	}
	return []string{"start", "view", "submit", "press", "change", "back", "goto"}
}

// Name is how case types name the entry: "casement.complaint/complaint".
func (e Entry) Name() string { return e.Plugin + "/" + e.ID }

// Figures are how a plugin did in a stretch of time, on all servers.
type Figures struct {
	From    time.Time
	Calls   int
	Faults  int
	Waits   int // calls that had to wait for a free instance
	P50     time.Duration
	P90     time.Duration
	P99     time.Duration
	MaxFuel int64 // loop turns and function calls of one call
	MaxMiB  int   // of memory
}

// Line is one line of a plugin's log.
type Line struct {
	No      int64
	At      time.Time
	Level   string // info or fault
	Version string
	Entry   string
	Text    string // in part the plugin's own words
	Server  string
}

// Running is how a plugin does on this server now.
type Running struct {
	Loaded    bool
	Instances int
	OffUntil  time.Time // after repeated faults, on this server; zero when it is not off
	LastFault string    // in part the plugin's own words; "" for none since this server started
	FaultAt   time.Time
	Reset     string // how instances become fresh again here: pages, drop or fresh
	Why       string // why not in the best way, pages; "" when it is that
	Dropped   uint64 // lines and calls of all plugins that found no room in the record since this server started
}

// Call is a call that was recorded, to be replayed.
type Call struct {
	No      int64
	Plugin  string
	Hash    string
	Entry   string
	Event   string
	At      time.Time
	Took    time.Duration
	Fuel    int64
	Request json.RawMessage
	Answer  json.RawMessage // nil when it failed
	Fault   string
}

// Trial is one call on the bench: nothing of it is kept or done.
type Trial struct {
	Hash    string
	Request json.RawMessage // an abi request
}

// Tried is what came of a [Trial].
type Tried struct {
	Answer  json.RawMessage // as the module gave it
	State   json.RawMessage
	View    *view.Node // valid, or nil
	Effects []TriedEffect
	Asks    []string
	Log     []string
	Fault   string // what went wrong, in words; "" when nothing did
	Wrote   string // to its standard error
	Fuel    int64
	MiB     int
	Took    time.Duration
}

// TriedEffect is what a trial asked for.
type TriedEffect struct {
	Name    string
	Args    json.RawMessage
	Granted bool
	Problem string // its arguments are not what the command takes
}

// Replayed compares one recorded call with the answer of another version.
type Replayed struct {
	Call  Call
	Same  bool
	Diff  []string // lines: what the two answers have that the other has not
	Fault string
}

// Inspected is what a package says of itself.
type Inspected struct {
	Manifest  json.RawMessage
	ID        string
	Version   string
	Name      string
	Publisher string
	Summary   string
	Hash      string
	Key       string // of its signature, which holds; "" when unsigned
	Entries   []Entry
	Needs     []string // capabilities, as [Capability.Key] has them
}

// Runner runs packages: core/pluginhost.
type Runner interface {
	// Inspect reads a package and refuses what cannot be run here.
	Inspect(module []byte) (Inspected, error)
	// Prove compiles and loads a package, and asks it to describe itself.
	Prove(ctx context.Context, module []byte) error
	// Try runs one call of a stored version on the bench.
	Try(ctx context.Context, t Trial) (Tried, error)
	// Replay runs recorded calls against a stored version.
	Replay(ctx context.Context, hash string, calls []Call) ([]Replayed, error)
	// Running says how a plugin does on this server.
	Running(id string) Running
	// Sample makes a request to begin with on the bench, for an entry.
	Sample(ctx context.Context, hash, entry, event string) (json.RawMessage, error)
}

// Unknown is the error for a plugin that is not there.
func Unknown() error { return core.NotFound("This plugin is not installed.") }
