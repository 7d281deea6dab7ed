package plugins

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// manifest is what is read here of a package's manifest. Whether it is valid
// the host has found before the package was stored.
type manifest struct {
	ID      string            `json:"id"`
	Version string            `json:"version"`
	Entries []offer           `json:"entries"`
	Context []string          `json:"context"`
	Needs   []string          `json:"needs"`
	Reasons map[string]string `json:"reasons"`
	Secrets []secretWanted    `json:"secrets"`
	Config  json.RawMessage   `json:"config"`
}

type secretWanted struct {
	Name  string `json:"name"`
	Label string `json:"label"`
}

type offer struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"`
	Title   string `json:"title"`
	Summary string `json:"summary"`
}

// read decodes the manifest of a version, once.
func (s *Service) read(hash string, raw json.RawMessage) (manifest, error) {
	s.mu.RLock()
	m, known := s.offers[hash]
	s.mu.RUnlock()
	if known {
		return m, nil
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return m, fmt.Errorf("read the manifest of plugin version %s: %w", hash, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.offers[hash] = m
	return m, nil
}

// contextKey begins the keys of what a plugin may see, beside what it may do.
const contextKey = "context:"

// Keys lists the capabilities that a manifest's context and needs ask for, one
// a switch: a line with several patterns, "case.change_status:triage,closed",
// asks for as many.
func Keys(context, needs []string) []string {
	out := []string{}
	for _, line := range context {
		for _, key := range split(line) {
			out = append(out, contextKey+key)
		}
	}
	for _, line := range needs {
		out = append(out, split(line)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func split(line string) []string {
	name, patterns, narrowed := strings.Cut(line, ":")
	if !narrowed {
		return []string{line}
	}
	var out []string
	for pattern := range strings.SplitSeq(patterns, ",") {
		out = append(out, name+":"+pattern)
	}
	return out
}

// Granted narrows what was granted to what one version asks for: what another
// asked for is none of its business.
func Granted(context, needs, granted []string) []string {
	var out []string
	for _, key := range Keys(context, needs) {
		if covered(key, granted) {
			out = append(out, key)
		}
	}
	return out
}

// covered reports whether a capability is among others, or is a part of one:
// who may set every field may set one.
func covered(key string, by []string) bool {
	if slices.Contains(by, key) {
		return true
	}
	for k := key; ; {
		i := strings.LastIndexByte(k, ':')
		if i < 0 || k[:i] == strings.TrimSuffix(contextKey, ":") {
			return false
		}
		if k = k[:i]; slices.Contains(by, k) {
			return true
		}
	}
}

// reason finds the maker's words for a capability: under the line it comes
// from, or under the key itself.
func (m manifest) reason(key string) string {
	if said := m.Reasons[key]; said != "" {
		return said
	}
	bare, isContext := strings.CutPrefix(key, contextKey)
	lines := m.Needs
	if isContext {
		lines = m.Context
	}
	for _, line := range lines {
		if slices.Contains(split(line), bare) {
			return m.Reasons[line]
		}
	}
	return ""
}
