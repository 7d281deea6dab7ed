package web

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestAnAssetIsFoundByItsPlainName(t *testing.T) {
	t.Parallel()
	assets, err := readAssets(fstest.MapFS{
		"manifest.json":               {Data: []byte(`{"console.css": "console-ABC.css", "tiny.js": "tiny-ABC.js"}`)},
		"console-ABC.css":             {Data: []byte("body{}body{}body{}")},
		"console-ABC.css.gz":          {Data: []byte("packed")},
		"tiny-ABC.js":                 {Data: []byte("1")},
		"tiny-ABC.js.gz":              {Data: []byte("longer than it was")},
		"console-ABC.css.LEGAL.txt":   {Data: []byte("by somebody")},
		".gitkeep":                    {},
		"layers-ABC.png":              {Data: []byte("png")},
		"unnamed-ABC.unknownfiletype": {Data: []byte("?")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if !assets.Built() {
		t.Error("not built")
	}
	url := assets.URL("console.css")
	if url != "/assets/console-ABC.css" {
		t.Fatalf("url = %s", url)
	}
	style, ok := assets.File(strings.TrimPrefix(url, AssetPrefix))
	if !ok || string(style.Compressed) != "packed" || style.ContentType != "text/css; charset=utf-8" {
		t.Errorf("found %v, %+v", ok, style)
	}
	if tiny, ok := assets.File("tiny-ABC.js"); !ok || tiny.Compressed != nil {
		t.Errorf("a file that grows when compressed: %v, %+v", ok, tiny)
	}
	for name, want := range map[string]bool{
		"console-ABC.css.LEGAL.txt": true, "layers-ABC.png": true,
		"manifest.json": false, ".gitkeep": false, "console-ABC.css.gz": false, "../embed.go": false, "": false,
	} {
		if _, ok := assets.File(name); ok != want {
			t.Errorf("File(%q) = %v, want %v", name, ok, want)
		}
	}
}

func TestWithoutABuildThereAreNoAssetsAndNoError(t *testing.T) {
	t.Parallel()
	assets, err := readAssets(fstest.MapFS{".gitkeep": {}})
	if err != nil {
		t.Fatal(err)
	}
	if assets.Built() {
		t.Error("built out of nothing")
	}
	if url := assets.URL("console.css"); url != "/assets/console.css" {
		t.Errorf("url = %s", url)
	}
}

func TestAManifestThatNamesAMissingFileIsRefused(t *testing.T) {
	t.Parallel()
	for name, manifest := range map[string]string{
		"a missing file": `{"console.css": "console-ABC.css"}`,
		"no JSON":        `{"console.css"`,
	} {
		if _, err := readAssets(fstest.MapFS{"manifest.json": {Data: []byte(manifest)}}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestWhatIsLinkedInCanBeRead(t *testing.T) {
	t.Parallel()
	if _, err := LoadAssets(); err != nil {
		t.Error(err)
	}
}
