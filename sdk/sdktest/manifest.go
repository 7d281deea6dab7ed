package sdktest

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/casement-dev/casement/sdk/abi"
)

// findManifest reads the manifest beside the test; nil when there is none.
func findManifest(t testing.TB, entry, kind string) *abi.Manifest {
	t.Helper()
	b, err := os.ReadFile("manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	m, err := abi.DecodeManifest(b)
	if err != nil {
		t.Fatalf("manifest.json: %v", err)
	}
	if err := m.Validate(); err != nil {
		t.Fatalf("manifest.json: %v", err)
	}
	e := m.Entry(entry)
	if e == nil {
		return nil // a plugin of the test's own
	}
	if e.Kind != kind {
		t.Fatalf("manifest.json says that %q is a %s, not a %s", entry, e.Kind, kind)
	}
	return m
}

// allowed holds the effects of a response against the manifest.
func (r *Run) allowed(response *abi.Response) {
	r.t.Helper()
	for _, e := range response.Effects {
		r.needs("effect", e.Type, e.Args)
	}
}

// narrowedBy is the argument that the patterns of a need are held against.
var narrowedBy = map[string]string{
	"case.change_status": "to", "case.change_stage": "to", "case.set_field": "field", "correspondence.send": "template", "task.add": "type",
	abi.AskLookup: "list", abi.AskHTTP: "url",
}

// needs fails when the manifest does not need something.
func (r *Run) needs(sort, name string, args abi.Raw) {
	r.t.Helper()
	if r.manifest == nil {
		return
	}
	for _, need := range r.manifest.Needs {
		bare, patterns, narrowed := strings.Cut(need, ":")
		if (bare == name || bare == abi.AskKept && name == abi.AskKeys) && (!narrowed || matches(name, args, patterns)) {
			return
		}
	}
	r.t.Fatalf("manifest.json does not need the %s %s %s: the host would refuse it", sort, name, args)
}

func matches(name string, args abi.Raw, patterns string) bool {
	var members map[string]any
	if json.Unmarshal(args, &members) != nil {
		return false
	}
	value, _ := members[narrowedBy[name]].(string)
	if name == abi.AskHTTP {
		u, err := url.Parse(value)
		if err != nil {
			return false
		}
		value = u.Host
		if u.Scheme != "https" {
			value = u.Scheme + "://" + u.Host
		}
	}
	for pattern := range strings.SplitSeq(patterns, ",") {
		pattern = strings.TrimPrefix(pattern, "https://")
		if hit, err := path.Match(pattern, value); err == nil && hit {
			return true
		}
	}
	return false
}
