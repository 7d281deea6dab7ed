package attachments

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/casement-dev/casement/core"
)

// kind is one kind of file: the extensions that claim it, and how its contents
// show that they are. A file must be what its name claims; nothing is guessed
// and nothing renamed.
type kind struct {
	media      string
	extensions []string
	begins     func(head []byte) bool                  // looks at the first headSize bytes
	whole      func(f io.ReadSeeker, size int64) error // looks at all of it; nil when the head says enough
	onRequest  bool                                    // only where a case type names it
}

// headSize is how many bytes of a file's beginning are looked at before the
// rest is taken.
const headSize = 4096

// kinds are all the files there can be. Pictures that hold programs (SVG), web
// pages, programs and archives are not among those allowed by default.
var kinds = []kind{
	{media: "image/jpeg", extensions: words(".jpg .jpeg"), begins: prefix("\xff\xd8\xff")},
	{media: "image/png", extensions: words(".png"), begins: prefix("\x89PNG\r\n\x1a\n")},
	{media: "image/gif", extensions: words(".gif"), begins: prefix("GIF87a", "GIF89a")},
	{media: "image/webp", extensions: words(".webp"), begins: riff("WEBP")},
	{media: "image/heic", extensions: words(".heic .heif"), begins: brand("heic", "heix", "hevc", "mif1", "msf1")},
	{media: "application/pdf", extensions: words(".pdf"), begins: isPDF},
	{media: "text/plain", extensions: words(".txt .text .log .md"), begins: isText, whole: wholeText},
	{media: "text/csv", extensions: words(".csv"), begins: isText, whole: wholeText},
	{media: "application/rtf", extensions: words(".rtf"), begins: prefix(`{\rtf`)},
	{media: "application/vnd.openxmlformats-officedocument.wordprocessingml.document", extensions: words(".docx"), begins: isZip, whole: office("word/")},
	{media: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", extensions: words(".xlsx"), begins: isZip, whole: office("xl/")},
	{media: "application/vnd.openxmlformats-officedocument.presentationml.presentation", extensions: words(".pptx"), begins: isZip, whole: office("ppt/")},
	{media: "application/vnd.oasis.opendocument.text", extensions: words(".odt"), begins: openDocument("text")},
	{media: "application/vnd.oasis.opendocument.spreadsheet", extensions: words(".ods"), begins: openDocument("spreadsheet")},
	{media: "application/vnd.oasis.opendocument.presentation", extensions: words(".odp"), begins: openDocument("presentation")},
	{media: "application/msword", extensions: words(".doc"), begins: isOLE, whole: withoutMacros},
	{media: "application/vnd.ms-excel", extensions: words(".xls"), begins: isOLE, whole: withoutMacros},
	{media: "application/vnd.ms-powerpoint", extensions: words(".ppt"), begins: isOLE, whole: withoutMacros},
	{media: "audio/mpeg", extensions: words(".mp3"), begins: isMP3},
	{media: "audio/wav", extensions: words(".wav"), begins: riff("WAVE")},
	{media: "audio/ogg", extensions: words(".ogg .oga .opus"), begins: prefix("OggS")},
	{media: "audio/mp4", extensions: words(".m4a"), begins: brand("M4A ", "M4B ", "isom", "mp42", "mp41", "dash")},
	{media: "video/mp4", extensions: words(".mp4 .m4v"), begins: brand("isom", "iso2", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "M4V ", "dash", "MSNV", "3gp4", "3gp5")},
	{media: "video/quicktime", extensions: words(".mov"), begins: brand("qt  ")},
	{media: "video/webm", extensions: words(".webm"), begins: prefix("\x1a\x45\xdf\xa3")},
	{media: "application/zip", extensions: words(".zip"), begins: isZip, onRequest: true},
}

// Kinds lists the media types that may be attached where a case type names
// none.
func Kinds() []string {
	var out []string
	for _, k := range kinds {
		if !k.onRequest {
			out = append(out, k.media)
		}
	}
	return out
}

// Extensions lists what a file chooser should offer for a case type's limit.
func Extensions(l core.AttachmentLimit) []string {
	var out []string
	for _, k := range kinds {
		if k.allowedBy(l) {
			out = append(out, k.extensions...)
		}
	}
	return out
}

// Previewable reports whether a browser can show a kind of file within a page
// of ours, in a sandbox.
func Previewable(media string) bool {
	return slices.Contains(words("image/jpeg image/png image/gif image/webp application/pdf text/plain text/csv"), media)
}

// claimedKind finds the kind that a name claims.
func claimedKind(name string) (kind, bool) {
	_, extension := splitExtension(name)
	i := slices.IndexFunc(kinds, func(k kind) bool { return slices.Contains(k.extensions, extension) })
	if i < 0 {
		return kind{}, false
	}
	return kinds[i], true
}

func (k kind) allowedBy(l core.AttachmentLimit) bool {
	if len(l.Kinds) == 0 {
		return !k.onRequest
	}
	return slices.Contains(l.Kinds, k.media)
}

func words(s string) []string { return strings.Fields(s) }

func prefix(any ...string) func([]byte) bool {
	return func(head []byte) bool {
		return slices.ContainsFunc(any, func(p string) bool { return bytes.HasPrefix(head, []byte(p)) })
	}
}

// riff is Microsoft's container: RIFF, four bytes of size, then its form.
func riff(form string) func([]byte) bool {
	return func(head []byte) bool {
		return len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == form
	}
}

// brand is the ISO container of pictures, sound and film: a first box "ftyp"
// names what it is, then what else it can be read as.
func brand(any ...string) func([]byte) bool {
	return func(head []byte) bool {
		if len(head) < 16 || string(head[4:8]) != "ftyp" {
			return false
		}
		size := int(head[2])<<8 | int(head[3])
		box := head[8:max(12, min(size, len(head), 256))]
		for i := 0; i+4 <= len(box); i += 4 {
			if i != 4 && slices.Contains(any, string(box[i:i+4])) { // at 4 stands the version
				return true
			}
		}
		return false
	}
}

// isPDF allows the few bytes that some scanners write before the header.
func isPDF(head []byte) bool {
	return bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-"))
}

func isMP3(head []byte) bool {
	return bytes.HasPrefix(head, []byte("ID3")) || len(head) > 2 && head[0] == 0xff && head[1]&0xe6 == 0xe2
}

func isZip(head []byte) bool { return bytes.HasPrefix(head, []byte("PK\x03\x04")) }

func isOLE(head []byte) bool {
	return bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
}

// openDocument is a zip file whose first entry, not compressed, says what it is.
func openDocument(what string) func([]byte) bool {
	want := []byte("mimetypeapplication/vnd.oasis.opendocument." + what)
	return func(head []byte) bool {
		if !isZip(head) || !bytes.HasPrefix(head[min(len(head), 30):], want) {
			return false
		}
		rest := head[30+len(want):]
		return len(rest) == 0 || rest[0] != '-' // "text-template" is another kind
	}
}

// isText takes text in UTF-8 or one of the eight-bit alphabets, and UTF-16
// with its mark: whatever a text editor saves, and nothing else.
func isText(head []byte) bool {
	return isUTF16(head) || !slices.ContainsFunc(head, binary)
}

func isUTF16(head []byte) bool {
	return bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff"))
}

// binary reports a byte that no text has.
func binary(b byte) bool {
	return b < 0x20 && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != 0x1b || b == 0x7f
}

var errNotWhatItSays = errors.New("its contents are not what its name says")

// wholeText looks for such a byte in all of a file. UTF-16 has zero bytes in
// half of its letters, so its mark must be enough.
func wholeText(f io.ReadSeeker, _ int64) error {
	buffer := make([]byte, 32<<10)
	for first := true; ; first = false {
		n, err := io.ReadFull(f, buffer)
		if first && isUTF16(buffer[:n]) {
			return nil
		}
		if slices.ContainsFunc(buffer[:n], binary) {
			return errNotWhatItSays
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

var errMacros = errors.New("it contains macros")

// office looks into a document of Microsoft Office: a zip file with a list of
// its parts and a folder of what it is about. Nothing is unpacked.
func office(folder string) func(io.ReadSeeker, int64) error {
	return func(f io.ReadSeeker, size int64) error {
		archive, err := zip.NewReader(readerAt{f}, size)
		if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
			return errNotWhatItSays
		}
		listed, about := false, false
		for _, part := range archive.File {
			listed = listed || part.Name == "[Content_Types].xml"
			about = about || strings.HasPrefix(part.Name, folder)
			if strings.HasSuffix(strings.ToLower(part.Name), "vbaproject.bin") {
				return errMacros
			}
		}
		if !listed || !about {
			return errNotWhatItSays
		}
		return nil
	}
}

// withoutMacros looks through a document of Office before 2007 for the name of
// the folder that macros are kept in.
func withoutMacros(f io.ReadSeeker, _ int64) error {
	mark := []byte("_\x00V\x00B\x00A\x00_\x00P\x00R\x00O\x00J\x00E\x00C\x00T")
	buffer := make([]byte, 64<<10)
	kept := 0 // bytes of the piece before, so that the mark is found across two
	for {
		n, err := io.ReadFull(f, buffer[kept:])
		piece := buffer[:kept+n]
		if bytes.Contains(piece, mark) {
			return errMacros
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err != nil {
			return err
		}
		kept = copy(buffer, piece[len(piece)-len(mark)+1:])
	}
}

// readerAt reads from anywhere by seeking. It is for one reader at a time.
type readerAt struct{ io.ReadSeeker }

func (r readerAt) ReadAt(p []byte, at int64) (int, error) {
	if _, err := r.Seek(at, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(r, p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return n, err
}
