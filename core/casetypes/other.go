package casetypes

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
)

// This file lets other slices keep configuration of their own kinds as case
// types are kept: one strict YAML file each, published in versions that never
// change.

// Sheet is a file of another kind that was read.
type Sheet struct {
	Key string
	src source
}

// ReadSheet reads a file of a kind into what a pointer to a struct points at,
// whose json tags name the members. It says everything that does not fit, each
// with line and column.
func ReadSheet(f File, kind string, into any) (Sheet, Findings) {
	src, findings := read(f)
	if len(findings) > 0 {
		return Sheet{}, findings
	}
	d := &decoder{file: f.Name}
	var head struct {
		Format    int
		Kind, Key string
	}
	known := []string{"casement", "kind", "key"}
	for i, value := range []any{&head.Format, &head.Kind, &head.Key} {
		if n := child(src.root, known[i]); n != nil {
			d.value(n, At(known[i]), reflect.ValueOf(value).Elem())
		} else {
			d.say(src.root, nil, "“%s” is missing. A file begins with: casement: %d, kind: %s, key: ….", known[i], Format, kind)
		}
	}
	if len(d.findings) == 0 {
		switch {
		case head.Format != Format:
			d.say(child(src.root, "casement"), At("casement"), "This file has format %d; this Casement reads format %d.", head.Format, Format)
		case head.Kind != kind:
			d.say(child(src.root, "kind"), At("kind"), "This is a file of the kind “%s”, not %s.", shorten(head.Kind), kind)
		case !keyPattern.MatchString(head.Key):
			d.say(child(src.root, "key"), At("key"), "“%s” is not a key. Keys have 1 to 60 small letters, digits and hyphens, such as complaint.", shorten(head.Key))
		}
	}
	if len(d.findings) > 0 {
		return Sheet{}, d.findings.sorted()
	}
	v := reflect.ValueOf(into).Elem()
	for _, m := range membersOf(v.Type()) {
		known = append(known, m.name)
		if value := child(src.root, m.name); value != nil {
			d.value(value, At(m.name), v.Field(m.index))
		} else if !m.optional {
			d.say(src.root, At(m.name), "“%s” is missing.", m.name)
		}
	}
	d.strangers(src.root, nil, known)
	return Sheet{Key: head.Key, src: src}, d.findings.sorted()
}

// Finding says something about a place of the file, with its line.
func (s Sheet) Finding(at Path, format string, args ...any) Finding {
	if s.src.root == nil {
		return Finding{Path: at.String(), Message: fmt.Sprintf(format, args...)}
	}
	return s.src.finding(at, fmt.Sprintf(format, args...), "")
}

// WriteSheet writes a file that [ReadSheet] reads back as the same.
func WriteSheet(kind, key string, what any) ([]byte, error) {
	root := headNode(kind, key)
	v := reflect.Indirect(reflect.ValueOf(what))
	for _, m := range membersOf(v.Type()) {
		field := v.Field(m.index)
		if m.optional && isEmpty(field) {
			continue
		}
		value, err := node(field)
		if err != nil {
			return nil, err
		}
		put(root, m.name, value)
	}
	return render(root)
}

// ValidKey reports whether something can be the key of a document.
func ValidKey(key string) bool { return keyPattern.MatchString(key) }

// Sheet reads a published version of a document into a value; version 0 is the
// newest. It returns the number of the version, or a not-found error.
func (s *Service) Sheet(ctx context.Context, kind, key string, version int, into any) (int, error) {
	if version == 0 {
		var err error
		if version, err = newestVersion(ctx, s.db.Pool(), kind, key); err != nil {
			return 0, err
		}
		if version == 0 {
			return 0, core.NotFound("There is no %s “%s”.", kindWords(kind), shorten(key))
		}
	}
	return version, s.Over(s.db.Pool()).decode(ctx, kind, versioned{key, version}, into)
}

// NewSheet is a version to be published.
type NewSheet struct {
	Kind, Key string
	Body      any    // kept as JSON
	Source    []byte // the file
	Note      string
	Changes   []string // in sentences
	Seen      int      // the version that was current when it was made; 0 for none
}

// AddSheet makes the next version of a document inside a transaction, and
// records that it did. A conflict says that another version came first.
func (s *Service) AddSheet(ctx context.Context, tx pgx.Tx, by core.Actor, now time.Time, n NewSheet) (int, error) {
	if !MayPublish(by) {
		return 0, core.Forbidden("Only configurators publish configuration.")
	}
	if err := lockConfiguration(ctx, tx); err != nil {
		return 0, err
	}
	current, err := newestVersion(ctx, tx, n.Kind, n.Key)
	if err != nil {
		return 0, err
	}
	if current != n.Seen {
		return 0, core.Conflict("Somebody else published version %d of “%s” meanwhile. Look at it before you publish yours.", current, n.Key)
	}
	body, err := json.Marshal(n.Body)
	if err != nil {
		return 0, fmt.Errorf("encode %s %s: %w", n.Kind, n.Key, err)
	}
	version := current + 1
	if _, err := tx.Exec(ctx, insertDocument, n.Kind, n.Key, version, body, string(n.Source), by.ID, now, n.Note); err != nil {
		return 0, fmt.Errorf("publish %s %s: %w", n.Kind, n.Key, postgres.Translate(err))
	}
	return version, events.AppendNext(ctx, tx, events.Entry{
		Stream: core.StreamConfiguration, StreamID: n.Kind + "/" + n.Key,
		Event: core.Event{Kind: core.ConfigurationPublished, About: core.About{
			"kind": n.Kind, "key": n.Key, "version": version, "note": n.Note, "changes": n.Changes}},
		Actor: by, Origin: core.OriginLive, HappenedAt: now, RecordedAt: now,
	})
}
