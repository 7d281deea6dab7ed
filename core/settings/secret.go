package settings

import (
	"log/slog"
	"net/url"
	"regexp"
	"strings"
)

const masked = "********"

// Secret is a word that must not be printed. Whatever prints it prints a mask;
// string(secret) is the word itself.
type Secret string

// String implements fmt.Stringer.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return masked
}

// GoString implements fmt.GoStringer, for %#v.
func (s Secret) GoString() string { return s.String() }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText implements encoding.TextMarshaler, for JSON.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// DatabaseURL is a connection string, as a URL or as keywords. Printed, its
// password is masked; string(url) is the whole.
type DatabaseURL string

var keywordPassword = regexp.MustCompile(`(?i)(password\s*=\s*)('(?:\\.|[^'])*'|\S+)`)

// String implements fmt.Stringer.
func (d DatabaseURL) String() string {
	text := string(d)
	if !strings.Contains(text, "://") {
		return keywordPassword.ReplaceAllString(text, "${1}"+masked)
	}
	address, err := url.Parse(text)
	if err != nil {
		return masked
	}
	if _, has := address.User.Password(); has {
		address.User = url.UserPassword(address.User.Username(), masked)
	}
	query := address.Query()
	for name := range query {
		if strings.Contains(strings.ToLower(name), "password") {
			query.Set(name, masked)
		}
	}
	address.RawQuery = query.Encode()
	return address.String()
}

// GoString implements fmt.GoStringer, for %#v.
func (d DatabaseURL) GoString() string { return d.String() }

// LogValue implements slog.LogValuer.
func (d DatabaseURL) LogValue() slog.Value { return slog.StringValue(d.String()) }

// MarshalText implements encoding.TextMarshaler, for JSON.
func (d DatabaseURL) MarshalText() ([]byte, error) { return []byte(d.String()), nil }
