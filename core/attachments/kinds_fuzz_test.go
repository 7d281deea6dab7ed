package attachments

import (
	"bytes"
	"errors"
	"testing"
)

// FuzzContents gives every kind any bytes at all: it must say yes or no.
func FuzzContents(f *testing.F) {
	for _, seed := range []string{"\xff\xd8\xff", "PK\x03\x04", "PK\x05\x06" + string(make([]byte, 18)), "\x00\x00\x00\xffftypisom\x00\x00\x00\x00isom",
		"RIFF\x00\x00\x00\x00WAVE", "\xff\xfe", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "%PDF-", "\xff\xfb\x90"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		head := content[:min(len(content), headSize)]
		for _, k := range kinds {
			if !k.begins(head) || k.whole == nil {
				continue
			}
			err := k.whole(bytes.NewReader(content), int64(len(content)))
			if err != nil && !errors.Is(err, errNotWhatItSays) && !errors.Is(err, errMacros) {
				t.Fatalf("%s of %q: %v", k.media, content, err)
			}
		}
	})
}
