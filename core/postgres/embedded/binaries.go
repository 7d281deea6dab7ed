package embedded

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/core/postgres"
)

// Programs says where PostgreSQL's programs may be found. The places are tried
// in this order: the npm package of PostgreSQL in one of NodeModules, the
// PATH, and where distributions put them.
type Programs struct {
	// BinDir, when set, is the only place: the directory of "postgres" and
	// "initdb".
	BinDir string
	// NodeModules are directories such as web/assets/node_modules.
	NodeModules []string
}

// installation is one set of programs that the cluster's user can run.
type installation struct {
	bin     string
	version string // "18.4"
	major   int
}

// find returns the first set of programs that runs, is new enough and, when
// the place holds a cluster already, is of the major version that made it.
func (p Programs) find(ctx context.Context, at place, log *slog.Logger) (installation, error) {
	wanted, err := clusterMajor(at.data)
	if err != nil {
		return installation{}, err
	}
	var tried []error
	var usable []installation
	for _, candidate := range p.candidates() {
		found, err := inspect(ctx, candidate, at, log)
		if err != nil {
			tried = append(tried, err)
			continue
		}
		if wanted == 0 || found.major == wanted {
			return found, nil
		}
		usable = append(usable, found)
	}
	if len(usable) > 0 {
		return installation{}, fmt.Errorf("the private database in %s was made by PostgreSQL %d, and here is only PostgreSQL %s (%s); "+
			"nothing was changed: install PostgreSQL %d, or move the directory away to begin with an empty database",
			at.data, wanted, usable[0].version, usable[0].bin, wanted)
	}
	return installation{}, fmt.Errorf("no programs of PostgreSQL %d or newer can be used; run \"npm ci\" in web/assets, "+
		"install PostgreSQL, or set DATABASE_URL: %w", postgres.OldestServer, errors.Join(tried...))
}

// candidates lists directories that hold both programs.
func (p Programs) candidates() []string {
	if p.BinDir != "" {
		return []string{p.BinDir}
	}
	var dirs []string
	for _, modules := range p.NodeModules {
		dirs = append(dirs, filepath.Join(modules, "@embedded-postgres", npmPlatform(), "native", "bin"))
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		// Beside a symbolic link there need not be the rest.
		if real, err := filepath.EvalSymlinks(path); err == nil {
			path = real
		}
		dirs = append(dirs, filepath.Dir(path))
	}
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/pgsql/bin"} {
		found, _ := filepath.Glob(pattern) // the only error is a bad pattern
		slices.SortFunc(found, func(a, b string) int { return cmp.Compare(numberIn(b), numberIn(a)) })
		dirs = append(dirs, found...)
	}
	dirs = slices.DeleteFunc(dirs, func(dir string) bool {
		return !isFile(filepath.Join(dir, "postgres")) || !isFile(filepath.Join(dir, "initdb"))
	})
	return slices.Compact(dirs)
}

// npmPlatform is what npm calls this machine.
func npmPlatform() string {
	arch := runtime.GOARCH
	if arch == "amd64" {
		arch = "x64"
	}
	return runtime.GOOS + "-" + arch
}

var (
	digits        = regexp.MustCompile(`\d+`)
	versionOutput = regexp.MustCompile(`\(PostgreSQL\) ((\d+)[0-9.]*)`)
)

func numberIn(path string) int {
	number, err := strconv.Atoi(digits.FindString(path))
	if err != nil {
		return 0
	}
	return number
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// inspect runs "postgres --version" as the cluster's user in the cluster's
// directory, which proves that both can be reached.
func inspect(ctx context.Context, bin string, at place, log *slog.Logger) (installation, error) {
	bin, err := filepath.Abs(bin)
	if err != nil {
		return installation{}, fmt.Errorf("find %s: %w", bin, err)
	}
	if err := linkLibraries(filepath.Dir(bin)); err != nil {
		return installation{}, err
	}
	if wall := at.runner.wall(bin); wall != "" {
		if bin, err = copyPrograms(bin, at); err != nil {
			return installation{}, err
		}
		log.Warn("PostgreSQL's programs were copied to where its user can reach them", "closed", wall, "user", at.runner.name, "copy", bin)
	}
	cmd := at.command(filepath.Join(bin, "postgres"), at.data, "--version")
	output, err := cmd.CombinedOutput()
	if err != nil {
		return installation{}, fmt.Errorf("%s does not run: %w %s", cmd.Path, err, strings.TrimSpace(string(output)))
	}
	if err := ctx.Err(); err != nil {
		return installation{}, err
	}
	match := versionOutput.FindStringSubmatch(string(output))
	if match == nil {
		return installation{}, fmt.Errorf("%s says a version nobody understands: %q", cmd.Path, output)
	}
	major, err := strconv.Atoi(match[2])
	if err != nil || major < postgres.OldestServer {
		return installation{}, fmt.Errorf("%s is PostgreSQL %s; %d or newer is needed", cmd.Path, match[1], postgres.OldestServer)
	}
	return installation{bin: bin, version: match[1], major: major}, nil
}

// linkLibraries makes the symbolic links that the npm package of PostgreSQL
// leaves to an install script, which we do not let npm run. Elsewhere there is
// no list, and nothing is done.
func linkLibraries(native string) error {
	text, err := os.ReadFile(filepath.Join(native, "pg-symlinks.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the list of PostgreSQL's libraries: %w", err)
	}
	var links []struct {
		Source string `json:"source"` // both relative to the package
		Target string `json:"target"`
	}
	if err := json.Unmarshal(text, &links); err != nil {
		return fmt.Errorf("read the list of PostgreSQL's libraries: %w", err)
	}
	root, err := os.OpenRoot(filepath.Dir(native)) // no link leads or lies outside
	if err != nil {
		return fmt.Errorf("open the package of PostgreSQL: %w", err)
	}
	defer root.Close()
	for _, link := range links {
		if _, err := root.Stat(link.Source); err != nil {
			return fmt.Errorf("the package of PostgreSQL lacks a library: %w", err)
		}
		to, err := filepath.Rel(filepath.Dir(link.Target), link.Source)
		if err != nil {
			return fmt.Errorf("link PostgreSQL's libraries: %w", err)
		}
		if err := root.Symlink(to, link.Target); err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("link PostgreSQL's libraries: %w", err)
		}
	}
	return nil
}

// copyPrograms copies an installation (bin and what lies beside it) to the
// fall-back directory, once per version of it, and returns the copy of bin.
func copyPrograms(bin string, at place) (string, error) {
	from := filepath.Dir(bin)
	info, err := os.Stat(filepath.Join(bin, "postgres"))
	if err != nil {
		return "", fmt.Errorf("copy PostgreSQL's programs: %w", err)
	}
	// Size and time tell one version from the next without running it.
	name := "programs-" + shortHash(fmt.Sprint(from, info.Size(), info.ModTime().UnixNano()))
	to := filepath.Join(at.fallback, name)
	if isFile(filepath.Join(to, "bin", "postgres")) {
		return filepath.Join(to, "bin"), nil
	}
	if err := makeDirs(at.fallback); err != nil {
		return "", err
	}
	if wall := at.runner.wall(at.fallback); wall != "" {
		return "", fmt.Errorf("user %s can enter neither %s nor %s", at.runner.name, from, wall)
	}
	half, err := os.MkdirTemp(at.fallback, name+"-")
	if err != nil {
		return "", fmt.Errorf("copy PostgreSQL's programs: %w", err)
	}
	defer os.RemoveAll(half) // gone already when all went well
	if err := os.CopyFS(half, os.DirFS(from)); err != nil {
		return "", fmt.Errorf("copy PostgreSQL's programs: %w", err)
	}
	if err := openToAll(half); err != nil {
		return "", fmt.Errorf("copy PostgreSQL's programs: %w", err)
	}
	if err := os.Rename(half, to); err != nil && !isFile(filepath.Join(to, "bin", "postgres")) {
		return "", fmt.Errorf("copy PostgreSQL's programs: %w", err)
	}
	return filepath.Join(to, "bin"), nil
}

// openToAll lets everybody read a tree, whatever the umask made of it.
func openToAll(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Type()&fs.ModeSymlink != 0 {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		mode := info.Mode().Perm() | 0o444
		if entry.IsDir() || mode&0o100 != 0 {
			mode |= 0o111
		}
		return os.Chmod(path, mode)
	})
}
