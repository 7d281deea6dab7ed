package webhooks

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// What docs/webhooks.md shows to receivers is what is sent.
func TestTheDocumentShowsWhatIsSent(t *testing.T) {
	page, err := os.ReadFile("../../docs/webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	example := regexp.MustCompile("(?s)```json\n(.*?)```").FindSubmatch(page)
	if example == nil {
		t.Fatal("there is no example")
	}
	d := json.NewDecoder(strings.NewReader(string(example[1])))
	d.DisallowUnknownFields()
	var b body
	if err := d.Decode(&b); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	var shown, sent any
	if json.Unmarshal(example[1], &shown) != nil || json.Unmarshal(again, &sent) != nil || !equal(shown, sent) {
		t.Errorf("the page shows\n%s\nand sent is\n%s", example[1], again)
	}
	var total time.Duration
	for _, pause := range pauses {
		total += pause
	}
	if total < 72*time.Hour || attemptTime != 15*time.Second || maxAnswer != 1000 || patience != 5*24*time.Hour || keepDeliveries != 30*24*time.Hour {
		t.Errorf("the page says three days, 15 seconds, 1,000 bytes, five days and 30 days; the waits are %s in all", total)
	}
}

func equal(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}
