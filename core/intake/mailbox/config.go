package mailbox

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/correspondence"
)

// Config is what an installation says of mail that comes in: a file in YAML, read
// once when the program starts.
type Config struct {
	ReplyAddress string     `yaml:"reply_address"` // where messages are answered to, with a token behind a plus sign
	Sorters      []string   `yaml:"sorters"`       // keys of the groups that sort what waits
	Acknowledge  bool       `yaml:"acknowledge"`   // tells senders of replies that wait for a person that they came
	Mailboxes    []Settings `yaml:"mailboxes"`
}

// Settings are what is said of one mailbox.
type Settings struct {
	Key string `yaml:"key"` // names it in the log, in the tray, and for programs that bring mail

	// Where it is read over IMAP. Without a host nobody reads it: a program
	// brings its mail.
	Host         string `yaml:"host"`
	Port         int    `yaml:"port"`
	TLS          string `yaml:"tls"` // implicit, starttls or none
	User         string `yaml:"user"`
	Password     string `yaml:"password"`
	PasswordFile string `yaml:"password_file"`
	Folder       string `yaml:"folder"`
	MoveTo       string `yaml:"move_to"`

	// Secret lets a program bring mail by POST; "" lets none.
	Secret     string `yaml:"secret"`
	SecretFile string `yaml:"secret_file"`

	// Raise says which case mail raises that answers nothing; "" lets a person
	// look at it.
	Raise *Rule `yaml:"raise"`
}

// Rule says what mail that answers nothing becomes.
type Rule struct {
	Type     string `yaml:"type"` // key of a case type
	Subtype  string `yaml:"subtype"`
	Group    string `yaml:"group"`
	Priority string `yaml:"priority"`
}

// maxConfig is more than any such file needs, in bytes.
const maxConfig = 1 << 20

// minSecret is the least length of a secret, in letters.
const minSecret = 16

var (
	keyForm  = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)
	nameForm = regexp.MustCompile(`^[a-z0-9._-]+$`)
)

// ReadFile reads the file and the secrets that it names the files of. The error
// names everything that is wrong.
func ReadFile(path string) (Config, error) {
	file, err := os.Open(path)
	if err != nil {
		return Config{}, fmt.Errorf("open the file of mailboxes: %w", err)
	}
	defer file.Close()
	c, err := Read(file)
	if err != nil {
		return c, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// Read reads a configuration; unknown words in it are mistakes.
func Read(r io.Reader) (Config, error) {
	var c Config
	d := yaml.NewDecoder(io.LimitReader(r, maxConfig))
	d.KnownFields(true)
	if err := d.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		return c, err
	}
	var problems []error
	complain := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if c.ReplyAddress != "" {
		c.ReplyAddress = c.checkReplies(complain)
	}
	seen := map[string]bool{}
	for i := range c.Mailboxes {
		m := &c.Mailboxes[i]
		if !keyForm.MatchString(m.Key) || seen[m.Key] {
			complain("mailbox %d: its key is a short word of small letters, digits and dashes that no other mailbox has", i+1)
		}
		seen[m.Key] = true
		m.check(func(format string, args ...any) { complain("mailbox "+m.Key+": "+format, args...) })
	}
	return c, errors.Join(problems...)
}

func (c Config) checkReplies(complain func(string, ...any)) string {
	address, err := core.ParseEmail(c.ReplyAddress)
	if err != nil {
		complain("reply_address: %q is not an email address", c.ReplyAddress)
		return ""
	}
	if name, _, _ := strings.Cut(address, "@"); len(name) > correspondence.MaxReplyName || !nameForm.MatchString(name) {
		complain("reply_address: what stands before the @ has %d letters at most and no plus sign, because a token is put behind it", correspondence.MaxReplyName)
	}
	return address
}

func (m *Settings) check(complain func(string, ...any)) {
	for _, s := range []struct {
		name string
		into *string
		file string
	}{{"password", &m.Password, m.PasswordFile}, {"secret", &m.Secret, m.SecretFile}} {
		if s.file == "" {
			continue
		}
		if *s.into != "" {
			complain("it has a %s and a file of one; choose one of them", s.name)
		}
		text, err := os.ReadFile(s.file)
		if err != nil {
			complain("read its %s: %v", s.name, err)
		}
		*s.into = strings.TrimSpace(string(text))
	}
	switch {
	case m.Host == "" && m.Secret == "":
		complain("it needs a host to be read at, or a secret with which mail is brought")
	case m.Host != "" && (m.User == "" || m.Password == ""):
		complain("it needs a user and a password")
	case m.TLS != "" && m.TLS != "implicit" && m.TLS != "starttls" && m.TLS != "none":
		complain("tls is implicit, starttls or none")
	case m.Host != "" && m.TLS == "none" && m.Host != "127.0.0.1" && m.Host != "::1" && m.Host != "localhost":
		complain("a password is not sent unencrypted to another machine")
	case m.Port < 0 || m.Port > 65535:
		complain("%d is not a port", m.Port)
	}
	if m.Secret != "" && len(m.Secret) < minSecret {
		complain("its secret is shorter than %d letters, and could be guessed", minSecret)
	}
	if m.Raise != nil && m.Raise.Type == "" {
		complain("raise names no case type")
	}
}

// Mailbox finds what is said of a mailbox.
func (c Config) Mailbox(key string) (Settings, bool) {
	for _, m := range c.Mailboxes {
		if m.Key == key {
			return m, true
		}
	}
	return Settings{}, false
}
