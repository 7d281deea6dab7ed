package forms

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/sdk/view"
)

// DraftLife is how long a draft is kept after it was last touched.
const DraftLife = 30 * 24 * time.Hour

const (
	tokenBytes = 32
	maxToken   = 100 // letters; a longer cookie is nobody's
)

// Draft is a form somebody has begun. It belongs to whoever holds its token,
// and says nothing of who that is.
type Draft struct {
	ID      core.DraftID
	Type    string // key of the case type
	Form    string // see [Name]
	Pin     string // version of the form that made State
	State   json.RawMessage
	View    *view.Node // the page shown last; nil once the case is raised
	Typed   *Typed     // what was sent and not taken; nil for none
	Files   map[string][]view.File
	Raise   *Raise     // the form is finished: the case to be raised
	Page    *view.Node // words for the confirmation; may be nil
	Version int

	Case      core.CaseID // the id its case has, or will have
	RaisedAt  time.Time   // zero until the case is there
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Typed is what was typed into one page.
type Typed struct {
	Step    string       `json:"step"`
	Answers view.Answers `json:"answers"`
}

// IsDone reports whether there is nothing more to ask.
func (d *Draft) IsDone() bool { return d.Raise != nil || !d.RaisedAt.IsZero() }

// seed is the randomness of the draft's next call: the same when the same page
// is sent again.
func (d *Draft) seed() int64 {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(d.ID[:], uint64(d.Version)))
	return int64(binary.BigEndian.Uint64(sum[:8]) >> 1)
}

// filesOf gives the files of every file question of a page.
func (d *Draft) filesOf(page *view.Node) map[string][]view.File {
	out := map[string][]view.File{}
	for _, f := range page.Fields() {
		if f.Kind == view.KindFile {
			out[f.ID] = append([]view.File{}, d.Files[f.ID]...)
		}
	}
	return out
}

// Visit is what a page says of its reader.
type Visit struct {
	Zone     *time.Location
	Language string
	Viewer   *Viewer // nil unless a customer is signed in
}

// Begin makes a draft of a case type's form, standing at its first page, and
// the token for the browser: 256 random bits, of which the database keeps a
// hash. Whoever calls has seen to it that the reader may raise the type.
func (s *Service) Begin(ctx context.Context, t *core.CaseType, v Visit) (token string, d *Draft, err error) {
	now := s.clock.Now()
	d = &Draft{
		ID: core.NewID[core.DraftID](), Type: t.Key, Form: Name(t), Files: map[string][]view.File{}, Version: 1,
		CreatedAt: now, ExpiresAt: now.Add(DraftLife),
	}
	reply, err := s.serve(ctx, t, d, v, Event{Kind: Start})
	if err != nil {
		return "", nil, err
	}
	d.Pin, d.State, d.View = reply.Pin, reply.State, reply.View
	raw := make([]byte, tokenBytes)
	rand.Read(raw)
	token = base64.RawURLEncoding.EncodeToString(raw)
	return token, d, s.insert(ctx, core.TokenHash(token), d)
}

// Open returns the draft that a token opens, if it is of the case type, or a
// not-found error.
func (s *Service) Open(ctx context.Context, token, typeKey string) (*Draft, error) {
	if token == "" || len(token) > maxToken {
		return nil, noDraft()
	}
	d, err := s.find(ctx, core.TokenHash(token))
	if err != nil {
		return nil, err
	}
	if d.Type != typeKey {
		return nil, noDraft()
	}
	return d, nil
}

func noDraft() error { return core.NotFound("This form has not been begun here, or was too long ago.") }

// Discard forgets a draft. Its files go with the next sweep of attachments.
func (s *Service) Discard(ctx context.Context, d *Draft) error { return s.delete(ctx, d.ID) }

// AddFile notes a file that was uploaded for a question.
func (s *Service) AddFile(ctx context.Context, d *Draft, field string, f view.File) error {
	return s.changeFiles(ctx, d, func(files map[string][]view.File) {
		files[field] = append(files[field], f)
	})
}

// RemoveFile forgets a file of a question.
func (s *Service) RemoveFile(ctx context.Context, d *Draft, field, id string) error {
	return s.changeFiles(ctx, d, func(files map[string][]view.File) {
		files[field] = slices.DeleteFunc(files[field], func(f view.File) bool { return f.ID == id })
	})
}

// changeFiles changes the draft's list of files, also when another upload
// changes it at the same moment.
func (s *Service) changeFiles(ctx context.Context, d *Draft, change func(map[string][]view.File)) error {
	for range attempts {
		current, err := s.findByID(ctx, d.ID)
		if err != nil {
			return err
		}
		if current.IsDone() {
			return core.Conflict("This form has been sent already.")
		}
		change(current.Files)
		err = s.saveFiles(ctx, current)
		if errors.Is(err, errOvertaken) {
			continue
		}
		d.Files, d.Version = current.Files, current.Version
		return err
	}
	return busy()
}

// attempts is how often something is tried again that another request of the
// same browser overtook.
const attempts = 5

var errOvertaken = errors.New("another request changed the draft")

func busy() error {
	return core.Conflict("This form is open in another window, which is sending it just now. Reload the page to see how it stands.")
}

// claimLife is how long one server has to raise the case of a finished form
// before another may take over.
const claimLife = 30 * time.Second

// Claim takes it upon the caller to raise the case of a finished form. mine is
// false while somebody else is at it. The case has the same id however often
// it is claimed; again says that it was claimed before.
func (s *Service) Claim(ctx context.Context, d *Draft) (id core.CaseID, mine, again bool, err error) {
	return s.claim(ctx, d.ID, core.NewID[core.CaseID](), s.clock.Now())
}

// Release lets others try, after raising the case failed.
func (s *Service) Release(ctx context.Context, d *Draft) error { return s.release(ctx, d.ID) }

// Raised notes that the case is there, and empties the draft of everything
// that was typed.
func (s *Service) Raised(ctx context.Context, d *Draft) error {
	raised, err := s.markRaised(ctx, d.ID, s.clock.Now())
	if hearer, ok := s.plugins.(Hearer); ok && raised != nil && d.Raise != nil {
		hearer.Raised(d.ID, raised.CaseID, d.Raise.Anonymous)
	}
	return err
}

// Pins counts, by pin, the forms of a plugin that were begun and not raised.
func (s *Service) Pins(ctx context.Context, plugin string) (map[string]int, error) {
	return s.pins(ctx, plugin, s.clock.Now())
}

// Sweep deletes drafts whose time is over. It returns how many went.
func (s *Service) Sweep(ctx context.Context) (int, error) { return s.sweep(ctx, s.clock.Now()) }

// Again reads a draft as it stands now.
func (s *Service) Again(ctx context.Context, d *Draft) (*Draft, error) { return s.findByID(ctx, d.ID) }
