// Package casetypes holds the configuration of case types and calendars: what
// is published, what is valid, what differs, and how a file becomes a version.
//
// Published versions are immutable documents, so they are decoded once and
// kept. What a type means for a case (moves, duties, reasons) is in package
// core; what happens to cases is in core/cases.
//
//	section.go          the list of sections: one value says what each part of a file is
//	setup.go … targets.go  the sections: their parts, rules and differences
//	source.go, decode.go   from YAML to values, every mistake with its place
//	shape.go, encode.go    how files write what types say; and back to YAML
//	check.go, nearest.go   what sections may ask and say; “did you mean …?”
//	diff.go, schema.go     differences in sentences; the published JSON Schema
//	calendarfile.go, holidays.go  calendars, and the public holidays of regions
//	publish.go, history.go drafts, versions, going back
//	shipped/               the files that come with the program
package casetypes

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/conditions"
	"github.com/casement-dev/casement/core/postgres"
)

// The kinds of document that configuration is kept in.
const (
	KindCaseType   = "case_type"
	KindCalendar   = "calendar"
	KindFormDesign = "form_design" // see package formdesigns
)

// Service answers for the published configuration. It is safe for concurrent
// use; all servers on one database see a new version at their next read.
type Service struct {
	db         *postgres.DB
	conditions *conditions.Compiler

	mu    sync.RWMutex
	types map[versioned]*core.CaseType
	cals  map[versioned]*core.Calendar
}

// versioned names one immutable document of a kind.
type versioned struct {
	key     string
	version int
}

// New makes a service on the database.
func New(db *postgres.DB) *Service {
	return &Service{db: db, conditions: conditions.New(), types: map[versioned]*core.CaseType{}, cals: map[versioned]*core.Calendar{}}
}

// Conditions makes the conditions that case types carry ready, and keeps them.
func (s *Service) Conditions() *conditions.Compiler { return s.conditions }

// All returns the published version of every case type, by key. The result
// must not be changed.
func (s *Service) All(ctx context.Context) ([]*core.CaseType, error) {
	heads, err := s.heads(ctx, KindCaseType)
	if err != nil {
		return nil, err
	}
	out := make([]*core.CaseType, 0, len(heads))
	for _, head := range heads {
		t, err := s.At(ctx, head.Key, head.Version)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// Published returns the newest version of a case type, or a not-found error.
func (s *Service) Published(ctx context.Context, key string) (*core.CaseType, error) {
	version, err := s.newest(ctx, KindCaseType, key)
	if err != nil {
		return nil, err
	}
	if version == 0 {
		return nil, core.NotFound("There is no case type %q.", key)
	}
	return s.At(ctx, key, version)
}

// Reader reads versions of documents over one connection.
type Reader struct {
	service *Service
	q       postgres.Querier
}

// Over reads over q what is not known yet. Whoever holds a connection reads
// over that one: waiting for a second while holding the first is how a pool
// comes to a standstill.
func (s *Service) Over(q postgres.Querier) Reader { return Reader{s, q} }

// At returns one version of a case type. It must not be changed.
func (s *Service) At(ctx context.Context, key string, version int) (*core.CaseType, error) {
	return s.Over(s.db.Pool()).At(ctx, key, version)
}

// At is [Service.At].
func (r Reader) At(ctx context.Context, key string, version int) (*core.CaseType, error) {
	s, name := r.service, versioned{key, version}
	s.mu.RLock()
	known := s.types[name]
	s.mu.RUnlock()
	if known != nil {
		return known, nil
	}
	t := new(core.CaseType)
	if err := r.decode(ctx, KindCaseType, name, t); err != nil {
		return nil, err
	}
	t.Key, t.Version = key, version
	s.mu.Lock()
	defer s.mu.Unlock()
	s.types[name] = t
	return t, nil
}

// Calendar returns the newest version of a calendar and its number, or a
// not-found error.
func (s *Service) Calendar(ctx context.Context, key string) (*core.Calendar, int, error) {
	version, err := s.newest(ctx, KindCalendar, key)
	if err != nil {
		return nil, 0, err
	}
	if version == 0 {
		return nil, 0, core.NotFound("There is no calendar %q.", key)
	}
	cal, err := s.CalendarAt(ctx, key, version)
	return cal, version, err
}

// CalendarAt returns one version of a calendar. It must not be changed.
func (s *Service) CalendarAt(ctx context.Context, key string, version int) (*core.Calendar, error) {
	return s.Over(s.db.Pool()).CalendarAt(ctx, key, version)
}

// CalendarAt is [Service.CalendarAt].
func (r Reader) CalendarAt(ctx context.Context, key string, version int) (*core.Calendar, error) {
	s, name := r.service, versioned{key, version}
	s.mu.RLock()
	known := s.cals[name]
	s.mu.RUnlock()
	if known != nil {
		return known, nil
	}
	spec := core.CalendarSpec{Key: key}
	if err := r.decode(ctx, KindCalendar, name, &spec); err != nil {
		return nil, err
	}
	cal, err := core.NewCalendar(spec, version)
	if err != nil {
		return nil, fmt.Errorf("calendar %s version %d: %w", key, version, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cals[name] = cal
	return cal, nil
}

func (r Reader) decode(ctx context.Context, kind string, name versioned, into any) error {
	body, err := r.body(ctx, kind, name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("decode %s %s version %d: %w", kind, name.key, name.version, err)
	}
	return nil
}
