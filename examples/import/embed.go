// Package importexamples holds mappings to begin with, for the page that
// brings cases in.
package importexamples

import "embed"

// Mappings are the example mappings. The case type beside them, service-request.yaml,
// is what they bring cases into.
//
//go:embed boston311.yaml meldungen.yaml open311.yaml
var Mappings embed.FS
