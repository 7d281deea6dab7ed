package main

import "github.com/casement-dev/casement/sdk/tasks"

// A plugin is a library: main never runs, so the task is served from init.
func init() { tasks.Serve(Task) }

func main() {}
