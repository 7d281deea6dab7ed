package casetypes

import "gopkg.in/yaml.v3"

// Parse reads a YAML file as this package reads its own: one document, a
// mapping at its root, nothing that hides what a file says. It is for the
// other kinds of files that people write for Casement, such as the mapping of
// an import, so that all of them refuse the same things in the same words.
// The root is nil when the findings are not.
func Parse(f File) (*yaml.Node, Findings) {
	src, findings := read(f)
	if len(findings) > 0 {
		return nil, findings
	}
	return src.root, nil
}

// DidYouMean is the sentence to say after a name that nobody knows, and the
// known name that is near to it, "" if none is.
func DidYouMean(name string, known []string) (sentence, meant string) { return didYouMean(name, known) }

// Sorted puts findings in the order of the file and bounds their number.
func (f Findings) Sorted() Findings { return f.sorted() }
