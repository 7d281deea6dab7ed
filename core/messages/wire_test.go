package messages_test

import (
	"slices"
	"strings"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

// lines splits a mail as it came over the wire.
func lines(data []byte) []string {
	return strings.Split(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n")
}

func containsLine(data []byte, line string) bool { return slices.Contains(lines(data), line) }

// messageID reads the header of that name.
func messageID(data []byte) string {
	for _, line := range lines(data) {
		if id, ok := strings.CutPrefix(line, "Message-ID: "); ok {
			return id
		}
	}
	return ""
}
