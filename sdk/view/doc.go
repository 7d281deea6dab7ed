// Package view is the declarative view tree: what a plugin shows, as data.
//
// A plugin never sends markup. It answers with a tree of these nodes; the host
// validates it, draws it (web/viewtree), reads what was typed and checks it
// against the constraints of the tree it drew. There is no node for raw HTML
// and no way to give an attribute: text is text.
//
// The tree grows by addition only. A host ignores members it does not know and
// refuses nodes and kinds it does not know.
//
// Here are the nodes (node.go), their JSON (codec.go), what makes a tree valid
// (validate.go), and, for hosts and tests, what makes an answer valid
// (check.go). Standard library only.
package view
