package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/casement-dev/casement/core/postgres/embedded"
)

// server returns the connection string of the server to test on, starting one
// when none was given. It lives as long as the process.
var server = sync.OnceValues(func() (string, error) {
	if dsn := os.Getenv(Variable); dsn != "" {
		return dsn, nil
	}
	cluster, err := shared()
	if err != nil {
		return "", err
	}
	return cluster.DSN("postgres"), nil
})

// shared keeps the cluster, and with it the sweeper's tether, for as long as
// the process lives.
var shared = sync.OnceValues(func() (*Cluster, error) { return StartCluster(context.Background()) })

// Cluster is a throw-away server.
type Cluster struct {
	*embedded.Server
	tether io.Closer // closed by us or by our end, it sets the sweeper to work
}

// Close stops the server and has its files removed.
func (c *Cluster) Close() error {
	return errors.Join(c.Stop(), c.tether.Close())
}

// Settings of a cluster whose data nobody will miss.
var careless = map[string]string{
	"fsync":                   "off",
	"synchronous_commit":      "off",
	"full_page_writes":        "off",
	"max_connections":         "200",
	"shared_buffers":          "128MB",
	"wal_level":               "minimal",
	"max_wal_senders":         "0",
	"max_wal_size":            "256MB",
	"autovacuum_naptime":      "5min",
	"log_min_error_statement": "error", // nothing in it is real
	"log_error_verbosity":     "default",
}

// StartCluster starts a throw-away server in a temporary directory. When this
// process ends, in whatever way, the server ends and its files are removed.
// CASEMENT_POSTGRES_BIN says which programs to use.
func StartCluster(ctx context.Context) (*Cluster, error) {
	dir, err := os.MkdirTemp(baseDir(), "casement-test-")
	if err != nil {
		return nil, fmt.Errorf("make a directory for the test server: %w", err)
	}
	// Without rights for others the server's own user could not enter.
	if err := os.Chmod(dir, 0o711); err != nil {
		return nil, fmt.Errorf("make a directory for the test server: %w", err)
	}
	server, err := embedded.Start(ctx, embedded.Config{
		Dir:      dir,
		Programs: embedded.Programs{BinDir: os.Getenv("CASEMENT_POSTGRES_BIN"), NodeModules: nodeModules()},
		Settings: careless,
	})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	tether, err := sweepAfterUs(dir, server.Dir())
	if err != nil {
		return nil, errors.Join(err, server.Stop(), os.RemoveAll(dir))
	}
	return &Cluster{Server: server, tether: tether}, nil
}

// sweeper waits for the end of its input, which is the end of the process that
// holds the other side; then for the server to let go; then it removes.
const sweeper = `cat >/dev/null
for i in 1 2 3 4 5 6 7 8 9 10; do [ -e "$2/data/postmaster.pid" ] || break; sleep 0.3; done
rm -rf "$1" "$2"`

// sweepAfterUs leaves a process behind that removes both directories once we
// are gone: a test process has no last moment of its own, and none at all when
// it is killed.
func sweepAfterUs(dir, real string) (io.Closer, error) {
	cmd := exec.Command("/bin/sh", "-c", sweeper, "sweeper", dir, real)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // survives Ctrl-C
	tether, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("prepare to remove the test server: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("prepare to remove the test server: %w", err)
	}
	return tether, nil
}

// memoryDir is a file system in memory, where copying a database takes a fifth
// of the time; it is used when there is plenty of it.
const (
	memoryDir  = "/dev/shm"
	memoryNeed = 2 << 30
)

// baseDir is where a throw-away server keeps its files; "" is the usual place
// for temporary files.
func baseDir() string {
	if os.Getenv("TMPDIR") != "" {
		return ""
	}
	var stat syscall.Statfs_t
	if err := syscall.Statfs(memoryDir, &stat); err != nil || uint64(stat.Bavail)*uint64(stat.Bsize) < memoryNeed {
		return ""
	}
	return memoryDir
}

// nodeModules finds the packages of the checkout that the test runs in.
func nodeModules() []string {
	dir, err := os.Getwd()
	if err != nil {
		return nil
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			if modules := filepath.Join(dir, "web", "assets", "node_modules"); isDir(modules) {
				return []string{modules}
			}
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return nil
		}
		dir = parent
	}
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
