package main

import "github.com/casement-dev/casement/sdk/actions"

// A plugin is a library: main never runs, so the action is served from init.
func init() { actions.Serve(Send) }

func main() {}
