package render

import (
	"fmt"
	"io"
	"io/fs"
	"sort"
	"strings"
	"time"
)

// Source is one page package's templates: its *.html files, each known as
// "package/file", and the samples that show and test them.
type Source struct {
	Package string // "casepages"
	Files   fs.FS  // its embed.FS
	Samples []Sample
}

// Sample is one state of a page or fragment: empty, one, many, long words,
// right-to-left text, errors. The gallery shows it and a test executes it.
type Sample struct {
	Template string // "casepages/show"
	Name     string // "many tasks"
	View     View   // for a whole page; the zero View for a fragment
	Data     any
	Alone    bool // a part that the gallery cannot show among others: it would cover them
}

func (s Source) names() []string {
	var names []string
	_ = fs.WalkDir(s.Files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && strings.HasSuffix(name, ".html") {
			names = append(names, s.Package+"/"+strings.TrimSuffix(name, ".html"))
		}
		return nil
	})
	sort.Strings(names)
	return names
}

func (s Source) read(name string) (string, error) {
	text, err := fs.ReadFile(s.Files, strings.TrimPrefix(name, s.Package+"/")+".html")
	if err != nil {
		return "", fmt.Errorf("render: %w", err)
	}
	return string(text), nil
}

// tree shows the files of several sources as one file system, each under the
// name of its package.
type tree []Source

func (t tree) Open(name string) (fs.File, error) {
	if name == "." {
		return &treeRoot{sources: t}, nil
	}
	first, rest, _ := strings.Cut(name, "/")
	for _, source := range t {
		if source.Package == first {
			if rest == "" {
				rest = "."
			}
			return source.Files.Open(rest)
		}
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// treeRoot is the folder of the packages.
type treeRoot struct {
	sources tree
	at      int
}

func (r *treeRoot) Stat() (fs.FileInfo, error) { return folder("."), nil }
func (r *treeRoot) Read([]byte) (int, error)   { return 0, fs.ErrInvalid }
func (r *treeRoot) Close() error               { return nil }

// ReadDir gives the packages in their order.
func (r *treeRoot) ReadDir(n int) ([]fs.DirEntry, error) {
	var entries []fs.DirEntry
	for ; r.at < len(r.sources) && (n <= 0 || len(entries) < n); r.at++ {
		entries = append(entries, fs.FileInfoToDirEntry(folder(r.sources[r.at].Package)))
	}
	if n > 0 && len(entries) == 0 {
		return nil, io.EOF
	}
	return entries, nil
}

// folder is the name of a folder, and all there is to know of it.
type folder string

func (f folder) Name() string     { return string(f) }
func (folder) Size() int64        { return 0 }
func (folder) Mode() fs.FileMode  { return fs.ModeDir | 0o555 }
func (folder) ModTime() time.Time { return time.Time{} }
func (folder) IsDir() bool        { return true }
func (folder) Sys() any           { return nil }
