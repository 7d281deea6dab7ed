// Package embedded runs a private PostgreSQL cluster as a child process, so
// that Casement starts on a bare machine: as root or as a plain user, without
// a package to install, a port to choose or a password to keep.
//
// The cluster listens on a Unix socket in a directory that only its own user
// may enter. It ends when we end, however we end: by [Server.Stop], by a
// signal, or by kill -9. Data found in the directory are never deleted.
//
// embedded.go starts, watches and stops; binaries.go finds the programs of
// PostgreSQL; place.go decides where the cluster can live; cluster.go makes
// and inspects it; process_*.go is what differs between operating systems.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Config says where the cluster lives and which programs run it.
type Config struct {
	// Dir holds data/, run/ (the socket) and postgres.log. It is made when
	// missing. Running as root, where the server has to run as another user
	// who cannot reach Dir, a directory below Fallback is used instead.
	Dir string
	// Fallback is "/var/lib/casement" when empty.
	Fallback string
	// Programs says where to look for PostgreSQL.
	Programs Programs
	// Settings are parameters of the server, over our own.
	Settings map[string]string
	// Log is told what a person operating the program should know. Optional.
	Log *slog.Logger
}

// Server is a running cluster.
type Server struct {
	place    place
	programs installation
	settings []string
	log      *slog.Logger
	lock     *os.File
	created  bool

	wanted context.Context // until Stop
	unwant context.CancelFunc
	done   chan struct{} // closed when the cluster is down for good
	err    error         // why, readable after done

	mu    sync.Mutex
	child *child
}

const (
	// readyTimeout allows for recovery after a crash, which reads back the log.
	readyTimeout = 2 * time.Minute
	pollInterval = 10 * time.Millisecond
	logFileLimit = 16 << 20
)

// ourSettings are what our cluster differs in from a fresh one.
var ourSettings = map[string]string{
	"listen_addresses":        "",
	"unix_socket_permissions": "0700",
	"timezone":                "UTC",
	"log_timezone":            "UTC",
	"jit":                     "off", // our statements are short
	"shared_buffers":          "512MB",
	// What is read is in memory as a rule, so that an index is worth its while;
	// and pages are many at once, so that none needs a second process.
	"random_page_cost":                "1.1",
	"effective_cache_size":            "4GB",
	"max_parallel_workers_per_gather": "0",
	"log_checkpoints":                 "off",
	// What people wrote must not get into a log: neither statements, nor the
	// values that broke a constraint.
	"log_min_error_statement": "panic",
	"log_error_verbosity":     "terse",
}

// Start makes the cluster if there is none, starts it and returns once it
// answers. A cluster left running by a predecessor that was killed is stopped
// first; one in use by a living process is refused.
func Start(ctx context.Context, config Config) (_ *Server, err error) {
	s := &Server{log: config.Log, done: make(chan struct{})}
	s.wanted, s.unwant = context.WithCancel(context.WithoutCancel(ctx))
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.place, err = findPlace(config.Dir, config.Fallback, s.log); err != nil {
		return nil, err
	}
	if s.lock, err = takeLock(s.place.dir); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			s.unwant()
			s.lock.Close()
		}
	}()
	if err := s.place.prepare(); err != nil {
		return nil, err
	}
	if s.programs, err = config.Programs.find(ctx, s.place, s.log); err != nil {
		return nil, err
	}
	if err := s.stopOrphan(); err != nil {
		return nil, err
	}
	if s.created, err = s.makeCluster(ctx, config.Settings["fsync"] == "off"); err != nil {
		return nil, err
	}
	s.settings = serverArguments(config.Settings)
	exited, err := s.launch()
	if err != nil {
		return nil, err
	}
	if err := s.waitReady(ctx, exited); err != nil {
		if ended := (*exitError)(nil); !errors.As(err, &ended) {
			err = errors.Join(err, s.signalUntilGone(exited))
		}
		return nil, err
	}
	go s.supervise(exited)
	return s, nil
}

// DSN is the connection string of one of the cluster's databases. "postgres"
// always exists.
func (s *Server) DSN(database string) string {
	return fmt.Sprintf("host=%s port=%d user=%s dbname=%s sslmode=disable",
		quoteDSN(s.place.socket), socketPort, superuser, quoteDSN(database))
}

// EnsureDatabase creates a database in UTF-8 if it is missing and returns its
// connection string.
func (s *Server) EnsureDatabase(ctx context.Context, name string) (string, error) {
	conn, err := pgx.Connect(ctx, s.DSN("postgres"))
	if err != nil {
		return "", fmt.Errorf("connect to the private database: %w", err)
	}
	defer conn.Close(ctx)
	var has bool
	if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name).Scan(&has); err != nil {
		return "", fmt.Errorf("look for database %s: %w", name, err)
	}
	if !has {
		if _, err := conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()); err != nil {
			return "", fmt.Errorf("create database %s: %w", name, err)
		}
	}
	return s.DSN(name), nil
}

// Dir is where the cluster really lives: Config.Dir, or below the fall-back.
func (s *Server) Dir() string { return s.place.dir }

// Version is the server's version, such as "18.4", and Programs where its
// programs were found.
func (s *Server) Version() string { return s.programs.version }

// Programs is the directory of the server's programs.
func (s *Server) Programs() string { return s.programs.bin }

// Created tells whether Start made the cluster.
func (s *Server) Created() bool { return s.created }

// PID is the process id of the server now; it changes when the server has to
// be restarted.
func (s *Server) PID() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.child.cmd.Process.Pid
}

// Done is closed when the cluster is down and will not come back.
func (s *Server) Done() <-chan struct{} { return s.done }

// Err says why Done was closed; nil after Stop.
func (s *Server) Err() error {
	select {
	case <-s.done:
		return s.err
	default:
		return nil
	}
}

// Stop shuts the cluster down, interrupting whatever it does, and waits until
// it has. Everything committed is kept. Calling it again is harmless.
func (s *Server) Stop() error {
	s.unwant()
	<-s.done
	return s.err
}

// child is one run of the server process.
type child struct {
	cmd    *exec.Cmd
	exited chan error
}

func serverArguments(settings map[string]string) []string {
	merged := map[string]string{}
	for name, value := range ourSettings {
		merged[name] = value
	}
	for name, value := range settings {
		merged[name] = value
	}
	var arguments []string
	for name, value := range merged {
		arguments = append(arguments, name+"="+value)
	}
	slices.Sort(arguments)
	return arguments
}

// launch starts the server process and returns the channel that tells its end.
func (s *Server) launch() (<-chan error, error) {
	// The server gets a real file: with a closed standard output it exits.
	output, err := openLog(s.place.logFile())
	if err != nil {
		return nil, err
	}
	defer output.Close()
	arguments := []string{"-D", s.place.data, "-k", s.place.socket, "-p", fmt.Sprint(socketPort)}
	for _, setting := range s.settings {
		arguments = append(arguments, "-c", setting)
	}
	cmd := s.command("postgres", s.place.data, arguments...)
	dieWithParent(cmd.SysProcAttr, syscall.SIGINT) // a fast shutdown, even after kill -9
	cmd.Stdout, cmd.Stderr = output, output

	run := &child{cmd: cmd, exited: make(chan error, 1)}
	started := make(chan error, 1)
	go func() {
		// The signal of a parent's death is sent when the *thread* that
		// started the child ends, so this one is kept for the child's life.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			run.exited <- cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	s.mu.Lock()
	s.child = run
	s.mu.Unlock()
	return run.exited, nil
}

// command prepares one of PostgreSQL's programs to run as the cluster's user.
func (s *Server) command(name, dir string, arguments ...string) *exec.Cmd {
	return s.place.command(filepath.Join(s.programs.bin, name), dir, arguments...)
}

func (s *Server) waitReady(ctx context.Context, exited <-chan error) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, s.DSN("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case e := <-exited:
			return &exitError{cause: e, log: tail(s.place.logFile())}
		case <-ctx.Done():
			return fmt.Errorf("the private database does not answer: %w", errors.Join(context.Cause(ctx), err))
		case <-tick.C:
		}
	}
}

// exitError says that the server ended when it should have run.
type exitError struct {
	cause error
	log   string
}

func (e *exitError) Error() string {
	return fmt.Sprintf("the private PostgreSQL ended by itself (%v); its log ends:\n%s", e.cause, e.log)
}

func (e *exitError) Unwrap() error { return e.cause }

const (
	// A killed server leaves memory that its last children still hold for a
	// moment, so the first attempts may fail.
	restartAttempts = 20
	restartPause    = 250 * time.Millisecond
)

// supervise waits for the end of the server: it is either asked for, or the
// server is started again. The socket stays where it is, so that pools find
// the new server by themselves.
func (s *Server) supervise(exited <-chan error) {
	defer close(s.done)
	defer s.lock.Close()
	for {
		select {
		case <-s.wanted.Done():
			s.err = s.signalUntilGone(exited)
			return
		case cause := <-exited:
			s.log.Error("the private PostgreSQL ended by itself and is started again", "cause", cause)
		}
		if exited = s.restart(); exited == nil {
			return
		}
	}
}

// restart returns nil, with s.err set, when the server does not come back or
// is no longer wanted.
func (s *Server) restart() <-chan error {
	for attempt := 1; s.wanted.Err() == nil; attempt++ {
		exited, err := s.launch()
		if err == nil {
			if err = s.waitReady(s.wanted, exited); err == nil {
				return exited
			}
			if ended := (*exitError)(nil); !errors.As(err, &ended) {
				err = errors.Join(err, s.signalUntilGone(exited))
			}
		}
		if attempt == restartAttempts {
			s.err = fmt.Errorf("the private PostgreSQL could not be started again: %w", err)
			s.log.Error("the private PostgreSQL could not be started again", "error", err)
			return nil
		}
		select {
		case <-s.wanted.Done():
		case <-time.After(restartPause):
		}
	}
	return nil
}

// signalUntilGone asks with growing insistence: fast shutdown, immediate
// shutdown, kill. The first is the rule; the others cost a recovery.
func (s *Server) signalUntilGone(exited <-chan error) error {
	s.mu.Lock()
	process := s.child.cmd.Process
	s.mu.Unlock()
	for _, step := range []struct {
		signal   syscall.Signal
		patience time.Duration
	}{{syscall.SIGINT, 30 * time.Second}, {syscall.SIGQUIT, 10 * time.Second}, {syscall.SIGKILL, 10 * time.Second}} {
		if err := process.Signal(step.signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("stop the private PostgreSQL: %w", err)
		}
		select {
		case err := <-exited:
			if step.signal != syscall.SIGKILL {
				return err
			}
			return nil
		case <-time.After(step.patience):
		}
	}
	return fmt.Errorf("the private PostgreSQL (process %d) cannot be stopped", process.Pid)
}

func openLog(path string) (*os.File, error) {
	flags := os.O_CREATE | os.O_WRONLY | os.O_APPEND
	if info, err := os.Stat(path); err == nil && info.Size() > logFileLimit {
		flags |= os.O_TRUNC
	}
	file, err := os.OpenFile(path, flags, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log of the private database: %w", err)
	}
	return file, nil
}

// tail returns the last lines of a log, for an error message.
func tail(path string) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	const size = 2 << 10
	if info, err := file.Stat(); err == nil && info.Size() > size {
		if _, err := file.Seek(-size, io.SeekEnd); err != nil {
			return ""
		}
	}
	text, err := io.ReadAll(io.LimitReader(file, size))
	if err != nil {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-8):], "\n")
}

// quoteDSN quotes a value of a keyword connection string.
func quoteDSN(value string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value) + "'"
}
