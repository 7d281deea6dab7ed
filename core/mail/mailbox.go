package mail

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/correspondence"
)

// MailboxSettings say where mail comes in.
type MailboxSettings struct {
	Name     string // of the mailbox, for people and the log
	Host     string
	Port     int      // 0 means the usual one: 993, or 143
	Security Security // TLS when empty
	Username string
	Password string
	Roots    *x509.CertPool // whom to believe; nil for the machine's own list

	Folder string // INBOX when empty
	MoveTo string // where mail goes that was taken in; "" leaves it, marked as read
	// Every is how often the mailbox is looked into where the server does not say
	// by itself that mail has come; 0 means a minute.
	Every time.Duration
}

// Arrived is a mail as it lay in a mailbox.
type Arrived struct {
	Raw  []byte // whole, or with Cut the head alone
	Size int64  // bytes of the whole
	Cut  bool
}

// Mailbox reads one mailbox over IMAP. One server of an installation reads it at
// a time: that is for the caller to see to.
type Mailbox struct {
	settings MailboxSettings
	take     func(ctx context.Context, m Arrived) error
	report   func(error)
}

// Waits between attempts to reach a mail server, and bounds of one answer.
const (
	firstPause  = time.Second
	longPause   = 5 * time.Minute
	answerTime  = 2 * time.Minute // of everything but waiting for mail
	idleTime    = 10 * time.Minute
	fetchAtOnce = 50
)

// NewMailbox checks the settings; it does not connect. take keeps a mail: until
// it has returned nil the mail stays as it was. report is told what goes wrong,
// and nil when the mailbox can be read again.
func NewMailbox(s MailboxSettings, take func(context.Context, Arrived) error, report func(error)) (*Mailbox, error) {
	s.Security = cmp.Or(s.Security, TLS)
	s.Folder = cmp.Or(s.Folder, "INBOX")
	s.Every = cmp.Or(s.Every, time.Minute)
	s.Port = cmp.Or(s.Port, map[Security]int{TLS: 993, StartTLS: 143, Plain: 143}[s.Security])
	switch {
	case s.Host == "":
		return nil, core.InvalidField("host", "Name the mail server of the mailbox.")
	case s.Port < 1 || s.Port > 65535:
		return nil, core.InvalidField("port", "The port of the mailbox’s server is a number from 1 to 65535.")
	case s.Security != StartTLS && s.Security != TLS && s.Security != Plain:
		return nil, core.InvalidField("security", "The security of the mailbox is %q, %q or %q.", TLS, StartTLS, Plain)
	case s.Username == "":
		return nil, core.InvalidField("user", "Name the user of the mailbox.")
	case s.MoveTo == s.Folder:
		return nil, core.InvalidField("move_to", "Mail that was taken in goes to another folder than it came from.")
	}
	return &Mailbox{settings: s, take: take, report: report}, nil
}

// Read takes in what is in the mailbox, and what comes, until ctx ends. A server
// that cannot be reached is tried again, at longer and longer intervals.
func (m *Mailbox) Read(ctx context.Context) {
	pause, failing := firstPause, false
	for ctx.Err() == nil {
		err := m.session(ctx, func() {
			if failing {
				m.report(nil)
			}
			pause, failing = firstPause, false
		})
		if ctx.Err() != nil {
			return
		}
		failing = true
		m.report(fmt.Errorf("mailbox %s: %w", m.settings.Name, err))
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
		case <-timer.C:
		}
		pause = min(2*pause, longPause)
	}
}

// session reads over one connection, until it breaks. good is called whenever
// everything there was has been taken in.
func (m *Mailbox) session(ctx context.Context, good func()) error {
	s, err := m.open(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	for {
		if err := s.takeAll(ctx); err != nil {
			return err
		}
		good()
		if err := s.wait(ctx); err != nil {
			return err
		}
	}
}

// session is one connection with the folder open.
type session struct {
	*Mailbox
	conn    *boundConn
	client  *imapclient.Client
	news    chan struct{} // the server said that something changed
	release func() bool
}

// boundConn breaks the connection when the server says nothing for too long.
// The library has bounds of its own for single answers; this one holds for all.
type boundConn struct {
	net.Conn
	ctx context.Context // when it ends, whatever is being said or awaited ends too
}

func (c *boundConn) bound(d time.Duration) {
	_ = c.Conn.SetDeadline(time.Now().Add(d))
	if c.ctx.Err() != nil { // perhaps a moment ago, and then its end was overwritten
		c.end()
	}
}

func (c *boundConn) end() { _ = c.Conn.SetDeadline(time.Unix(1, 0)) }

// SetReadDeadline and SetWriteDeadline leave our own bound in place.
func (c *boundConn) SetReadDeadline(time.Time) error  { return nil }
func (c *boundConn) SetWriteDeadline(time.Time) error { return nil }

// open connects, protects the connection, signs in and opens the folder.
func (m *Mailbox) open(ctx context.Context) (*session, error) {
	s, err := m.connect(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.enter(); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// connect connects and protects the connection.
func (m *Mailbox) connect(ctx context.Context) (*session, error) {
	address := net.JoinHostPort(m.settings.Host, strconv.Itoa(m.settings.Port))
	config := &tls.Config{ServerName: m.settings.Host, RootCAs: m.settings.Roots, MinVersion: tls.VersionTLS12}
	dialing, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	raw, err := dial(dialing, "tcp", address, m.settings.Security, config)
	if err != nil {
		return nil, err
	}
	s := &session{Mailbox: m, conn: &boundConn{raw, ctx}, news: make(chan struct{}, 1)}
	s.conn.bound(answerTime)
	s.release = context.AfterFunc(ctx, s.conn.end)
	options := &imapclient.Options{TLSConfig: config, UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(data *imapclient.UnilateralDataMailbox) {
			if data.NumMessages != nil {
				select {
				case s.news <- struct{}{}:
				default:
				}
			}
		},
	}}
	if m.settings.Security == StartTLS {
		s.client, err = imapclient.NewStartTLS(s.conn, options)
	} else {
		s.client = imapclient.New(s.conn, options)
		err = s.client.WaitGreeting()
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *session) enter() error {
	if err := s.client.Login(s.settings.Username, s.settings.Password).Wait(); err != nil {
		return fmt.Errorf("sign in as %s: %w", s.settings.Username, err)
	}
	if s.settings.MoveTo != "" {
		// It says no where the folder is there; moving will tell if it is not.
		_ = s.client.Create(s.settings.MoveTo, nil).Wait()
	}
	if _, err := s.client.Select(s.settings.Folder, nil).Wait(); err != nil {
		return fmt.Errorf("open the folder %s: %w", s.settings.Folder, err)
	}
	return nil
}

func (s *session) close() {
	s.release()
	if s.client != nil {
		_ = s.client.Close()
	}
	_ = s.conn.Close()
}

// takeAll takes in every mail that is in the folder, the oldest first. With a
// folder to move to that is all of it; else what is not read.
func (s *session) takeAll(ctx context.Context) error {
	s.conn.bound(answerTime)
	found, err := s.client.UIDSearch(s.unread(), nil).Wait()
	if err != nil {
		return fmt.Errorf("look for mail: %w", err)
	}
	var failed []error
	for _, uid := range found.AllUIDs() {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.conn.bound(answerTime)
		if err := s.takeOne(ctx, uid); err != nil {
			if s.client.State() != imap.ConnStateSelected {
				return err
			}
			// One mail that cannot be taken must not keep the others waiting.
			if failed = append(failed, err); len(failed) >= fetchAtOnce {
				break
			}
		}
	}
	return errors.Join(failed...)
}

// unread finds what has not been taken in.
func (m *Mailbox) unread() *imap.SearchCriteria {
	criteria := &imap.SearchCriteria{NotFlag: []imap.Flag{imap.FlagDeleted}}
	if m.settings.MoveTo == "" {
		criteria.NotFlag = append(criteria.NotFlag, imap.FlagSeen)
	}
	return criteria
}

// takeOne takes a mail in, and only then flags or moves it.
func (s *session) takeOne(ctx context.Context, uid imap.UID) error {
	set := imap.UIDSetNum(uid)
	sizes, err := s.client.Fetch(set, &imap.FetchOptions{UID: true, RFC822Size: true}).Collect()
	if err != nil {
		return fmt.Errorf("ask how large a mail is: %w", err)
	}
	if len(sizes) == 0 {
		return nil // somebody else moved it
	}
	m := Arrived{Size: sizes[0].RFC822Size, Cut: sizes[0].RFC822Size > correspondence.MaxMail}
	section := &imap.FetchItemBodySection{Peek: true}
	if m.Cut {
		section.Specifier = imap.PartSpecifierHeader
		section.Partial = &imap.SectionPartial{Size: maxHead}
	}
	s.conn.bound(answerTime)
	bodies, err := s.client.Fetch(set, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}}).Collect()
	if err != nil {
		return fmt.Errorf("fetch a mail: %w", err)
	}
	if len(bodies) == 0 || len(bodies[0].BodySection) == 0 {
		return nil
	}
	if m.Raw = bodies[0].BodySection[0].Bytes; len(m.Raw) > correspondence.MaxMail {
		m.Raw, m.Cut = m.Raw[:maxHead], true
	}
	if err := s.take(ctx, m); err != nil {
		return err
	}
	s.conn.bound(answerTime)
	if s.settings.MoveTo != "" {
		if _, err := s.client.Move(set, s.settings.MoveTo).Wait(); err != nil {
			return fmt.Errorf("move a mail that was taken in to %s: %w", s.settings.MoveTo, err)
		}
		return nil
	}
	seen := &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagSeen}}
	if err := s.client.Store(set, seen, nil).Close(); err != nil {
		return fmt.Errorf("mark a mail that was taken in as read: %w", err)
	}
	return nil
}

// wait returns when there may be mail: the server says so, or some time passed.
func (s *session) wait(ctx context.Context) error {
	s.conn.bound(answerTime)
	every := s.settings.Every
	if !s.client.Caps().Has(imap.CapIdle) {
		return s.poll(ctx, every)
	}
	idle, err := s.client.Idle()
	if err != nil {
		return s.poll(ctx, every)
	}
	// Mail that comes while nobody says so is found after idleTime all the same.
	s.conn.bound(idleTime + answerTime)
	timer := time.NewTimer(idleTime)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-s.client.Closed():
	case <-s.news:
	case <-timer.C:
	}
	s.conn.bound(answerTime)
	if err := idle.Close(); err != nil {
		return errors.Join(ctx.Err(), err)
	}
	return errors.Join(ctx.Err(), idle.Wait())
}

func (s *session) poll(ctx context.Context, every time.Duration) error {
	s.conn.bound(every + answerTime)
	timer := time.NewTimer(every)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-s.client.Closed():
		return errors.New("the mail server closed the connection")
	case <-s.news:
	case <-timer.C:
	}
	s.conn.bound(answerTime)
	return s.client.Noop().Wait()
}
