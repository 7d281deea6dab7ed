package embedded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// locale is the one that knows every letter and sorts by code point, so that
// an update of the system's libraries never breaks an index.
func locale() string {
	if runtime.GOOS == "darwin" {
		return "en_US.UTF-8"
	}
	return "C.UTF-8"
}

// clusterMajor reads which major version made the data directory; 0 when
// there is no cluster in it.
func clusterMajor(data string) (int, error) {
	text, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the version of the private database: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("the version of the private database in %s is not a number: %q", data, text)
	}
	return major, nil
}

// makeCluster runs initdb if there is no cluster. It fills a directory beside
// the real one and renames it, so that being killed half-way leaves nothing
// that looks like a cluster.
func (s *Server) makeCluster(ctx context.Context, careless bool) (created bool, err error) {
	major, err := clusterMajor(s.place.data)
	if err != nil || major != 0 {
		return false, err
	}
	if err := refuseStrangers(s.place.data); err != nil {
		return false, err
	}
	fresh := s.place.data + ".init"
	if err := os.RemoveAll(fresh); err != nil {
		return false, fmt.Errorf("remove a half-made cluster: %w", err)
	}
	if err := s.place.ownDir(fresh); err != nil {
		return false, err
	}
	arguments := []string{"-D", fresh, "-U", superuser, "-E", "UTF8", "--locale=" + locale(),
		"--auth-local=trust", "--auth-host=scram-sha-256", "--no-instructions"}
	switch {
	case !careless:
		arguments = append(arguments, "--data-checksums")
	case s.programs.major >= 18: // where they became the default
		arguments = append(arguments, "--no-sync", "--no-data-checksums")
	default:
		arguments = append(arguments, "--no-sync")
	}
	cmd := s.command("initdb", fresh, arguments...)
	dieWithParent(cmd.SysProcAttr, syscall.SIGKILL)
	runtime.LockOSThread() // see launch
	output, err := cmd.CombinedOutput()
	runtime.UnlockOSThread()
	if err != nil {
		return false, fmt.Errorf("make the private database (initdb): %w\n%s", err, output)
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if err := os.Remove(s.place.data); err != nil { // empty, as checked
		return false, fmt.Errorf("put the new cluster in place: %w", err)
	}
	if err := os.Rename(fresh, s.place.data); err != nil {
		return false, fmt.Errorf("put the new cluster in place: %w", err)
	}
	return true, nil
}

// refuseStrangers keeps us from building on files we do not understand.
func refuseStrangers(data string) error {
	entries, err := os.ReadDir(data)
	if err != nil {
		return fmt.Errorf("look into the data directory: %w", err)
	}
	if len(entries) > 0 {
		return fmt.Errorf("%s holds files (%s …) but no PostgreSQL cluster; move them away to let Casement make one",
			data, entries[0].Name())
	}
	return nil
}

const orphanPatience = 30 * time.Second

// stopOrphan stops a server that runs on our data although its supervisor is
// gone, which we know because we hold the lock.
func (s *Server) stopOrphan() error {
	pid := livePostmaster(s.place.data)
	if pid == 0 {
		return nil
	}
	s.log.Warn("a PostgreSQL left behind by a killed Casement is stopped", "pid", pid)
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT} {
		if err := syscall.Kill(pid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stop the PostgreSQL left behind (process %d): %w", pid, err)
		}
		for end := time.Now().Add(orphanPatience); time.Now().Before(end); <-tick.C {
			if livePostmaster(s.place.data) != pid {
				return nil
			}
		}
	}
	return fmt.Errorf("the PostgreSQL left behind in %s (process %d) does not stop", s.place.data, pid)
}

// livePostmaster returns the process id of the server running on a data
// directory, or 0. The number in postmaster.pid may have gone to another
// process since, so the process is asked for its directory, too.
func livePostmaster(data string) int {
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil || pid <= 1 || !isPostmaster(pid, data) {
		return 0
	}
	return pid
}
