package main

import "github.com/casement-dev/casement/sdk/forms"

// A plugin is a library: main never runs, so the form is served from init.
func init() { forms.ServeMade(Designed) }

func main() {}
