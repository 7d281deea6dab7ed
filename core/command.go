package core

// CommandName names an intent to change a case. The same word is the API's
// path, the routine's action, the plugin's effect, the line in the history and
// the row of the permission matrix. The names are listed in docs/commands.md.
type CommandName string

// Made names what a command brought into being, such as {"task": "3"}: the
// small numbers under the case that addresses of pages use.
type Made map[string]string
