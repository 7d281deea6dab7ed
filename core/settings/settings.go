// Package settings is everything that can be set when Casement starts: one
// struct, read once from flags and environment, checked, and passed down as
// values. It prints itself with the secrets masked.
//
// What an administrator changes while it runs (case types, calendars,
// templates) is not here but in the database.
package settings

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
)

// Settings are read by kong: each field is a flag and an environment variable,
// the flag being the stronger. After reading, [Settings.Finish] must be called.
type Settings struct {
	Listen    string `help:"Address and port to listen on." default:"127.0.0.1:8080" env:"CASEMENT_LISTEN" placeholder:"HOST:PORT"`
	PublicURL string `help:"Address people reach this installation at; in mails and cookies. Default: the listening address." env:"CASEMENT_PUBLIC_URL" placeholder:"URL"`
	DataDir   string `help:"Directory of everything kept outside the database, and of the private database." default:".data" env:"CASEMENT_DATA_DIR" placeholder:"DIR"`

	DatabaseURL DatabaseURL `help:"PostgreSQL to use, 15 or newer. Default: a private one in the data directory." env:"DATABASE_URL,CASEMENT_DATABASE_URL" placeholder:"URL"`
	PostgresBin string      `help:"Directory of PostgreSQL's programs for the private database. Default: looked for." env:"CASEMENT_POSTGRES_BIN" placeholder:"DIR"`
	NodeModules string      `help:"Directory of npm packages, where PostgreSQL's programs may be." default:"web/assets/node_modules" env:"CASEMENT_NODE_MODULES" placeholder:"DIR" hidden:""`

	FilesDir       string `help:"Directory of attachments. Default: files in the data directory." env:"CASEMENT_FILES_DIR" placeholder:"DIR"`
	PluginCacheDir string `help:"Directory of compiled plugins; may be deleted at any time. Default: plugin-cache in the data directory." env:"CASEMENT_PLUGIN_CACHE_DIR" placeholder:"DIR"`

	SMTP SMTP `embed:"" prefix:"smtp-" envprefix:"CASEMENT_SMTP_"`

	Mailboxes string `help:"YAML file that says which mailboxes are read, and what becomes of their mail. Without one, no mail comes in." env:"CASEMENT_MAILBOXES" placeholder:"FILE"`

	Search  Search  `embed:"" prefix:"meilisearch-" envprefix:"CASEMENT_MEILISEARCH_"`
	Map     Map     `embed:"" prefix:"map-" envprefix:"CASEMENT_MAP_"`
	Tracing Tracing `embed:"" prefix:"traces-" envprefix:"CASEMENT_TRACES_"`

	Webhooks Webhooks `embed:"" prefix:"webhooks-" envprefix:"CASEMENT_WEBHOOKS_"`

	SecretKey      Secret        `help:"32 bytes in hexadecimal (64 digits) that sign links and protect sessions. Default: made on the first start, in the data directory." env:"CASEMENT_SECRET_KEY" placeholder:"HEX"`
	SecureCookies  string        `help:"Send cookies over https only: ${enum}. auto: if the public address is https." enum:"auto,always,never" default:"auto" env:"CASEMENT_SECURE_COOKIES"`
	SessionIdle    time.Duration `help:"A session ends when unused for so long." default:"8h" env:"CASEMENT_SESSION_IDLE"`
	SessionLife    time.Duration `help:"A session ends at this age in any case." default:"168h" env:"CASEMENT_SESSION_LIFE"`
	TrustedProxies []string      `help:"Addresses or networks whose X-Forwarded-* headers are believed." env:"CASEMENT_TRUSTED_PROXIES" placeholder:"CIDR"`

	DrainTime    time.Duration `help:"How long the server goes on answering, as one that is not ready, when it is told to stop: longer than a load balancer needs to notice. It stops sooner once nobody is connected." default:"3s" env:"CASEMENT_DRAIN_TIME"`
	MetricsToken Secret        `help:"Opens /metrics from anywhere, as a bearer token of 16 letters at least. Default: this machine alone may read it, and not through a proxy." env:"CASEMENT_METRICS_TOKEN" placeholder:"TOKEN"`

	LogFormat string `help:"How to log: ${enum}." enum:"text,json" default:"text" env:"CASEMENT_LOG_FORMAT"`
	LogLevel  string `help:"What to log: ${enum} and worse." enum:"debug,info,warn,error" default:"info" env:"CASEMENT_LOG_LEVEL"`

	Dev       bool   `help:"For developing Casement: templates are read again, the gallery is shown." env:"CASEMENT_DEV"`
	Test      bool   `help:"A test installation: its clock may be moved. Never with real cases." env:"CASEMENT_TEST"`
	ClockFile string `help:"File that moves the clock of a test installation: an instant (RFC 3339) or an offset such as +72h." env:"CASEMENT_CLOCK_FILE" placeholder:"FILE"`
}

// SMTP is the server that mails leave through. Without a host they stay in the
// outbox, where they can be read.
type SMTP struct {
	Host     string `help:"Mail server. Without one, mails stay in the outbox." env:"HOST"`
	Port     int    `help:"Port of the mail server." default:"587" env:"PORT"`
	User     string `help:"User at the mail server." env:"USER"`
	Password Secret `help:"Password at the mail server." env:"PASSWORD"`
	From     string `help:"Sender of mails, such as \"Anytown Council <cases@example.org>\"." env:"FROM"`
	TLS      string `help:"Encryption: ${enum}." enum:"starttls,implicit,none" default:"starttls" env:"TLS" name:"tls"`
}

// Search is the engine beside PostgreSQL. Without an address PostgreSQL
// answers searches alone.
type Search struct {
	URL   string `help:"Meilisearch server, such as http://127.0.0.1:7700. Default: PostgreSQL answers searches." env:"URL" placeholder:"URL" name:"url"`
	Key   Secret `help:"Key for the Meilisearch server, with every right on the indexes whose names begin as below." env:"KEY"`
	Index string `help:"How the names of the indexes there begin." default:"casement" env:"INDEX"`
}

// Configured tells whether Meilisearch is to answer searches.
func (s Search) Configured() bool { return s.URL != "" }

// Map is what lies under cases on maps. Without either a country outline
// stands in, and says so.
type Map struct {
	Tiles       string `help:"Tile server, such as https://tiles.example.org/{z}/{x}/{y}.png." env:"TILES" placeholder:"URL"`
	File        string `help:"PMTiles file of the organisation's own, served by Casement itself." env:"FILE" placeholder:"FILE"`
	Attribution string `help:"Whose map it is, shown on it." env:"ATTRIBUTION" placeholder:"TEXT"`
	Home        string `help:"Where maps begin, such as 54.978,-1.617,12: latitude, longitude, zoom. Default: the whole of the file, or the world." env:"HOME" placeholder:"LAT,LNG,ZOOM"`
}

// Begin is where maps begin: a point and a zoom level. ok is false when
// nothing says so.
func (m Map) Begin() (at core.Point, zoom int, ok bool, err error) {
	if m.Home == "" {
		return at, 0, false, nil
	}
	parts := strings.Split(m.Home, ",")
	if len(parts) == 3 {
		lat, latErr := strconv.ParseFloat(strings.TrimSpace(parts[0]), 64)
		lng, lngErr := strconv.ParseFloat(strings.TrimSpace(parts[1]), 64)
		zoom, zoomErr := strconv.Atoi(strings.TrimSpace(parts[2]))
		at = core.Point{Lat: lat, Lng: lng}
		if latErr == nil && lngErr == nil && zoomErr == nil && at.Valid() && zoom >= core.MinZoom && zoom <= core.MaxZoom {
			return at, zoom, true, nil
		}
	}
	return core.Point{}, 0, false, fmt.Errorf("%q is not a latitude, a longitude and a zoom level from %d to %d", m.Home, core.MinZoom, core.MaxZoom)
}

// Tracing is where traces go. Without an address there are none.
type Tracing struct {
	Endpoint string  `help:"OpenTelemetry collector that takes OTLP over HTTP, such as http://127.0.0.1:4318." env:"ENDPOINT" placeholder:"URL"`
	Share    float64 `help:"Share of requests that are traced, 0 to 1." default:"0.1" env:"SHARE"`
}

// Webhooks is where other systems may be told of what happens. Without either
// they are told by https at public addresses alone.
type Webhooks struct {
	Private bool `help:"Let webhooks reach addresses in private networks." env:"PRIVATE"`
	HTTP    bool `help:"Let webhooks be sent without encryption, by http." env:"HTTP" name:"http"`
}

// Configured tells whether mails are really sent.
func (s SMTP) Configured() bool { return s.Host != "" }

// Read reads flags and environment without a command around them. Programs
// with commands embed [Settings] in kong's grammar and call Finish themselves.
func Read(args []string) (*Settings, error) {
	var s Settings
	parser, err := kong.New(&s, kong.Name("casement"))
	if err != nil {
		return nil, fmt.Errorf("describe the settings: %w", err)
	}
	if _, err := parser.Parse(args); err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	return &s, s.Finish()
}

// Finish fills in what follows from other settings and checks all of them. The
// error names every setting that is wrong. It touches nothing on the disk.
func (s *Settings) Finish() error {
	if s.FilesDir == "" {
		s.FilesDir = filepath.Join(s.DataDir, "files")
	}
	if s.PluginCacheDir == "" {
		s.PluginCacheDir = filepath.Join(s.DataDir, "plugin-cache")
	}
	var problems []error
	complain := func(name, format string, args ...any) {
		problems = append(problems, fmt.Errorf("%s: %s", name, fmt.Sprintf(format, args...)))
	}
	s.checkAddresses(complain)
	s.checkSecurity(complain)
	s.checkMail(complain)
	s.checkMap(complain)
	s.checkTracing(complain)
	if s.DatabaseURL != "" {
		// pgx masks the password in its error.
		if _, err := pgx.ParseConfig(string(s.DatabaseURL)); err != nil {
			complain("DATABASE_URL", "cannot be read: %v", err)
		}
	}
	if s.DataDir == "" {
		complain("CASEMENT_DATA_DIR", "is empty")
	}
	if s.ClockFile != "" && !s.Test {
		complain("CASEMENT_CLOCK_FILE", "only a test installation (CASEMENT_TEST=true) lets its clock be moved")
	}
	return errors.Join(problems...)
}

type complainer func(name, format string, args ...any)

func (s *Settings) checkAddresses(complain complainer) {
	host, port, err := net.SplitHostPort(s.Listen)
	if err != nil {
		complain("CASEMENT_LISTEN", "%q is not HOST:PORT", s.Listen)
		return
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n > 65535 {
		complain("CASEMENT_LISTEN", "%q is not a port", port)
	}
	if s.PublicURL == "" {
		if address, err := netip.ParseAddr(host); host == "" || err == nil && address.IsUnspecified() {
			host = "localhost"
		}
		s.PublicURL = "http://" + net.JoinHostPort(host, port)
	}
	s.PublicURL = strings.TrimSuffix(s.PublicURL, "/")
	address, err := url.Parse(s.PublicURL)
	switch {
	case err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https":
		complain("CASEMENT_PUBLIC_URL", "%q is not an address that begins with http:// or https://", s.PublicURL)
	case address.Path != "" || address.RawQuery != "" || address.Fragment != "" || address.User != nil:
		complain("CASEMENT_PUBLIC_URL", "%q must end after the host; Casement is not served below a path", s.PublicURL)
	}
}

func (s *Settings) checkSecurity(complain complainer) {
	if s.SecretKey != "" {
		if _, err := parseKey(string(s.SecretKey)); err != nil {
			complain("CASEMENT_SECRET_KEY", "%v", err)
		}
	}
	if s.SessionIdle < time.Minute || s.SessionLife < s.SessionIdle {
		complain("CASEMENT_SESSION_IDLE", "must be a minute at least, and no longer than CASEMENT_SESSION_LIFE")
	}
	if _, err := s.Proxies(); err != nil {
		complain("CASEMENT_TRUSTED_PROXIES", "%v", err)
	}
	if s.MetricsToken != "" && len(s.MetricsToken) < minToken {
		complain("CASEMENT_METRICS_TOKEN", "is shorter than %d letters, and could be guessed", minToken)
	}
	if s.DrainTime < 0 || s.DrainTime > maxDrain {
		complain("CASEMENT_DRAIN_TIME", "must be between 0 and %s", maxDrain)
	}
}

const (
	minToken = 16
	maxDrain = 5 * time.Minute
)

func (s *Settings) checkTracing(complain complainer) {
	if s.Tracing.Endpoint != "" {
		address, err := url.Parse(s.Tracing.Endpoint)
		if err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https" {
			complain("CASEMENT_TRACES_ENDPOINT", "%q is not an address that begins with http:// or https://", s.Tracing.Endpoint)
		}
	}
	if s.Tracing.Share < 0 || s.Tracing.Share > 1 {
		complain("CASEMENT_TRACES_SHARE", "%g is not between 0 and 1", s.Tracing.Share)
	}
}

func (s *Settings) checkMail(complain complainer) {
	if !s.SMTP.Configured() {
		return
	}
	if _, err := mail.ParseAddress(s.SMTP.From); err != nil {
		complain("CASEMENT_SMTP_FROM", "%q is not a mail address", s.SMTP.From)
	}
	if s.SMTP.Port < 1 || s.SMTP.Port > 65535 {
		complain("CASEMENT_SMTP_PORT", "%d is not a port", s.SMTP.Port)
	}
	if s.SMTP.Password != "" && s.SMTP.TLS == "none" && !isLoopback(s.SMTP.Host) {
		complain("CASEMENT_SMTP_TLS", "a password is not sent unencrypted to another machine")
	}
}

func (s *Settings) checkMap(complain complainer) {
	if s.Map.Tiles != "" && s.Map.File != "" {
		complain("CASEMENT_MAP_TILES", "a tile server and a map file are set; choose one of them")
	}
	if s.Map.Tiles != "" {
		for _, part := range []string{"{z}", "{x}", "{y}"} {
			if !strings.Contains(s.Map.Tiles, part) {
				complain("CASEMENT_MAP_TILES", "%q lacks %s", s.Map.Tiles, part)
			}
		}
		address, err := url.Parse(strings.NewReplacer("{", "", "}", "").Replace(s.Map.Tiles))
		if err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https" || strings.ContainsAny(address.Host, "; ,'\"") {
			complain("CASEMENT_MAP_TILES", "%q is not an address that begins with http:// or https://", s.Map.Tiles)
		} else if strings.Contains(s.Map.Tiles, "{s}") {
			complain("CASEMENT_MAP_TILES", "{s} is not supported: name one server")
		}
	}
	if _, _, _, err := s.Map.Begin(); err != nil {
		complain("CASEMENT_MAP_HOME", "%v", err)
	}
}

// Secure tells whether cookies are for https only.
func (s *Settings) Secure() bool {
	return s.SecureCookies == "always" || s.SecureCookies == "auto" && strings.HasPrefix(s.PublicURL, "https://")
}

// Proxies are the networks whose forwarding headers are believed.
func (s *Settings) Proxies() ([]netip.Prefix, error) {
	var networks []netip.Prefix
	for _, text := range s.TrustedProxies {
		text = strings.TrimSpace(text)
		if address, err := netip.ParseAddr(text); err == nil {
			networks = append(networks, netip.PrefixFrom(address, address.BitLen()))
			continue
		}
		network, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("%q is neither an address nor a network", text)
		}
		networks = append(networks, network.Masked())
	}
	return networks, nil
}

// Warnings are sentences about what is allowed but unwise.
func (s *Settings) Warnings() []string {
	var warnings []string
	host, _, err := net.SplitHostPort(s.Listen)
	if err == nil && !isLoopback(host) && !s.Secure() {
		warnings = append(warnings, "Other machines can reach this installation, and its cookies travel unencrypted: put it behind https and set CASEMENT_PUBLIC_URL.")
	}
	if s.Test {
		warnings = append(warnings, "This is a test installation: its clock can be moved.")
	}
	return warnings
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}

// String prints every setting on a line of its own, secrets masked.
func (s *Settings) String() string {
	var b strings.Builder
	write(&b, "", reflect.ValueOf(*s))
	return b.String()
}

func write(b *strings.Builder, prefix string, group reflect.Value) {
	for i := range group.NumField() {
		name, value := prefix+group.Type().Field(i).Name, group.Field(i)
		if value.Kind() == reflect.Struct {
			write(b, name+".", value)
			continue
		}
		fmt.Fprintf(b, "%s = %v\n", name, value.Interface())
	}
}
