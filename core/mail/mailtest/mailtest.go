// Package mailtest runs a real SMTP server inside a test, on the loopback
// interface: it keeps what it is sent and can be told to refuse, to break off
// and to insist on TLS. It is for tests only.
package mailtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Mail is one message the server took, or was sent and broke off.
type Mail struct {
	From string
	To   []string
	Data []byte // headers and body, as they came over the wire
}

// Options say how the server behaves.
type Options struct {
	StartTLS bool   // offer STARTTLS with the test certificate
	TLS      bool   // speak TLS from the first byte
	Username string // insist on this name and Password
	Password string
}

// Server is a running SMTP server. Its hooks may be changed at any time.
type Server struct {
	Port  int
	Roots *x509.CertPool // trusts the test certificate

	mu     sync.Mutex
	onFrom func(from string) error
	onTo   func(to string) error
	onData func(Mail) error
	mails  []Mail
}

// ErrCut, returned by a hook, makes the server close the connection without
// an answer.
var ErrCut = errors.New("cut the connection")

// Refuse is an answer with a code and words.
func Refuse(code int, words string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.NoEnhancedCode, Message: words}
}

// Start runs a server until the test ends.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	s := &Server{}
	certificate, roots := certify(t)
	s.Roots = roots
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		one := &session{server: s, conn: c}
		if o.Username != "" {
			return &authSession{session: one, options: o}, nil
		}
		return one, nil
	}))
	server.Domain = "mail.test"
	server.ErrorLog = log.New(io.Discard, "", 0)
	server.ReadTimeout, server.WriteTimeout = 20*time.Second, 20*time.Second
	server.AllowInsecureAuth = !o.StartTLS && !o.TLS
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen for mail: %v", err)
	}
	s.Port = listener.Addr().(*net.TCPAddr).Port
	config := &tls.Config{Certificates: []tls.Certificate{certificate}}
	if o.StartTLS {
		server.TLSConfig = config
	}
	if o.TLS {
		listener = tls.NewListener(listener, config)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		_ = listener.Close() // which the server does not know of when the test ends before it serves
		<-done
	})
	return s
}

// OnFrom, OnTo and OnData set what happens at each step; nil accepts. A
// message is kept only if OnData accepts it or cuts the connection.
func (s *Server) OnFrom(f func(from string) error) { s.mu.Lock(); s.onFrom = f; s.mu.Unlock() }

// OnTo sets the hook for a recipient.
func (s *Server) OnTo(f func(to string) error) { s.mu.Lock(); s.onTo = f; s.mu.Unlock() }

// OnData sets the hook for a whole message.
func (s *Server) OnData(f func(Mail) error) { s.mu.Lock(); s.onData = f; s.mu.Unlock() }

// Mails lists what arrived, in order.
func (s *Server) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Mail(nil), s.mails...)
}

func (s *Server) hooks() (func(string) error, func(string) error, func(Mail) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.onFrom, s.onTo, s.onData
}

func (s *Server) keep(m Mail) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, m)
}

type session struct {
	server *Server
	conn   *smtp.Conn
	mail   Mail
}

func (s *session) Reset()        { s.mail = Mail{} }
func (s *session) Logout() error { return nil }

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.mail = Mail{From: from}
	hook, _, _ := s.server.hooks()
	return s.ask(hook, from)
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.mail.To = append(s.mail.To, to)
	_, hook, _ := s.server.hooks()
	return s.ask(hook, to)
}

func (s *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.mail.Data = data
	_, _, hook := s.server.hooks()
	if hook == nil {
		s.server.keep(s.mail)
		return nil
	}
	err = hook(s.mail)
	if err == nil || errors.Is(err, ErrCut) {
		s.server.keep(s.mail)
	}
	return s.answer(err)
}

func (s *session) ask(hook func(string) error, word string) error {
	if hook == nil {
		return nil
	}
	return s.answer(hook(word))
}

func (s *session) answer(err error) error {
	if errors.Is(err, ErrCut) {
		_ = s.conn.Conn().Close()
	}
	return err
}

// authSession is a session on a server that knows one user.
type authSession struct {
	*session
	options Options
	known   bool
}

func (s *authSession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *authSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		if username != s.options.Username || password != s.options.Password {
			return smtp.ErrAuthFailed
		}
		s.known = true
		return nil
	}), nil
}

func (s *authSession) Mail(from string, o *smtp.MailOptions) error {
	if !s.known {
		return smtp.ErrAuthRequired
	}
	return s.session.Mail(from, o)
}

// certify makes a certificate for 127.0.0.1 that trusts itself.
func certify(t testing.TB) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sheet := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, sheet, sheet, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}
