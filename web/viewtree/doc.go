// Package viewtree turns the view trees of plugins (sdk/view) into HTML that
// works without JavaScript and reads well to a screen reader, in public pages
// and in the console.
//
// A tree is data: every name, id, address and attribute of the page is made
// here, and every word of the tree is escaped as text. There is one template a
// node, in the files beside this one; they share no names with the pages'
// templates. What the browser sends back is read by the same rules in read.go.
//
// A page that shows a tree says in [Page] where it posts to and what may be
// reached from it. It takes what is sent in three steps: [Pressed] says what
// was pressed, [Read] what was typed, and, if Action.Unconfirmed, it draws the
// same tree again with Page.Confirm. Scripts (web/assets/js/tree*.js) only
// spare the reader pages: buttons ask in a dialog, parts become tabs, lists
// suggest their rows, changes are taken at once.
//
// The tree must have passed view.Validate.
package viewtree
