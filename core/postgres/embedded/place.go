package embedded

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

const (
	superuser       = "postgres"
	socketPort      = 5432
	defaultFallback = "/var/lib/casement"
	// socketPathLimit is what fits into sockaddr_un everywhere, with its zero.
	socketPathLimit = 103
)

// place is where a cluster lives and who runs it.
type place struct {
	dir      string // everything below is ours
	data     string
	socket   string // directory of the socket
	fallback string // for what the cluster's user cannot reach
	runner   *runner
}

// runner is the user that runs the server when we are root; PostgreSQL refuses
// to run as root. It is nil when we are a plain user.
type runner struct {
	name     string
	uid, gid uint32
}

// findPlace decides on the directory, and makes it.
func findPlace(dir, fallback string, log *slog.Logger) (place, error) {
	if dir == "" {
		return place{}, errors.New("no directory was given for the private database")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return place{}, fmt.Errorf("find the directory of the private database: %w", err)
	}
	if fallback == "" {
		fallback = defaultFallback
	}
	run, err := findRunner()
	if err != nil {
		return place{}, err
	}
	if err := makeDirs(dir); err != nil {
		return place{}, err
	}
	if wall := run.wall(dir); wall != "" {
		other := filepath.Join(fallback, shortHash(dir))
		log.Warn("the private database lives elsewhere: PostgreSQL does not run as root, and the user it runs as cannot enter a directory on the way",
			"wanted", dir, "closed", wall, "user", run.name, "using", other)
		if err := makeDirs(other); err != nil {
			return place{}, err
		}
		if wall := run.wall(other); wall != "" {
			return place{}, fmt.Errorf("the private database can live neither in %s nor in %s: PostgreSQL does not run as root, "+
				"and user %s cannot enter %s; choose a data directory that every user may pass through, or set DATABASE_URL",
				dir, other, run.name, wall)
		}
		dir = other
	}
	// A directory behind a symbolic link has one name only from here on.
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return place{}, fmt.Errorf("find the directory of the private database: %w", err)
	}
	return place{
		dir:      dir,
		data:     filepath.Join(dir, "data"),
		socket:   socketDir(dir),
		fallback: fallback,
		runner:   run,
	}, nil
}

func findRunner() (*runner, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		// initdb asks for the name of its user, so a number of our own
		// choosing would not do.
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(found.Uid, 10, 32)
		if err != nil {
			continue
		}
		gid, err := strconv.ParseUint(found.Gid, 10, 32)
		if err != nil {
			continue
		}
		return &runner{name: name, uid: uint32(uid), gid: uint32(gid)}, nil
	}
	return nil, errors.New("PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody; " +
		"start Casement as a plain user, or set DATABASE_URL")
}

// wall returns the first directory on the way to path that the runner cannot
// enter, or "".
func (r *runner) wall(path string) string {
	if r == nil {
		return ""
	}
	// The path as the kernel walks it: a link may lead through other
	// directories than its name says.
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	way := "/"
	for _, part := range append([]string{""}, strings.Split(strings.Trim(path, "/"), "/")...) {
		way = filepath.Join(way, part)
		info, err := os.Stat(way)
		if err != nil {
			return way
		}
		if info.IsDir() && !r.mayEnter(info) {
			return way
		}
	}
	return ""
}

func (r *runner) mayEnter(info fs.FileInfo) bool {
	owner, ok := info.Sys().(*syscall.Stat_t)
	mode := info.Mode().Perm()
	switch {
	case ok && owner.Uid == r.uid:
		return mode&0o100 != 0
	case ok && owner.Gid == r.gid:
		return mode&0o010 != 0
	default:
		return mode&0o001 != 0
	}
}

// makeDirs makes a directory and its parents. Those it makes may be passed
// through by everybody, whatever the umask, but not listed.
func makeDirs(dir string) error {
	if info, err := os.Stat(dir); err == nil {
		if !info.IsDir() {
			return fmt.Errorf("%s is not a directory", dir)
		}
		return nil
	}
	if parent := filepath.Dir(dir); parent != dir {
		if err := makeDirs(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o711); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make a directory for the private database: %w", err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		return fmt.Errorf("make a directory for the private database: %w", err)
	}
	return nil
}

// socketDir is below dir unless that name is too long for a socket or has a
// character that the server's list of directories gives a meaning.
func socketDir(dir string) string {
	beside := filepath.Join(dir, "run")
	if socketFits(beside) {
		return beside
	}
	short := fmt.Sprintf("casement-%d-%s", os.Geteuid(), shortHash(dir))
	if below := filepath.Join(os.TempDir(), short); socketFits(below) {
		return below
	}
	return filepath.Join("/tmp", short)
}

func socketFits(dir string) bool {
	longest := filepath.Join(dir, fmt.Sprintf(".s.PGSQL.%d.lock", socketPort))
	return len(longest) <= socketPathLimit && !strings.ContainsAny(dir, `,"'\ `)
}

// prepare makes the directories that the server's user owns.
func (p place) prepare() error {
	for _, dir := range []string{p.data, p.socket} {
		if err := p.ownDir(dir); err != nil {
			return err
		}
	}
	return nil
}

// ownDir makes sure that a directory exists which only the server's user may
// enter. The socket's may stand in a directory everybody can write to, so one
// that somebody else prepared is refused.
func (p place) ownDir(dir string) error {
	err := os.Mkdir(dir, 0o700)
	made := err == nil
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make a directory for the private database: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("look at a directory of the private database: %w", err)
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || !ok {
		return fmt.Errorf("%s is not a directory", dir)
	}
	if !made && owner.Uid != uint32(os.Geteuid()) && owner.Uid != p.uid() {
		return fmt.Errorf("%s belongs to another user (%d); the private database will not use it", dir, owner.Uid)
	}
	if p.runner != nil && owner.Uid != p.runner.uid {
		if err := os.Lchown(dir, int(p.runner.uid), int(p.runner.gid)); err != nil {
			return fmt.Errorf("give %s to user %s: %w", dir, p.runner.name, err)
		}
	}
	if info.Mode().Perm() != 0o700 {
		if err := os.Chmod(dir, 0o700); err != nil {
			return fmt.Errorf("close %s to other users: %w", dir, err)
		}
	}
	return nil
}

func (p place) uid() uint32 {
	if p.runner != nil {
		return p.runner.uid
	}
	return uint32(os.Geteuid())
}

func (p place) logFile() string { return filepath.Join(p.dir, "postgres.log") }

// command prepares a program to run as the cluster's user, in a process group
// of its own: Ctrl-C is for us, and we stop the server when we are ready.
func (p place) command(program, dir string, arguments ...string) *exec.Cmd {
	cmd := exec.Command(program, arguments...)
	cmd.Dir = dir // the one we are in may be closed to that user
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=" + locale(), "TZ=UTC", "HOME=" + dir}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if p.runner != nil {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: p.runner.uid, Gid: p.runner.gid}
	}
	return cmd
}

// takeLock makes sure that one process looks after a directory. The kernel
// releases the lock with our last breath, whatever takes it.
func takeLock(dir string) (*os.File, error) {
	path := filepath.Join(dir, "lock")
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the private database: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder := make([]byte, 20)
		n, _ := file.Read(holder) // only to say it in the message
		file.Close()
		return nil, fmt.Errorf("the private database in %s is in use by another Casement (process %s): %w",
			dir, strings.TrimSpace(string(holder[:n])), err)
	}
	err = file.Truncate(0)
	if err == nil {
		_, err = file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("lock the private database: %w", err)
	}
	return file, nil
}

func shortHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:5])
}
