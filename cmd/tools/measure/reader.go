package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"regexp"
	"sync/atomic"
	"time"
)

// reader is somebody signed in, with what they ask for.
type reader struct {
	*browser
	queue, deep string   // addresses
	refs        []string // cases they may open
	turn        atomic.Int64
}

// next picks a case, each in turn.
func (r *reader) next() string { return r.refs[int(r.turn.Add(1))%len(r.refs)] }

// staff signs a staff user in and looks what they may ask for.
func (m *measurement) staff(ctx context.Context, email string) (*reader, error) {
	r := &reader{browser: newBrowser(m.server.url, m.users)}
	if err := r.signIn(ctx, email, m.password); err != nil {
		return nil, err
	}
	groups, err := m.sample.strings(ctx, `SELECT m.group_key FROM memberships m JOIN staff_users u ON u.id = m.staff_id WHERE u.email = $1`, email)
	if err != nil {
		return nil, err
	}
	if r.refs, err = m.sample.references(ctx, groups, 2000); err != nil || len(r.refs) == 0 {
		return nil, fmt.Errorf("find cases for %s: %d found: %w", email, len(r.refs), err)
	}
	typeKey, group, open, err := m.sample.queue(ctx, groups)
	if err != nil {
		return nil, fmt.Errorf("find a queue for %s: %w", email, err)
	}
	r.queue = "/queues/" + typeKey + "/" + group
	after, err := m.sample.deepPage(ctx, typeKey, group, open)
	if err != nil {
		return nil, err
	}
	r.deep = r.queue + "?after=" + after
	return r, nil
}

var linkInMail = regexp.MustCompile(`https?://[^\s/]+(/sign-in/link/[^\s]+)`)

// customer signs a customer in who has several cases, by the link in the mail.
func (m *measurement) customer(ctx context.Context) (*reader, error) {
	r := &reader{browser: newBrowser(m.server.url, m.users)}
	var email string
	err := m.db.QueryRow(ctx, `SELECT p.email FROM persons p JOIN cases c ON c.requester_id = p.id WHERE p.email <> ''
		AND p.id IN (SELECT requester_id FROM cases TABLESAMPLE SYSTEM (0.1) WHERE requester_id IS NOT NULL LIMIT 2000)
		GROUP BY p.email HAVING count(*) BETWEEN 3 AND 60 ORDER BY count(*) DESC LIMIT 1`).Scan(&email)
	if err != nil {
		return nil, fmt.Errorf("find a customer: %w", err)
	}
	asked := time.Now().Add(-time.Second)
	if err := r.submit(ctx, "/sign-in", url.Values{"email": {email}}); err != nil {
		return nil, err
	}
	var body string
	err = m.db.QueryRow(ctx, `SELECT body_text FROM outbox WHERE recipient = $1 AND template = 'sign-in' AND created_at > $2 ORDER BY created_at DESC LIMIT 1`,
		email, asked).Scan(&body)
	if err != nil {
		return nil, fmt.Errorf("find the link for %s: %w", email, err)
	}
	link := linkInMail.FindStringSubmatch(body)
	if link == nil {
		return nil, fmt.Errorf("the mail to %s has no link", email)
	}
	if err := r.submit(ctx, link[1], url.Values{}); err != nil {
		return nil, err
	}
	if _, err := r.get(ctx, "/portal"); err != nil {
		return nil, err
	}
	return r, nil
}

// turns asks for one address after another out of several.
func turns(r *reader, prefix string, values []string, suffix string) func(context.Context, int) (int64, error) {
	var n atomic.Int64
	return func(ctx context.Context, _ int) (int64, error) {
		return r.get(ctx, prefix+values[int(n.Add(1))%len(values)]+suffix)
	}
}

// boxAround is a small part of the map somewhere in a larger one.
func boxAround(random *rand.Rand, south, west, north, east, share float64) string {
	h, w := (north-south)*share, (east-west)*share
	s, l := south+random.Float64()*(north-south-h), west+random.Float64()*(east-west-w)
	return fmt.Sprintf("%.5f,%.5f,%.5f,%.5f", s, l, s+h, l+w)
}
