// Package mail is the only code that speaks SMTP and IMAP, and that takes mail
// apart. Outwards it hands one message at a time to the configured server and
// says truthfully what became of it; what is sent, when it is tried again and
// what is remembered is core/messages. Inwards ([Mailbox], [Parse]) it brings
// mail from mailboxes and says what stands in it; what becomes of that is
// core/correspondence and core/intake/mailbox.
//
// go-mail builds the message and opens the connection (STARTTLS, TLS,
// authentication). The transaction itself is spoken here, step by step, since
// what an error means depends on the step: before DATA nothing was sent, after
// it nobody knows.
package mail

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/messages"
)

// Security says how the connection to the server is protected.
type Security string

// The kinds of [Security].
const (
	StartTLS Security = "starttls" // begin in the clear, insist on TLS before anything is said; usually port 587
	TLS      Security = "tls"      // TLS from the first byte; usually port 465
	Plain    Security = "none"     // no protection: for a relay on the same machine
)

// Settings say which server takes our mail and how it is signed.
type Settings struct {
	Host     string
	Port     int // 0 means the usual one: 587, 465 or 25
	Security Security
	Username string // "" for no authentication
	Password string
	Hello    string         // how we introduce ourselves; "" for the machine's name
	Timeout  time.Duration  // of every step but the last; 0 means 30 seconds
	Roots    *x509.CertPool // whom to believe; nil for the machine's own list

	From     string // the address all mail comes from
	FromName string
	ReplyTo  string // where answers go; "" for From
}

// dataTimeout is how long the server may take to accept a message: it may be
// scanning it. RFC 5321 asks for ten minutes; a council's own relay needs less,
// and a message must not outlast its claim in the outbox.
const dataTimeout = 3 * time.Minute

// Sender implements [messages.Sender] over SMTP, one connection per message.
type Sender struct {
	settings Settings
}

var _ messages.Sender = (*Sender)(nil)

// New checks the settings. It does not connect: see [Sender.Check].
func New(s Settings) (*Sender, error) {
	s.Security = cmp.Or(s.Security, StartTLS)
	s.Timeout = cmp.Or(s.Timeout, 30*time.Second)
	s.Port = cmp.Or(s.Port, map[Security]int{StartTLS: 587, TLS: 465, Plain: 25}[s.Security])
	switch {
	case s.Host == "":
		return nil, core.InvalidField("host", "Name the mail server.")
	case s.Port < 1 || s.Port > 65535:
		return nil, core.InvalidField("port", "The port of the mail server is a number from 1 to 65535.")
	case s.Security != StartTLS && s.Security != TLS && s.Security != Plain:
		return nil, core.InvalidField("security", "The mail server's security is %q, %q or %q.", StartTLS, TLS, Plain)
	}
	if _, err := core.ParseEmail(s.From); err != nil {
		return nil, core.InvalidField("from", "The address mail is sent from is not an email address.")
	}
	if s.ReplyTo != "" {
		if _, err := core.ParseEmail(s.ReplyTo); err != nil {
			return nil, core.InvalidField("reply_to", "The address for answers is not an email address.")
		}
	}
	return &Sender{settings: s}, nil
}

// Domain is the part of the sending address after the @, for Message-IDs.
func (s *Sender) Domain() string {
	_, domain, _ := strings.Cut(s.settings.From, "@")
	return domain
}

// Check connects, introduces and authenticates itself, and leaves again.
func (s *Sender) Check(ctx context.Context) error {
	conversation, err := s.connect(ctx)
	if err != nil {
		return core.Unavailable(err, "The mail server at %s does not answer as expected: %s.", s.address(), strings.TrimSuffix(hidden(words(err), s.settings.Password), "."))
	}
	defer conversation.hangUp()
	return nil
}

// Send implements [messages.Sender]. Cancelling ctx stops it until begin has
// returned; from then on the message is finished within a few minutes rather
// than left in doubt.
func (s *Sender) Send(ctx context.Context, m core.Message, begin func(context.Context) error) messages.Receipt {
	text, err := s.write(m)
	if err != nil {
		return messages.Receipt{Settled: messages.Refused, Detail: err.Error()}
	}
	conversation, err := s.connect(ctx)
	if err != nil {
		// The server's refusal of us is no refusal of the message: somebody
		// will correct the password, and the message is still to go.
		return messages.Receipt{Settled: messages.TryAgain, Detail: words(err)}
	}
	defer conversation.hangUp()
	receipt := conversation.tell(ctx, s.settings.From, m.To, text, begin)
	receipt.Server = s.settings.Host
	return receipt
}

func (s *Sender) address() string {
	return net.JoinHostPort(s.settings.Host, strconv.Itoa(s.settings.Port))
}

// connect dials, protects the connection and authenticates.
func (s *Sender) connect(ctx context.Context) (*conversation, error) {
	var conn net.Conn
	client, err := gomail.NewClient(s.settings.Host, s.options(&conn)...)
	if err != nil {
		return nil, err
	}
	speaker, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		if conn != nil {
			_ = conn.Close() // the library leaves it open when the greeting fails
		}
		return nil, err
	}
	talk := &conversation{conn: conn, smtp: speaker, timeout: s.settings.Timeout}
	talk.release = context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	return talk, nil
}

func (s *Sender) options(conn *net.Conn) []gomail.Option {
	config := &tls.Config{ServerName: s.settings.Host, RootCAs: s.settings.Roots, MinVersion: tls.VersionTLS12}
	options := []gomail.Option{
		gomail.WithPort(s.settings.Port),
		gomail.WithTimeout(s.settings.Timeout),
		gomail.WithTLSConfig(config),
		gomail.WithDialContextFunc(func(ctx context.Context, network, address string) (net.Conn, error) {
			dialed, err := dial(ctx, network, address, s.settings.Security, config)
			*conn = dialed
			return dialed, err
		}),
	}
	switch s.settings.Security {
	case TLS:
		options = append(options, gomail.WithSSL())
	case Plain:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.settings.Hello != "" {
		options = append(options, gomail.WithHELO(s.settings.Hello))
	}
	if s.settings.Username != "" {
		options = append(options,
			gomail.WithUsername(s.settings.Username), gomail.WithPassword(s.settings.Password),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1,
				gomail.SMTPAuthPlain, gomail.SMTPAuthLogin, gomail.SMTPAuthCramMD5))
	}
	return options
}

func dial(ctx context.Context, network, address string, security Security, config *tls.Config) (net.Conn, error) {
	if security == TLS {
		return (&tls.Dialer{Config: config}).DialContext(ctx, network, address)
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}

// conversation is one connection to the server, authenticated.
type conversation struct {
	conn    net.Conn
	smtp    *smtp.Client
	timeout time.Duration
	release func() bool // lets go of the context that could interrupt
	silent  bool        // nothing more may be said: it would end a half-told message
}

// tell speaks one mail transaction.
func (t *conversation) tell(ctx context.Context, from, to string, text []byte, begin func(context.Context) error) messages.Receipt {
	if err := t.smtp.UpdateDeadline(t.timeout); err != nil {
		return again(err)
	}
	if err := t.smtp.Mail("<" + from + ">"); err != nil {
		return beforeText(err)
	}
	if err := t.smtp.Rcpt("<" + to + ">"); err != nil {
		return beforeText(err)
	}
	if err := ctx.Err(); err != nil {
		return again(err)
	}
	if err := begin(ctx); err != nil {
		return again(err)
	}
	// From here on the message is finished rather than left in doubt.
	t.release()
	if err := ctx.Err(); err != nil {
		return again(err)
	}
	if err := t.smtp.UpdateDeadline(dataTimeout); err != nil {
		return again(err)
	}
	return t.hand(text)
}

// hand gives the server the text and waits for its answer.
func (t *conversation) hand(text []byte) messages.Receipt {
	w, err := t.smtp.Data()
	if err != nil {
		return beforeText(err)
	}
	if _, err := w.Write(text); err != nil {
		// Without its final dot a message does not count, so none may follow.
		t.silent = true
		return again(err)
	}
	if err := w.Close(); err != nil {
		t.silent = true
		var said *textproto.Error
		if errors.As(err, &said) {
			return judge(said)
		}
		return messages.Receipt{Settled: messages.Uncertain, Detail: words(err)}
	}
	receipt := messages.Receipt{Settled: messages.Accepted}
	if w, ok := w.(*smtp.DataCloser); ok {
		receipt.Detail = clean(w.ServerResponse(), maxDetail)
	}
	return receipt
}

// hangUp says goodbye where that is safe and closes the connection.
func (t *conversation) hangUp() {
	t.release()
	if !t.silent && t.smtp.UpdateDeadline(5*time.Second) == nil {
		_ = t.smtp.Quit()
	}
	_ = t.conn.Close()
}

func again(err error) messages.Receipt {
	return messages.Receipt{Settled: messages.TryAgain, Detail: words(err)}
}

// beforeText judges an error of a step at which no text had been sent.
func beforeText(err error) messages.Receipt {
	var said *textproto.Error
	if errors.As(err, &said) {
		return judge(said)
	}
	return again(err)
}

// judge reads the server's answer. 530 and 535 ask us to authenticate: that is
// about the settings, not about the message.
func judge(said *textproto.Error) messages.Receipt {
	detail := clean(fmt.Sprintf("%d %s", said.Code, said.Msg), maxDetail)
	if said.Code >= 500 && said.Code < 600 && said.Code != 530 && said.Code != 535 {
		return messages.Receipt{Settled: messages.Refused, Detail: detail}
	}
	return messages.Receipt{Settled: messages.TryAgain, Detail: detail}
}

// words says what went wrong, for the outbox page.
func words(err error) string {
	var said *textproto.Error
	var timeout net.Error
	switch {
	case errors.As(err, &said):
		return clean(fmt.Sprintf("%d %s", said.Code, said.Msg), maxDetail)
	case errors.Is(err, context.Canceled):
		return "stopped before it was sent"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "the mail server did not answer in time"
	}
	return clean(err.Error(), maxDetail)
}
