package wasm

import "github.com/casement-dev/casement/sdk/view"

// Invent answers the questions of a view, as well as one can who does not know
// what it asks: for samples on the bench.
func Invent(tree *view.Node) map[string][]string { return invent(tree) }
