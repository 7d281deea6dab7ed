package core_test

import (
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
)

const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

func TestAReferenceIsReadAsPeopleWriteIt(t *testing.T) {
	for range 500 {
		ref := core.NewReference("CMP")
		sloppy := strings.NewReplacer("-", " ", "0", "o", "1", "l").Replace(strings.ToLower(string(ref)))
		for _, s := range []string{string(ref), sloppy, strings.ReplaceAll(string(ref), "-", ""), "  " + string(ref) + "\n"} {
			got, err := core.ParseReference(s)
			if err != nil || got != ref {
				t.Fatalf("%q read as %q, %v; want %q", s, got, err, ref)
			}
		}
	}
}

func TestASlipOfTheFingerIsCaught(t *testing.T) {
	caught, tried := 0, 0
	for range 200 {
		ref := string(core.NewReference("CMP"))
		body := strings.ReplaceAll(ref[4:], "-", "")
		for i := range body {
			for j := range letters {
				if letters[j] == body[i] {
					continue
				}
				tried++
				if _, err := core.ParseReference("CMP-" + body[:i] + letters[j:j+1] + body[i+1:]); err != nil {
					caught++
				}
			}
			if i > 0 && body[i] != body[i-1] {
				tried++
				if _, err := core.ParseReference("CMP-" + body[:i-1] + body[i:i+1] + body[i-1:i] + body[i+1:]); err != nil {
					caught++
				}
			}
		}
	}
	// 32 letters, checked modulo 31: only 0 for Z and Z for 0 pass.
	if missed := tried - caught; missed*100 > tried {
		t.Fatalf("%d of %d slips passed unseen", missed, tried)
	}
}

func FuzzParseReference(f *testing.F) {
	f.Add("CMP-7K2M-4QX9")
	f.Add("cmp 7k2m 4qx9")
	f.Fuzz(func(t *testing.T, s string) {
		ref, err := core.ParseReference(s)
		if err != nil {
			return
		}
		again, err := core.ParseReference(string(ref))
		if err != nil || again != ref {
			t.Fatalf("%q read as %q, which reads as %q, %v", s, ref, again, err)
		}
	})
}
