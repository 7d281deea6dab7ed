package casetypes

import (
	"context"
	"fmt"

	"github.com/casement-dev/casement/core"
)

// Versions lists the published versions of a document, newest first, or gives
// a not-found error when there is none.
func (s *Service) Versions(ctx context.Context, kind, key string) ([]Version, error) {
	list, err := s.versions(ctx, kind, key)
	if err == nil && len(list) == 0 {
		return nil, core.NotFound("There is no %s “%s”.", kindWords(kind), shorten(key))
	}
	return list, err
}

// Newest lists the newest version of every document of a kind, by key.
func (s *Service) Newest(ctx context.Context, kind string) ([]Version, error) {
	return s.newestVersions(ctx, kind)
}

// File gives a version as the file it was published from; a version without
// one is written anew.
func (s *Service) File(ctx context.Context, kind, key string, version int) (File, error) {
	return s.Over(s.db.Pool()).file(ctx, Sections(), kind, key, version)
}

func (r Reader) file(ctx context.Context, sections []Section, kind, key string, version int) (File, error) {
	text, err := r.source(ctx, kind, versioned{key, version})
	if err != nil {
		return File{}, err
	}
	f := File{Name: fmt.Sprintf("%s-%d.yaml", key, version), Source: []byte(text)}
	if text != "" {
		return f, nil
	}
	if kind == KindCalendar {
		calendar, err := r.CalendarAt(ctx, key, version)
		if err != nil {
			return f, err
		}
		f.Source, err = EncodeCalendar(calendar.CalendarSpec)
		return f, err
	}
	t, err := r.At(ctx, key, version)
	if err != nil {
		return f, err
	}
	f.Source, err = Encode(sections, t)
	return f, err
}

// Between says in sentences what changed from one version of a document to
// another. From version 0 everything is new.
func (p *Publisher) Between(ctx context.Context, kind, key string, from, to int) ([]Change, error) {
	if kind == KindCalendar {
		after, err := p.types.CalendarAt(ctx, key, to)
		if err != nil {
			return nil, err
		}
		if from == 0 {
			return DiffCalendar(nil, &after.CalendarSpec), nil
		}
		before, err := p.types.CalendarAt(ctx, key, from)
		if err != nil {
			return nil, err
		}
		return DiffCalendar(&before.CalendarSpec, &after.CalendarSpec), nil
	}
	after, err := p.types.At(ctx, key, to)
	if err != nil {
		return nil, err
	}
	if from == 0 {
		return Diff(p.sections, nil, after), nil
	}
	before, err := p.types.At(ctx, key, from)
	if err != nil {
		return nil, err
	}
	return Diff(p.sections, before, after), nil
}

func kindWords(kind string) string {
	switch kind {
	case KindCalendar:
		return "calendar"
	case KindFormDesign:
		return "form"
	}
	return "case type"
}
