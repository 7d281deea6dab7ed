package attachments

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// MaxName is the most letters a file's name may have.
const MaxName = 120

const maxExtension = 10 // letters, the dot included

// deviceNames mean something else than a file on Windows, whatever their
// extension.
var deviceNames = strings.Fields("CON PRN AUX NUL COM1 COM2 COM3 COM4 COM5 COM6 COM7 COM8 COM9 LPT1 LPT2 LPT3 LPT4 LPT5 LPT6 LPT7 LPT8 LPT9")

// CleanName makes a name that is safe to show and to save a download under
// from whatever a browser sent: no folders, no control characters, none of the
// invisible marks that turn the direction of writing ("exe.jpg" for "gpj.exe"),
// no letters that file systems refuse, at most [MaxName] letters with the
// extension kept. It is never empty and never a path.
func CleanName(raw string) string {
	name := strings.ToValidUTF8(raw, "")
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	// Composed twice: some letters become others by it, and what is left when
	// letters are gone may compose anew.
	name = norm.NFC.String(clip(name, 10*MaxName))
	name = norm.NFC.String(strings.Map(safeLetter, name))
	name = strings.Join(strings.Fields(name), " ")
	name = strings.Trim(dots.ReplaceAllString(name, "."), " .")
	stem, extension := splitExtension(name)
	switch {
	case stem == "":
		stem = "file"
	case slices.Contains(deviceNames, strings.ToUpper(firstPart(stem))):
		stem = "_" + stem
	}
	stem = trimEnd(clip(stem, MaxName-maxExtension))
	if extension == "" {
		// Clipping may have left what looks like one.
		stem, extension = splitExtension(stem)
	}
	return stem + extension
}

// dots finds a dot with the dots and spaces before it: two dots in a row and
// " .exe" far to the right of a name are tricks.
var dots = regexp.MustCompile(`[ .]*\.`)

// safeLetter maps what has no place in a name.
func safeLetter(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), r == unicode.ReplacementChar,
		unicode.Is(unicode.Variation_Selector, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
		return -1
	case strings.ContainsRune(`<>:"|?*;%`, r):
		return '-'
	}
	return r
}

// splitExtension parts a name at its last dot, if what follows looks like an
// extension. The extension is in small letters.
func splitExtension(name string) (stem, extension string) {
	extension = path.Ext(name)
	if len(extension) < 2 || len(extension) > maxExtension {
		return name, ""
	}
	for _, c := range []byte(extension[1:]) {
		if !(c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z') {
			return name, ""
		}
	}
	return trimEnd(strings.TrimSuffix(name, extension)), strings.ToLower(extension)
}

func trimEnd(s string) string { return strings.TrimRight(s, " .") }

func firstPart(stem string) string {
	part, _, _ := strings.Cut(stem, ".")
	return strings.TrimSpace(part)
}

// clip keeps the first n letters.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	letters := []rune(s)
	return string(letters[:min(n, len(letters))])
}
