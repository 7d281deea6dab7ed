package main

import "github.com/casement-dev/casement/sdk/details"

// A plugin is a library: main never runs, so the section is served from init.
func init() { details.Serve(Section) }

func main() {}
