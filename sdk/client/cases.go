package client

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"iter"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Keyed is something with a key that never changes and words for people.
type Keyed struct {
	Key  string `json:"key"`
	Name string `json:"name"`
}

// Status is where a case stands.
type Status struct {
	Keyed
	Public string `json:"public"` // what the requester reads
	Kind   string `json:"kind"`   // start, open, waiting, resolved or final
}

// Who is somebody, or something, that did something.
type Who struct {
	Kind string `json:"kind"` // staff, person, client, routine, plugin, system or anonymous
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Contact is how a requester is reached.
type Contact struct {
	Name    string `json:"name,omitempty"`
	Email   string `json:"email,omitempty"`
	Phone   string `json:"phone,omitempty"`
	Address string `json:"address,omitempty"`
}

// Point is a place in degrees, WGS 84.
type Point struct {
	Lat float64 `json:"lat"`
	Lng float64 `json:"lng"`
}

// Target is one promise of a case.
type Target struct {
	Key    string     `json:"key"`
	Name   string     `json:"name"`
	State  string     `json:"state"`
	DueAt  *time.Time `json:"due_at"` // nil while paused
	Words  string     `json:"words"`  // how it stood when it was answered
	Used   int        `json:"used_percent"`
	Ledger []struct {
		Words   string `json:"words"`
		Amount  string `json:"amount"`
		Counted bool   `json:"counted"`
	} `json:"ledger"`
}

// Case is one matter somebody is answerable for. In lists Targets and May are
// empty.
type Case struct {
	Ref         string         `json:"ref"`
	Version     int64          `json:"version"`
	Type        Keyed          `json:"type"`
	Subject     string         `json:"subject"`
	Description string         `json:"description"`
	Status      Status         `json:"status"`
	Stage       *Keyed         `json:"stage"`
	Subtype     *Keyed         `json:"subtype"`
	Priority    *Keyed         `json:"priority"`
	Channel     string         `json:"channel"`
	Group       string         `json:"group"`
	Assignee    *Who           `json:"assignee"`
	Level       int            `json:"level"`
	Requester   string         `json:"requester"`
	Anonymous   bool           `json:"anonymous"`
	OnBehalfOf  string         `json:"on_behalf_of"`
	Contact     *Contact       `json:"contact"`
	Place       *Point         `json:"place"`
	Address     string         `json:"address"`
	Fields      map[string]any `json:"fields"`
	RaisedAt    time.Time      `json:"raised_at"`
	ReceivedAt  time.Time      `json:"received_at"`
	OpenedAt    *time.Time     `json:"opened_at"`
	RespondedAt *time.Time     `json:"first_response_at"`
	ResolvedAt  *time.Time     `json:"resolved_at"`
	ClosedAt    *time.Time     `json:"closed_at"`
	DueAt       *time.Time     `json:"due_at"`
	Outcome     *Keyed         `json:"outcome"`
	Reopened    int            `json:"reopened"`
	Targets     []Target       `json:"targets"`
	May         []string       `json:"may"`
	URL         string         `json:"url"`
}

// NewCase is a case to be raised. Type and Subject are required.
type NewCase struct {
	Type        string         `json:"type"`
	Subject     string         `json:"subject"`
	Description string         `json:"description,omitempty"`
	Subtype     string         `json:"subtype,omitempty"`
	Priority    string         `json:"priority,omitempty"`
	Channel     string         `json:"channel,omitempty"`   // "api" when empty
	Requester   string         `json:"requester,omitempty"` // identifier of a person
	Contact     *Contact       `json:"contact,omitempty"`
	Anonymous   bool           `json:"anonymous,omitempty"`
	OnBehalfOf  string         `json:"on_behalf_of,omitempty"`
	Place       *Point         `json:"place,omitempty"`
	Address     string         `json:"address,omitempty"`
	Fields      map[string]any `json:"fields,omitempty"`
	Group       string         `json:"group,omitempty"`
	Received    *time.Time     `json:"received,omitempty"`
	Files       []string       `json:"files,omitempty"` // from Upload
}

// Done is what became of a change.
type Done struct {
	Ref     string            `json:"ref"`
	Version int64             `json:"version"`
	Made    map[string]string `json:"made"` // what was brought into being: {"note": "4"}
}

// Raised is a case that was raised.
type Raised struct {
	Done
	Tracking string `json:"tracking_url"` // a secret: for the requester alone
}

// Option says more about a write.
type Option func(*call)

// WithKey names a write, so that a repeat, even by another process, does
// nothing. Without it each write is named at random.
func WithKey(key string) Option { return func(c *call) { c.key = key } }

// IfVersion makes a change happen only if nobody changed what it touches since
// the version seen; else the [Problem] has status 412.
func IfVersion(version int64) Option { return func(c *call) { c.seen = version } }

func (c *Client) write(ctx context.Context, in call, options []Option, into any) error {
	in.key = newKey()
	for _, option := range options {
		option(&in)
	}
	return c.send(ctx, in, into)
}

// Raise brings a case into being.
func (c *Client) Raise(ctx context.Context, in NewCase, options ...Option) (Raised, error) {
	var out Raised
	err := c.write(ctx, call{method: http.MethodPost, path: "/cases", body: in}, options, &out)
	return out, err
}

// Case reads a case by its reference.
func (c *Client) Case(ctx context.Context, ref string) (Case, error) {
	var out Case
	err := c.send(ctx, call{method: http.MethodGet, path: casePath(ref)}, &out)
	return out, err
}

// Filter narrows a list of cases. Empty parts do not narrow; Only is "open"
// when empty.
type Filter struct {
	Only       string // all, open, closed, unclaimed, unopened, reopened, waiting, overdue
	Types      []string
	Groups     []string
	Status     string
	Subtype    string
	Priority   string
	Channel    string
	Assignee   string // identifier of a staff user
	DueBefore  time.Time
	RaisedFrom time.Time
	RaisedTo   time.Time
	Sort       string // due or newest
}

func (f Filter) query() url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	at := func(name string, t time.Time) {
		if !t.IsZero() {
			q.Set(name, t.UTC().Format(time.RFC3339Nano))
		}
	}
	set("only", f.Only)
	set("type", strings.Join(f.Types, ","))
	set("group", strings.Join(f.Groups, ","))
	set("status", f.Status)
	set("subtype", f.Subtype)
	set("priority", f.Priority)
	set("channel", f.Channel)
	set("assignee", f.Assignee)
	set("sort", f.Sort)
	at("due_before", f.DueBefore)
	at("raised_from", f.RaisedFrom)
	at("raised_to", f.RaisedTo)
	return q
}

// CaseList is one page of cases.
type CaseList struct {
	Cases []Case `json:"cases"`
	Next  string `json:"next"` // "" on the last page
}

// List reads one page of at most limit cases; after is the Next of the page
// before, "" for the first.
func (c *Client) List(ctx context.Context, f Filter, after string, limit int) (CaseList, error) {
	q := f.query()
	if after != "" {
		q.Set("after", after)
	}
	if limit > 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	var out CaseList
	err := c.send(ctx, call{method: http.MethodGet, path: "/cases", query: q}, &out)
	return out, err
}

// Cases walks through all cases of a filter, page by page. An error ends the
// walk.
func (c *Client) Cases(ctx context.Context, f Filter) iter.Seq2[Case, error] {
	return func(yield func(Case, error) bool) {
		for after := ""; ; {
			page, err := c.List(ctx, f, after, 200)
			if err != nil {
				yield(Case{}, err)
				return
			}
			for _, cs := range page.Cases {
				if !yield(cs, nil) {
					return
				}
			}
			if after = page.Next; after == "" {
				return
			}
		}
	}
}

// Command is one intent to change a case. Name is as in the description of the
// API: "note-add", "case-close". With is what it takes, encoded as JSON.
type Command struct {
	Name string
	With any
}

// MarshalJSON writes the command as the API reads it.
func (c Command) MarshalJSON() ([]byte, error) {
	out := struct {
		Command string `json:"command"`
		With    any    `json:"with,omitempty"`
	}{c.Name, c.With}
	return json.Marshal(out)
}

// Do gives commands for one case: all of them happen, in order, or none.
func (c *Client) Do(ctx context.Context, ref string, command Command, more ...Command) (Done, error) {
	return c.DoAll(ctx, ref, append([]Command{command}, more...))
}

// DoAll is Do with options.
func (c *Client) DoAll(ctx context.Context, ref string, commands []Command, options ...Option) (Done, error) {
	var out Done
	body := map[string]any{"commands": commands}
	err := c.write(ctx, call{method: http.MethodPost, path: casePath(ref) + "/commands", body: body}, options, &out)
	return out, err
}

// Change is what is to happen to one of several cases.
type Change struct {
	Case     string    `json:"case"`
	Version  int64     `json:"version,omitempty"` // that was seen; 0 does not compare
	Commands []Command `json:"commands"`
}

// Batch changes up to 100 cases: all of it happens, or nothing.
func (c *Client) Batch(ctx context.Context, changes []Change, options ...Option) ([]Done, error) {
	var out struct {
		Done []Done `json:"done"`
	}
	err := c.write(ctx, call{method: http.MethodPost, path: "/batch", body: map[string]any{"changes": changes}}, options, &out)
	return out.Done, err
}

// Note says something on a case. audience is "public", "staff" or "private".
func (c *Client) Note(ctx context.Context, ref, audience, body string, options ...Option) (Done, error) {
	return c.DoAll(ctx, ref, []Command{{"note-add", map[string]string{"body": body, "audience": audience}}}, options...)
}

// Close ends a case with one of its type's closure reasons.
func (c *Client) Close(ctx context.Context, ref, reason string, options ...Option) (Done, error) {
	return c.DoAll(ctx, ref, []Command{{"case-close", map[string]string{"reason": reason}}}, options...)
}

// Event is one thing that was recorded of a case.
type Event struct {
	Ref        string    `json:"ref"`
	Type       string    `json:"type"` // of the case; in the feed
	Version    int64     `json:"version"`
	Kind       string    `json:"kind"`
	By         Who       `json:"by"`
	Origin     string    `json:"origin"`
	HappenedAt time.Time `json:"happened_at"`
	RecordedAt time.Time `json:"recorded_at"`
	Changes    map[string]struct {
		From any `json:"from"`
		To   any `json:"to"`
	} `json:"changes"`
	About map[string]any `json:"about"`
}

// History reads what was recorded of a case after a version, oldest first.
func (c *Client) History(ctx context.Context, ref string, after int64) ([]Event, error) {
	var out struct {
		Events []Event `json:"events"`
	}
	q := url.Values{"after": {strconv.FormatInt(after, 10)}}
	err := c.send(ctx, call{method: http.MethodGet, path: casePath(ref) + "/history", query: q}, &out)
	return out.Events, err
}

// Feed is a stretch of what happened.
type Feed struct {
	Events []Event `json:"events"`
	Next   string  `json:"next"` // where to read on
	More   bool    `json:"more"`
}

// Feed reads what happened after a place: the Next of an earlier stretch, "now",
// or "" for the beginning. It waits up to 25 seconds for something to happen.
func (c *Client) Feed(ctx context.Context, after string, limit int, wait time.Duration) (Feed, error) {
	q := url.Values{"wait": {strconv.Itoa(int(wait / time.Second))}}
	if after != "" {
		q.Set("after", after)
	}
	if limit > 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	var out Feed
	err := c.send(ctx, call{method: http.MethodGet, path: "/feed", query: q}, &out)
	return out, err
}

// Follow walks through the feed from a place and waits at its end, until the
// context ends or an error comes. Each stretch is yielded whole, so that its
// Next can be stored together with what was made of its events.
func (c *Client) Follow(ctx context.Context, after string) iter.Seq2[Feed, error] {
	return func(yield func(Feed, error) bool) {
		for {
			wait := 25 * time.Second
			if after == "now" {
				wait = 0 // only where the end is
			}
			page, err := c.Feed(ctx, after, 500, wait)
			if err != nil {
				yield(Feed{}, err)
				return
			}
			if len(page.Events) > 0 && !yield(page, nil) {
				return
			}
			after = page.Next
		}
	}
}

// File is an uploaded file that is on no case yet.
type File struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Kind string `json:"kind"`
	Size int64  `json:"size"`
}

// Upload sends a file for a case of a type. Commands put it on one within a day:
// attachment-add, or the Files of a new case.
func (c *Client) Upload(ctx context.Context, caseType, name string, contents io.Reader) (File, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		return File{}, err
	}
	if _, err := io.Copy(part, contents); err != nil {
		return File{}, err
	}
	if err := form.Close(); err != nil {
		return File{}, err
	}
	var out File
	err = c.send(ctx, call{
		method: http.MethodPost, path: "/uploads", query: url.Values{"type": {caseType}}, raw: body.Bytes(), media: form.FormDataContentType(),
	}, &out)
	return out, err
}

// Get reads any address under /api/v1 into a value; path begins with a slash.
func (c *Client) Get(ctx context.Context, path string, query url.Values, into any) error {
	return c.send(ctx, call{method: http.MethodGet, path: path, query: query}, into)
}

func casePath(ref string) string { return "/cases/" + url.PathEscape(ref) }
