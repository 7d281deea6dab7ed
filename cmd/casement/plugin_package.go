package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/casement-dev/casement/core/pluginhost/pack"
	"github.com/casement-dev/casement/core/pluginhost/wasm"
)

// These commands make and check packages, and need no installation.

type pluginSignCommand struct {
	File string `arg:"" type:"existingfile" help:"The package; it is replaced."`
	Key  string `required:"" type:"existingfile" help:"The file with the secret key: see “plugin keygen”."`
}

// Run implements the command.
func (cmd *pluginSignCommand) Run(out io.Writer) error {
	file, err := os.ReadFile(cmd.Key)
	if err != nil {
		return err
	}
	key, err := pack.ReadKey(file)
	if err != nil {
		return fmt.Errorf("read %s: %w", cmd.Key, err)
	}
	module, err := os.ReadFile(cmd.File)
	if err != nil {
		return err
	}
	signed, err := pack.Sign(module, key)
	if err != nil {
		return fmt.Errorf("sign %s: %w", cmd.File, err)
	}
	public, err := pack.Signer(signed)
	if err != nil {
		return err
	}
	if err := replaceFile(cmd.File, signed); err != nil {
		return err
	}
	fmt.Fprintf(out, "Signed %s with the key %s.\n", cmd.File, hex.EncodeToString(public))
	return nil
}

type pluginVerifyCommand struct {
	File string `arg:"" type:"existingfile" help:"The package."`
}

// Run implements the command. It fails when a server would not take the file.
func (cmd *pluginVerifyCommand) Run(out io.Writer) error {
	module, err := os.ReadFile(cmd.File)
	if err != nil {
		return err
	}
	pkg, err := wasm.Inspect(module)
	if err != nil {
		return err
	}
	m := pkg.Manifest
	fmt.Fprintf(out, "%s %s, “%s”, by %s\nSHA-256 %s\n", m.ID, m.Version, m.Name, m.Publisher, pkg.Hash)
	for _, e := range m.Entries {
		fmt.Fprintf(out, "  %s %s: %s\n", e.Kind, e.ID, e.Title)
	}
	key, err := pack.Signer(module)
	switch {
	case err != nil:
		return fmt.Errorf("the signature does not hold: %w", err)
	case key == nil:
		fmt.Fprintln(out, "Not signed.")
	default:
		fmt.Fprintf(out, "Signed with the key %s.\n", hex.EncodeToString(key))
	}
	return nil
}

type pluginPackCommand struct {
	Module   string `arg:"" type:"existingfile" help:"The module."`
	Manifest string `arg:"" type:"existingfile" help:"The manifest, a JSON file. One that the module has is replaced, and a signature taken off."`
	Out      string `required:"" short:"o" help:"The package to write."`
}

// Run implements the command.
func (cmd *pluginPackCommand) Run(out io.Writer) error {
	module, err := os.ReadFile(cmd.Module)
	if err != nil {
		return err
	}
	manifest, err := os.ReadFile(cmd.Manifest)
	if err != nil {
		return err
	}
	if !json.Valid(manifest) {
		return fmt.Errorf("%s is not JSON", cmd.Manifest)
	}
	packed, err := pack.Replace(module, manifest)
	if err != nil {
		return err
	}
	if err := replaceFile(cmd.Out, packed); err != nil {
		return err
	}
	fmt.Fprintf(out, "Packed %s, %d kB.\n", cmd.Out, len(packed)>>10)
	return nil
}

type pluginKeygenCommand struct {
	File string `arg:"" help:"Where to put the secret key. It must not exist."`
}

// Run implements the command.
func (cmd *pluginKeygenCommand) Run(out io.Writer) error {
	file, public, err := pack.NewKey()
	if err != nil {
		return err
	}
	f, err := os.OpenFile(cmd.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(file)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	fmt.Fprintf(out, "The secret key is in %s: keep it, and show it to nobody.\nWho is to trust what you sign needs the public key:\n\n  %s\n", cmd.File, public)
	return nil
}

// replaceFile writes a file whole or not at all.
func replaceFile(name string, content []byte) error {
	half, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-")
	if err != nil {
		return err
	}
	defer os.Remove(half.Name())
	_, err = half.Write(content)
	if err = errors.Join(err, half.Chmod(0o644), half.Close()); err != nil {
		return err
	}
	return os.Rename(half.Name(), name)
}
