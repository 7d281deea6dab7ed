package attachments_test

import (
	"archive/zip"
	"bytes"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"
)

// picture encodes a small picture.
func picture(t testing.TB, encode func(*bytes.Buffer, image.Image) error) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := encode(&out, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func pngPicture(t testing.TB) []byte {
	return picture(t, func(w *bytes.Buffer, m image.Image) error { return png.Encode(w, m) })
}

func jpegPicture(t testing.TB) []byte {
	return picture(t, func(w *bytes.Buffer, m image.Image) error { return jpeg.Encode(w, m, nil) })
}

func gifPicture(t testing.TB) []byte {
	return picture(t, func(w *bytes.Buffer, m image.Image) error { return gif.Encode(w, m, nil) })
}

// archive makes a zip file with the names given, the first one not compressed.
func archive(t testing.TB, first, content string, names ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	entry, err := w.CreateRaw(&zip.FileHeader{Name: first, Method: zip.Store, CompressedSize64: uint64(len(content)), UncompressedSize64: uint64(len(content))})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := entry.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		entry, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := entry.Write([]byte("<xml/>")); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func docx(t testing.TB, more ...string) []byte {
	return archive(t, "_rels/.rels", "", append([]string{"[Content_Types].xml", "word/document.xml"}, more...)...)
}

func ole(more string) []byte {
	return append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), append(bytes.Repeat([]byte{1, 0}, 40_000), more...)...)
}

const macroMark = "_\x00V\x00B\x00A\x00_\x00P\x00R\x00O\x00J\x00E\x00C\x00T\x00"

func ftyp(brand string) []byte {
	return append([]byte("\x00\x00\x00\x18ftyp"+brand+"\x00\x00\x02\x00isommif1"), make([]byte, 100)...)
}
