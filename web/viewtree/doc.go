// Package viewtree turns the view trees of plugins (sdk/view) into HTML that
// works without JavaScript and reads well to a screen reader.
//
// A tree is data: every name, id, address and attribute of the page is made
// here, and every word of the tree is escaped as text. There is one template a
// node, in the files beside this one; they share no names with the pages'
// templates. What the browser sends back is read by the same rules in read.go.
//
// The tree must have passed view.Validate.
package viewtree
