package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// manifestName maps the name of each entry ("console.js") to its file.
const manifestName = "manifest.json"

// asset is one bundled entry.
type asset struct {
	name, file       string
	size, compressed int
}

// bundle builds the entries (paths below from) into to and removes what an
// earlier build left there. Nothing is written when anything is wrong.
func bundle(from, to string, entries []string) ([]asset, error) {
	if len(entries) == 0 {
		return nil, errors.New("nothing to bundle")
	}
	from, err := filepath.Abs(from)
	if err != nil {
		return nil, err
	}
	if to, err = filepath.Abs(to); err != nil {
		return nil, err
	}
	result := api.Build(api.BuildOptions{
		AbsWorkingDir:     from,
		EntryPoints:       entries,
		Outdir:            to,
		EntryNames:        "[name]-[hash]",
		AssetNames:        "[name]-[hash]",
		Bundle:            true,
		Format:            api.FormatIIFE,
		Target:            api.ES2020,
		Engines:           []api.Engine{{Name: api.EngineSafari, Version: "15.4"}, {Name: api.EngineChrome, Version: "109"}, {Name: api.EngineFirefox, Version: "115"}},
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		LegalComments:     api.LegalCommentsLinked,
		Loader: map[string]api.Loader{
			".png": api.LoaderFile, ".svg": api.LoaderCopy, ".json": api.LoaderCopy, ".woff2": api.LoaderFile,
		},
		Metafile: true,
		LogLevel: api.LogLevelSilent, // reported below, with the error
	})
	if len(result.Errors)+len(result.Warnings) > 0 {
		messages := append(api.FormatMessages(result.Errors, api.FormatMessagesOptions{}),
			api.FormatMessages(result.Warnings, api.FormatMessagesOptions{Kind: api.WarningMessage})...)
		return nil, errors.New(strings.TrimSpace(strings.Join(messages, "")))
	}
	made, err := madeFrom(result.Metafile)
	if err != nil {
		return nil, err
	}
	files, err := withCompressed(result.OutputFiles)
	if err != nil {
		return nil, err
	}
	if err := replace(to, files, made); err != nil {
		return nil, err
	}
	for i := range made {
		made[i].size, made[i].compressed = len(files[made[i].file]), len(files[made[i].file+".gz"])
	}
	return made, nil
}

// madeFrom reads which entry became which file.
func madeFrom(metafile string) ([]asset, error) {
	var meta struct {
		Outputs map[string]struct {
			EntryPoint string `json:"entryPoint"`
		} `json:"outputs"`
	}
	if err := json.Unmarshal([]byte(metafile), &meta); err != nil {
		return nil, fmt.Errorf("read the bundler's report: %w", err)
	}
	var made []asset
	for output, about := range meta.Outputs {
		if about.EntryPoint != "" {
			made = append(made, asset{name: filepath.Base(about.EntryPoint), file: filepath.Base(output)})
		}
	}
	slices.SortFunc(made, func(a, b asset) int { return cmp.Compare(a.name, b.name) })
	for i := 1; i < len(made); i++ {
		if made[i].name == made[i-1].name {
			return nil, fmt.Errorf("two entries are called %s", made[i].name)
		}
	}
	return made, nil
}

// withCompressed returns what to write by file name, text a second time as
// gzip for the server to send as it is.
func withCompressed(outputs []api.OutputFile) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, output := range outputs {
		name := filepath.Base(output.Path)
		files[name] = output.Contents
		switch filepath.Ext(name) {
		case ".js", ".css", ".svg", ".json":
			var packed bytes.Buffer
			writer, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
			if err != nil {
				return nil, err
			}
			if _, err := writer.Write(output.Contents); err != nil {
				return nil, err
			}
			if err := writer.Close(); err != nil {
				return nil, err
			}
			files[name+".gz"] = packed.Bytes()
		}
	}
	return files, nil
}

// replace writes the files, then the manifest that names them, and only then
// removes the old ones: at every moment the manifest is true.
func replace(to string, files map[string][]byte, made []asset) error {
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(to, name), content, 0o644); err != nil {
			return err
		}
	}
	names := map[string]string{}
	for _, asset := range made {
		names[asset.name] = asset.file
	}
	manifest, err := json.MarshalIndent(names, "", "  ")
	if err != nil {
		return err
	}
	half := filepath.Join(to, manifestName+".half")
	if err := os.WriteFile(half, append(manifest, '\n'), 0o644); err != nil {
		return err
	}
	if err := os.Rename(half, filepath.Join(to, manifestName)); err != nil {
		return err
	}
	present, err := os.ReadDir(to)
	if err != nil {
		return err
	}
	for _, entry := range present {
		name := entry.Name()
		if _, ours := files[name]; ours || name == manifestName || strings.HasPrefix(name, ".") {
			continue
		}
		if err := os.RemoveAll(filepath.Join(to, name)); err != nil {
			return err
		}
	}
	return nil
}
