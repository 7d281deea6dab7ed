package main

import (
	"cmp"
	"fmt"
	"io"
	"path/filepath"

	"github.com/casement-dev/casement/core/pluginhost/workshop"
)

// pluginFolder is the folder of a plugin; "" is where the program was started.
type pluginFolder string

func (f pluginFolder) path() string { return cmp.Or(string(f), ".") }

// pluginNewCommand begins a plugin. It needs no installation, and no network.
type pluginNewCommand struct {
	Folder    string `arg:"" help:"The folder to make."`
	Kind      string `enum:"form,task,details,action" default:"form" help:"What it is: form, task, details or action."`
	ID        string `name:"id" help:"Who makes it, backwards, and what it is: org.example.call-back. By default org.example and the folder's name."`
	Name      string `help:"What people call it."`
	Publisher string `help:"Who makes it, for whoever installs it."`
}

// Run implements the command.
func (cmd *pluginNewCommand) Run(out io.Writer) error {
	names, err := workshop.New(cmd.Folder, workshop.Plan{Kind: cmd.Kind, ID: cmd.ID, Name: cmd.Name, Publisher: cmd.Publisher, From: version})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Begun in %s:\n", cmd.Folder)
	for _, name := range names {
		fmt.Fprintf(out, "  %s\n", name)
	}
	fmt.Fprintf(out, "  %s\n\nNow: cd %s && casement plugin run\n", filepath.Join(workshop.KitFolder, "…"), cmd.Folder)
	return nil
}

// pluginKitCommand takes the kit of this program into a plugin.
type pluginKitCommand struct {
	Folder pluginFolder `arg:"" optional:"" type:"existingdir" help:"The folder of the plugin; by default where you are."`
}

// Run implements the command.
func (cmd *pluginKitCommand) Run(out io.Writer) error {
	if _, _, err := workshop.ReadManifest(cmd.Folder.path()); err != nil {
		return err
	}
	if err := workshop.Unpack(cmd.Folder.path(), version); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s is the kit of casement %s now.\n", filepath.Join(cmd.Folder.path(), workshop.KitFolder), version)
	return nil
}
