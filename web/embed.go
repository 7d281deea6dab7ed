// Package web holds what browsers load, built by "make assets" into dist and
// linked into the program. The pages are in the packages below: render and
// layout carry them, …pages/ are the pages themselves.
package web

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"path"
	"strings"
)

//go:embed all:dist
var dist embed.FS

// AssetPrefix is where the server answers for [Assets].
const AssetPrefix = "/assets/"

// Assets finds the built files. It is read once and never changes.
type Assets struct {
	urls  map[string]string
	files map[string]Asset
}

// Asset is one built file. Its name holds a hash of its content, so it may be
// cached for ever.
type Asset struct {
	Name        string // the file: "console-HE4V3LNQ.css"
	ContentType string
	Body        []byte
	Compressed  []byte // the same as gzip; nil when that saves nothing
}

// LoadAssets reads the files linked into the program. Before "make assets"
// there are none: that is no error, but Built says so and pages look bare.
func LoadAssets() (*Assets, error) {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, fmt.Errorf("read the built assets: %w", err)
	}
	return readAssets(sub)
}

func readAssets(fsys fs.FS) (*Assets, error) {
	a := &Assets{urls: map[string]string{}, files: map[string]Asset{}}
	manifest, err := fs.ReadFile(fsys, "manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return a, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the built assets: %w", err)
	}
	names := map[string]string{}
	if err := json.Unmarshal(manifest, &names); err != nil {
		return nil, fmt.Errorf("read the list of built assets: %w", err)
	}
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, fmt.Errorf("read the built assets: %w", err)
	}
	for _, entry := range entries {
		name := entry.Name()
		if name == "manifest.json" || strings.HasPrefix(name, ".") || path.Ext(name) == ".gz" {
			continue
		}
		asset, err := readAsset(fsys, name)
		if err != nil {
			return nil, err
		}
		a.files[name] = asset
	}
	for name, file := range names {
		if _, ok := a.files[file]; !ok {
			return nil, fmt.Errorf("the built assets lack %s; run \"make assets\"", file)
		}
		a.urls[name] = AssetPrefix + file
	}
	return a, nil
}

func readAsset(fsys fs.FS, name string) (Asset, error) {
	asset := Asset{Name: name, ContentType: contentType(name)}
	var err error
	if asset.Body, err = fs.ReadFile(fsys, name); err != nil {
		return asset, fmt.Errorf("read asset %s: %w", name, err)
	}
	packed, err := fs.ReadFile(fsys, name+".gz")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return asset, fmt.Errorf("read asset %s: %w", name, err)
	}
	if len(packed) < len(asset.Body) {
		asset.Compressed = packed
	}
	return asset, nil
}

// contentType does not depend on what the machine has installed.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".json":
		return "application/json"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".woff2":
		return "font/woff2"
	}
	if known := mime.TypeByExtension(path.Ext(name)); known != "" {
		return known
	}
	return "application/octet-stream"
}

// Built tells whether there are any assets.
func (a *Assets) Built() bool { return len(a.urls) > 0 }

// URL is the address of an asset by its plain name, such as "console.css". An
// unknown name gets an address that nothing answers to.
func (a *Assets) URL(name string) string {
	if url, ok := a.urls[name]; ok {
		return url
	}
	return AssetPrefix + name
}

// File finds a built file by what follows [AssetPrefix] in its address.
func (a *Assets) File(name string) (Asset, bool) {
	asset, ok := a.files[name]
	return asset, ok
}
