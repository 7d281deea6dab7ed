// View trees: what plugins show. Every one works without these files; with
// them buttons ask in a dialog, parts become tabs, lists suggest their rows and
// a change is taken at once.
import './treeask.js'
import './treechange.js'
import './treelookup.js'
import './treetabs.js'
