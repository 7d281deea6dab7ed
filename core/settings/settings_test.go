package settings_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core/settings"
)

func TestWithoutAnythingSetTheDefaultsServeOneMachine(t *testing.T) {
	withoutEnvironment(t)
	s := read(t)
	if s.Listen != "127.0.0.1:8080" || s.PublicURL != "http://127.0.0.1:8080" || s.DataDir != ".data" {
		t.Errorf("settings:\n%v", s)
	}
	if s.Secure() || s.SMTP.Configured() || len(s.Warnings()) != 0 {
		t.Errorf("secure %v, mail %v, warnings %v", s.Secure(), s.SMTP.Configured(), s.Warnings())
	}
	if s.FilesDir != ".data/files" || s.PluginCacheDir != ".data/plugin-cache" {
		t.Errorf("files in %s, plugins in %s", s.FilesDir, s.PluginCacheDir)
	}
}

func TestAFlagIsStrongerThanTheEnvironment(t *testing.T) {
	withoutEnvironment(t)
	t.Setenv("CASEMENT_LISTEN", "127.0.0.1:1111")
	t.Setenv("CASEMENT_SMTP_HOST", "mail.example.org")
	t.Setenv("CASEMENT_SMTP_FROM", "Anytown Council <cases@example.org>")
	t.Setenv("DATABASE_URL", "postgres://u:p@db/x")
	s := read(t, "--listen=127.0.0.1:2222", "--smtp-port=25", "--trusted-proxies=10.0.0.0/8,::1")
	if s.Listen != "127.0.0.1:2222" || s.SMTP.Host != "mail.example.org" || s.SMTP.Port != 25 {
		t.Errorf("settings:\n%v", s)
	}
	if string(s.DatabaseURL) != "postgres://u:p@db/x" {
		t.Errorf("database %s", string(s.DatabaseURL))
	}
	proxies, err := s.Proxies()
	if err != nil || fmt.Sprint(proxies) != "[10.0.0.0/8 ::1/128]" {
		t.Errorf("proxies %v, %v", proxies, err)
	}
}

func TestCookiesAreSecureWhenThePublicAddressIs(t *testing.T) {
	withoutEnvironment(t)
	for _, test := range []struct {
		args   []string
		secure bool
	}{
		{[]string{"--public-url=https://cases.example.org/"}, true},
		{[]string{"--public-url=http://cases.example.org"}, false},
		{[]string{"--secure-cookies=always"}, true},
		{[]string{"--public-url=https://cases.example.org", "--secure-cookies=never"}, false},
	} {
		if s := read(t, test.args...); s.Secure() != test.secure {
			t.Errorf("%v: secure = %v", test.args, s.Secure())
		}
	}
}

func TestListeningEverywhereIsWarnedOfAndReachedAsLocalhost(t *testing.T) {
	withoutEnvironment(t)
	for _, listen := range []string{":8080", "0.0.0.0:8080", "[::]:8080"} {
		s := read(t, "--listen="+listen)
		if s.PublicURL != "http://localhost:8080" {
			t.Errorf("%s: public address %s", listen, s.PublicURL)
		}
		if len(s.Warnings()) != 1 {
			t.Errorf("%s: warnings %v", listen, s.Warnings())
		}
	}
}

func TestWhatIsWrongIsRefusedByName(t *testing.T) {
	withoutEnvironment(t)
	for _, test := range []struct{ args, name string }{
		{"--listen=8080", "CASEMENT_LISTEN"},
		{"--listen=localhost:http8", "CASEMENT_LISTEN"},
		{"--listen=localhost:70000", "CASEMENT_LISTEN"},
		{"--public-url=cases.example.org", "CASEMENT_PUBLIC_URL"},
		{"--public-url=ftp://cases.example.org", "CASEMENT_PUBLIC_URL"},
		{"--public-url=https://example.org/cases", "CASEMENT_PUBLIC_URL"},
		{"--public-url=https://u:p@example.org", "CASEMENT_PUBLIC_URL"},
		{"--secret-key=abc", "CASEMENT_SECRET_KEY"},
		{"--session-idle=1s", "CASEMENT_SESSION_IDLE"},
		{"--session-life=1h", "CASEMENT_SESSION_IDLE"},
		{"--trusted-proxies=10.0.0.0/99", "CASEMENT_TRUSTED_PROXIES"},
		{"--smtp-host=mail.example.org", "CASEMENT_SMTP_FROM"},
		{"--smtp-host=mail.example.org --smtp-from=a@b.example --smtp-port=0", "CASEMENT_SMTP_PORT"},
		{"--smtp-host=mail.example.org --smtp-from=a@b.example --smtp-tls=none --smtp-password=x", "CASEMENT_SMTP_TLS"},
		{"--smtp-tls=perhaps", "--smtp-tls"},
		{"--database-url=postgres://u:hush@host:port/x", "DATABASE_URL"},
		{"--data-dir=", "CASEMENT_DATA_DIR"},
		{"--clock-file=clock", "CASEMENT_CLOCK_FILE"},
		{"--no-such-flag", "no-such-flag"},
	} {
		_, err := settings.Read(strings.Fields(test.args))
		if err == nil || !strings.Contains(err.Error(), test.name) {
			t.Errorf("%s: err = %v", test.args, err)
			continue
		}
		if strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: the error tells the password: %v", test.args, err)
		}
	}
}

func TestEverythingThatIsWrongIsSaidAtOnce(t *testing.T) {
	withoutEnvironment(t)
	_, err := settings.Read([]string{"--listen=8080", "--secret-key=abc"})
	if err == nil || !strings.Contains(err.Error(), "CASEMENT_LISTEN") || !strings.Contains(err.Error(), "CASEMENT_SECRET_KEY") {
		t.Errorf("err = %v", err)
	}
}

func TestSecretsAreNeverPrinted(t *testing.T) {
	withoutEnvironment(t)
	key := strings.Repeat("5e", settings.KeySize)
	s := read(t, "--secret-key="+key, "--smtp-host=localhost", "--smtp-from=a@b.example", "--smtp-password=hush",
		"--database-url=postgres://u:hush@db/x?password=hush&sslpassword=hush")
	asJSON, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("start", "settings", s, "key", s.SecretKey, "db", s.DatabaseURL)
	for name, text := range map[string]string{
		"String": s.String(), "%v": fmt.Sprintf("%v", *s), "%+v": fmt.Sprintf("%+v", *s), "%#v": fmt.Sprintf("%#v", *s),
		"json": string(asJSON), "log": log.String(),
	} {
		if strings.Contains(text, "hush") || strings.Contains(text, key) {
			t.Errorf("%s tells a secret: %s", name, text)
		}
	}
	if !strings.Contains(s.String(), "Listen = 127.0.0.1:8080\n") || !strings.Contains(s.String(), "SMTP.Host = localhost\n") {
		t.Errorf("printed:\n%s", s)
	}
}

func TestAPasswordIsMaskedInEitherFormOfConnectionString(t *testing.T) {
	t.Parallel()
	for url, want := range map[settings.DatabaseURL]string{
		"host=db password=hush dbname=x":           "host=db password=******** dbname=x",
		"host=db password='hush \\' hush' user=u":  "host=db password=******** user=u",
		"postgres://u@db/x":                        "postgres://u@db/x",
		"postgres://u:hush@db/x":                   "postgres://u:%2A%2A%2A%2A%2A%2A%2A%2A@db/x",
		"postgres://u:hu%zzsh@db/x":                "********",
		"postgresql://db/x?sslmode=disable&user=u": "postgresql://db/x?sslmode=disable&user=u",
	} {
		if got := url.String(); got != want {
			t.Errorf("%s is printed as %s, want %s", string(url), got, want)
		}
	}
}

// withoutEnvironment takes the machine's own settings out of the test.
func withoutEnvironment(t *testing.T) {
	t.Helper()
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, "CASEMENT_") || name == "DATABASE_URL" {
			value := os.Getenv(name)
			os.Unsetenv(name)
			t.Cleanup(func() { os.Setenv(name, value) })
		}
	}
}

func read(t *testing.T, args ...string) *settings.Settings {
	t.Helper()
	s, err := settings.Read(args)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
