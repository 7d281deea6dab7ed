// Package meilitest runs a real Meilisearch server for tests: on this machine
// alone, as a user without rights, in a directory of its own. It is for tests
// only; "make test-meili" installs the server and names it.
package meilitest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Variable names the environment variable with the path of the server's
// program.
const Variable = "CASEMENT_TEST_MEILI"

// Key is that of every server here.
const Key = "a-key-for-tests-alone"

// nobody is who runs the server when the tests run as root: 65534 everywhere.
const nobody = 65534

const startTimeout = 20 * time.Second

// Server is one that can be killed and started again on the same data.
type Server struct {
	URL string

	program, dir, data, address string
	mu                          sync.Mutex
	process                     *exec.Cmd
	said                        *bytes.Buffer
}

// New starts a server of the test's own, which ends with the test. Without a
// program the test is skipped, and says so.
func New(t testing.TB) *Server {
	t.Helper()
	Need(t)
	s, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Need skips a test when there is no server to test with.
func Need(t testing.TB) {
	t.Helper()
	if !Installed() {
		t.Skipf("NOT TESTED: %s does not name a Meilisearch server; run “make test-meili”", Variable)
	}
}

// Installed reports whether there is a server to test with.
func Installed() bool { return os.Getenv(Variable) != "" }

// Open starts a server. It must be closed.
func Open() (*Server, error) {
	dir, err := os.MkdirTemp("", "casement-meili")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, program: filepath.Join(dir, "meilisearch")}
	if err := s.prepare(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.Start(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// memory is where data is written at no cost, if there is such a place: every
// task of the server waits for the disk several times. A TMPDIR that somebody
// chose is used instead.
func memory() string {
	const dir, need = "/dev/shm", 2 << 30
	var room syscall.Statfs_t
	if os.Getenv("TMPDIR") != "" || syscall.Statfs(dir, &room) != nil || room.Bavail*uint64(room.Bsize) < need {
		return os.TempDir()
	}
	return dir
}

// prepare puts the program where a user without rights may run it, and finds
// an address that is free.
func (s *Server) prepare() error {
	if err := os.Chmod(s.dir, 0o711); err != nil {
		return err
	}
	from, err := os.Open(os.Getenv(Variable))
	if err != nil {
		return fmt.Errorf("the program that %s names: %w", Variable, err)
	}
	defer from.Close()
	to, err := os.OpenFile(s.program, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	if err := errors.Join(err, to.Close()); err != nil {
		return err
	}
	if s.data, err = os.MkdirTemp(memory(), "casement-meili"); err != nil {
		return err
	}
	if os.Geteuid() == 0 {
		if err := os.Chown(s.data, nobody, nobody); err != nil {
			return err
		}
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.address = free.Addr().String()
	s.URL = "http://" + s.address
	return free.Close()
}

// Start starts the server, or starts it again, and waits until it answers.
func (s *Server) Start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.said = &bytes.Buffer{}
	s.process = exec.Command(s.program, "--no-analytics", "--http-addr", s.address, "--env", "production", "--log-level", "WARN",
		"--db-path", filepath.Join(s.data, "db"), "--dump-dir", filepath.Join(s.data, "dumps"), "--snapshot-dir", filepath.Join(s.data, "snapshots"))
	s.process.Dir, s.process.Env = s.data, []string{"MEILI_MASTER_KEY=" + Key}
	s.process.Stdout, s.process.Stderr = s.said, s.said
	s.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Geteuid() == 0 {
		s.process.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
	if err := s.process.Start(); err != nil {
		return fmt.Errorf("start Meilisearch: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for !s.answers(ctx) {
		select {
		case <-ctx.Done():
			err := s.end()
			return errors.Join(fmt.Errorf("the server did not answer within %s: %s", startTimeout, s.said), err)
		case <-look.C:
		}
	}
	return nil
}

func (s *Server) answers(ctx context.Context) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/health", nil)
	if err != nil {
		return false
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

// Kill ends the server at once, in the middle of whatever it does.
func (s *Server) Kill() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.end()
}

func (s *Server) end() error {
	if s.process == nil {
		return nil
	}
	err := s.process.Process.Kill()
	_ = s.process.Wait() // says that it was killed
	s.process = nil
	return err
}

// Close ends the server and removes its data.
func (s *Server) Close() error {
	err := errors.Join(s.Kill(), os.RemoveAll(s.dir))
	if s.data != "" {
		err = errors.Join(err, os.RemoveAll(s.data))
	}
	return err
}

// Empty kills the server, takes everything it knew away, and starts it again.
func (s *Server) Empty() error {
	if err := s.Kill(); err != nil {
		return err
	}
	entries, err := os.ReadDir(s.data)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(s.data, e.Name())); err != nil {
			return err
		}
	}
	return s.Start()
}
