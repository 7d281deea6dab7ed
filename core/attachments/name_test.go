package attachments_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/casement-dev/casement/core/attachments"
)

func TestANameKeepsWhatItSaysAndLosesWhatIsDangerous(t *testing.T) {
	for raw, want := range map[string]string{
		"Müll vor der Tür.JPG":             "Müll vor der Tür.jpg",
		"../../etc/passwd":                 "passwd",
		`C:\Users\zoe\photo.png`:           "photo.png",
		"/":                                "file",
		"":                                 "file",
		"...":                              "file",
		".htaccess":                        "htaccess",
		".pdf":                             "pdf",
		"a\x00b\r\nContent-Type: x.txt":    "ab Content-Type- x.txt",
		"invoice\u202egpj.exe":             "invoicegpj.exe",
		"in\u200bvo\ufeffice.pdf":          "invoice.pdf",
		`a<b>:"|?*;%.txt`:                  "a-b--------.txt",
		"  two   spaces .pdf ":             "two spaces.pdf",
		"nul.txt":                          "_nul.txt",
		"COM1":                             "_COM1",
		"con.tar.gz":                       "_con.tar.gz",
		"archive.tar.gz":                   "archive.tar.gz",
		"no extension here. Really":        "no extension here. Really",
		"a\xff\xfeb.pdf":                   "ab.pdf",
		"e\u0301.txt":                      "é.txt",
		"report.pdf.":                      "report.pdf",
		"emoji 🚲.png":                      "emoji 🚲.png",
		strings.Repeat("é", 300) + ".docx": strings.Repeat("é", 110) + ".docx",
	} {
		if got := attachments.CleanName(raw); got != want {
			t.Errorf("%q becomes %q, want %q", raw, got, want)
		}
	}
}

func FuzzCleanName(f *testing.F) {
	for _, seed := range []string{"photo.jpg", "../x", "a\x00.txt", "con", "\u202e", strings.Repeat("x. ", 100), "ａ／b", "e\u0301\u0301.pdf", "._."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		name := attachments.CleanName(raw)
		switch {
		case name == "" || name == "." || name == "..":
			t.Fatalf("%q became %q", raw, name)
		case !utf8.ValidString(name):
			t.Fatalf("%q became invalid: %q", raw, name)
		case utf8.RuneCountInString(name) > attachments.MaxName:
			t.Fatalf("%q became %d letters", raw, utf8.RuneCountInString(name))
		case strings.ContainsAny(name, "/\\<>:\"|?*\x00\r\n"):
			t.Fatalf("%q became %q", raw, name)
		case strings.Trim(name, " .") != name:
			t.Fatalf("%q became %q, with spaces or dots at an end", raw, name)
		}
		for _, r := range name {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
				t.Fatalf("%q became %q, which has %U", raw, name, r)
			}
		}
		if again := attachments.CleanName(name); again != name {
			t.Fatalf("%q became %q, which becomes %q", raw, name, again)
		}
	})
}
