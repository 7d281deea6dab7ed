package embedded

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// childVariable makes this program a supervisor to be killed by a test.
const childVariable = "CASEMENT_EMBEDDED_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childVariable); dir != "" {
		superviseUntilKilled(dir)
		return
	}
	os.Exit(m.Run())
}

func superviseUntilKilled(dir string) {
	s, err := Start(context.Background(), config(dir))
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	fmt.Println(s.PID())
	select {}
}

func TestDataOutliveAStop(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	first := start(t, dir)
	if !first.Created() {
		t.Error("the first start made no cluster")
	}
	remember(t, first, "kept")
	stop(t, first)

	second := start(t, dir)
	if second.Created() {
		t.Error("the second start made a cluster")
	}
	if got := recall(t, second); got != "kept" {
		t.Errorf("found %q", got)
	}
}

func TestAKilledServerComesBackWithEverythingThatWasCommitted(t *testing.T) {
	t.Parallel()
	s := start(t, openDir(t))
	remember(t, s, "committed")
	before := s.PID()
	if err := syscall.Kill(before, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the server is back", func() bool {
		conn, err := pgx.Connect(t.Context(), s.DSN("postgres"))
		if err != nil {
			return false
		}
		defer conn.Close(t.Context())
		return s.PID() != before
	})
	if got := recall(t, s); got != "committed" {
		t.Errorf("found %q", got)
	}
}

func TestAKilledSupervisorLeavesNoServerAndLosesNothing(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	stop(t, start(t, dir)) // makes the cluster

	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childVariable+"="+dir)
	output, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatalf("the child says %q", line)
	}
	sameCluster := &Server{place: place{socket: socketDir(dir)}}
	remember(t, sameCluster, "written before the kill")
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // it was killed

	eventually(t, "the server follows its supervisor", func() bool { return !isPostmaster(pid, filepath.Join(dir, "data")) })
	if got := recall(t, start(t, dir)); got != "written before the kill" {
		t.Errorf("found %q", got)
	}
}

func TestAServerLeftBehindIsStoppedAndItsDataKept(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	first := start(t, dir)
	remember(t, first, "kept")
	stop(t, first)

	orphan := first.command("postgres", first.place.data, "-D", first.place.data, "-k", first.place.socket,
		"-c", "listen_addresses=", "-c", "logging_collector=off")
	log, err := os.Create(filepath.Join(dir, "orphan.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	orphan.Stdout, orphan.Stderr = log, log
	if err := orphan.Start(); err != nil {
		t.Fatal(err)
	}
	gone := make(chan error, 1)
	go func() { gone <- orphan.Wait() }()
	eventually(t, "the orphan answers", func() bool {
		conn, err := pgx.Connect(t.Context(), first.DSN("postgres"))
		if err != nil {
			return false
		}
		return conn.Close(t.Context()) == nil
	})

	second := start(t, dir)
	select {
	case <-gone:
	default:
		t.Error("the server left behind still runs")
	}
	if second.PID() == orphan.Process.Pid {
		t.Error("the server left behind was adopted")
	}
	if got := recall(t, second); got != "kept" {
		t.Errorf("found %q", got)
	}
}

func TestAProcessThatInheritedTheNumberOfADeadServerIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	first := start(t, dir)
	stop(t, first)
	bystander := exec.Command("/bin/sh", "-c", "read line")
	input, err := bystander.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := bystander.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		input.Close()
		if err := bystander.Wait(); err != nil && bystander.ProcessState.ExitCode() < 0 {
			t.Errorf("the bystander was signalled: %v", err)
		}
	}()
	stale := fmt.Sprintf("%d\n%s\n", bystander.Process.Pid, first.place.data)
	if err := os.WriteFile(filepath.Join(first.place.data, "postmaster.pid"), []byte(stale), 0o600); err != nil {
		t.Fatal(err)
	}
	if pid := livePostmaster(first.place.data); pid != 0 {
		t.Errorf("process %d is taken for a server", pid)
	}
}

func TestASecondSupervisorIsRefused(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	start(t, dir)
	_, err := Start(t.Context(), config(dir))
	if err == nil || !strings.Contains(err.Error(), "in use") || !strings.Contains(err.Error(), strconv.Itoa(os.Getpid())) {
		t.Errorf("err = %v", err)
	}
}

func TestStoppingTwiceIsHarmless(t *testing.T) {
	t.Parallel()
	s := start(t, openDir(t))
	stop(t, s)
	stop(t, s)
	if err := s.Err(); err != nil {
		t.Error(err)
	}
}

func TestAClusterOfAnotherVersionIsRefusedAndNotTouched(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	stop(t, start(t, dir))
	file := filepath.Join(dir, "data", "PG_VERSION")
	if err := os.WriteFile(file, []byte("12\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := listing(t, filepath.Join(dir, "data"))
	_, err := Start(t.Context(), config(dir))
	if err == nil || !strings.Contains(err.Error(), "PostgreSQL 12") {
		t.Errorf("err = %v", err)
	}
	if after := listing(t, filepath.Join(dir, "data")); after != before {
		t.Errorf("files changed from\n%s\nto\n%s", before, after)
	}
}

func TestFilesThatAreNoClusterAreRefusedAndNotTouched(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	if err := makeDirs(filepath.Join(dir, "data")); err != nil {
		t.Fatal(err)
	}
	thesis := filepath.Join(dir, "data", "thesis.txt")
	if err := os.WriteFile(thesis, []byte("years of work"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), config(dir))
	if err == nil || !strings.Contains(err.Error(), "thesis.txt") {
		t.Errorf("err = %v", err)
	}
	if text, err := os.ReadFile(thesis); err != nil || string(text) != "years of work" {
		t.Errorf("the file is now %q, %v", text, err)
	}
}

func TestAClusterThatWasHalfMadeIsMadeAgain(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	half := filepath.Join(dir, "data.init")
	if err := makeDirs(half); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(half, "PG_VERSION"), []byte("18\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s := start(t, dir); !s.Created() {
		t.Error("no cluster was made")
	}
	if _, err := os.Stat(half); !os.IsNotExist(err) {
		t.Errorf("the half is still there: %v", err)
	}
}

func TestPathsThatDoNotFitASocketAreServedFromAShortOne(t *testing.T) {
	t.Parallel()
	for _, name := range []string{strings.Repeat("long", 30), "comma, space 'and' quote"} {
		dir := filepath.Join(openDir(t), name)
		s := start(t, dir)
		remember(t, s, name)
		if got := recall(t, s); got != name {
			t.Errorf("found %q", got)
		}
		if strings.HasPrefix(s.place.socket, dir) {
			t.Errorf("the socket is in %s", s.place.socket)
		}
		t.Cleanup(func() { os.RemoveAll(s.place.socket) })
	}
}

func TestASocketDirectoryPreparedBySomebodyElseIsRefused(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can make directories for others")
	}
	dir := filepath.Join(openDir(t), "run")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(dir, 4242, 4242); err != nil {
		t.Fatal(err)
	}
	if err := (place{runner: &runner{uid: 99}}).ownDir(dir); err == nil {
		t.Error("accepted")
	}
	link := filepath.Join(filepath.Dir(dir), "link")
	if err := os.Symlink("/etc", link); err != nil {
		t.Fatal(err)
	}
	if err := (place{}).ownDir(link); err == nil {
		t.Error("a symbolic link was accepted")
	}
}

func TestADirectoryTheServersUserCannotReachIsReplacedAndSaid(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("a plain user runs the server under its own name")
	}
	closed := filepath.Join(openDir(t), "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	fallback := openDir(t)
	var log bytes.Buffer
	c := config(filepath.Join(closed, "data"))
	c.Fallback, c.Log = fallback, slog.New(slog.NewTextHandler(&log, nil))
	s, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	remember(t, s, "kept")
	stop(t, s)
	if !strings.HasPrefix(s.Dir(), fallback) {
		t.Errorf("the cluster is in %s", s.Dir())
	}
	if !strings.Contains(log.String(), closed) || !strings.Contains(log.String(), s.Dir()) {
		t.Errorf("the log does not explain: %s", log.String())
	}
	again, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer stop(t, again)
	if got := recall(t, again); got != "kept" {
		t.Errorf("found %q", got)
	}

	c.Fallback = filepath.Join(closed, "fallback")
	if _, err := Start(t.Context(), c); err == nil || !strings.Contains(err.Error(), closed) {
		t.Errorf("with nowhere to go: err = %v", err)
	}
}

func TestARestrictiveUmaskDoesNotShutTheServerOut(t *testing.T) {
	// Not parallel: the umask belongs to the process.
	base := openDir(t)
	old := syscall.Umask(0o077)
	s, err := Start(t.Context(), config(filepath.Join(base, "a", "b")))
	syscall.Umask(old)
	if err != nil {
		t.Fatal(err)
	}
	stop(t, s)
	if s.Dir() != filepath.Join(base, "a", "b") {
		t.Errorf("the cluster is in %s", s.Dir())
	}
}

func TestADatabaseIsMadeOnce(t *testing.T) {
	t.Parallel()
	s := start(t, openDir(t))
	for range 2 {
		dsn, err := s.EnsureDatabase(t.Context(), "casement")
		if err != nil {
			t.Fatal(err)
		}
		conn, err := pgx.Connect(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		var encoding string
		if err := conn.QueryRow(t.Context(), "SELECT current_setting('server_encoding')").Scan(&encoding); err != nil || encoding != "UTF8" {
			t.Errorf("encoding %q, %v", encoding, err)
		}
		conn.Close(t.Context())
	}
}

func TestNobodyElseMayEnterTheSocketOrTheData(t *testing.T) {
	t.Parallel()
	s := start(t, openDir(t))
	for _, dir := range []string{s.place.socket, s.place.data} {
		info, err := os.Stat(dir)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o700 {
			t.Errorf("%s has mode %o", dir, info.Mode().Perm())
		}
	}
	conn, err := pgx.Connect(t.Context(), s.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var addresses string
	if err := conn.QueryRow(t.Context(), "SELECT current_setting('listen_addresses')").Scan(&addresses); err != nil || addresses != "" {
		t.Errorf("the server listens on %q, %v", addresses, err)
	}
}

func TestWhatPeopleWroteDoesNotReachTheLog(t *testing.T) {
	t.Parallel()
	s := start(t, openDir(t))
	conn, err := pgx.Connect(t.Context(), s.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), "CREATE TABLE secret (word text PRIMARY KEY)"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err = conn.Exec(t.Context(), "INSERT INTO secret VALUES ('Rumpelstiltskin')")
	}
	if err == nil {
		t.Fatal("a duplicate was accepted")
	}
	log := ""
	eventually(t, "the error is in the log", func() bool {
		log = tail(s.place.logFile())
		return strings.Contains(log, "secret_pkey")
	})
	if strings.Contains(log, "Rumpelstiltskin") {
		t.Errorf("the log knows the word:\n%s", log)
	}
}

// config is a quick cluster with the programs of this checkout.
func config(dir string) Config {
	return Config{
		Dir:      dir,
		Programs: Programs{NodeModules: []string{filepath.Join("..", "..", "..", "web", "assets", "node_modules")}},
		Settings: map[string]string{"fsync": "off", "shared_buffers": "16MB"},
	}
}

// openDir is a temporary directory that the server's user may pass through,
// with a name short enough for a socket.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "cm")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}

func start(t *testing.T, dir string) *Server {
	t.Helper()
	s, err := Start(t.Context(), config(dir))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, s) })
	return s
}

func stop(t *testing.T, s *Server) {
	t.Helper()
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
}

func remember(t *testing.T, s *Server, word string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), "CREATE TABLE memory (word text)"); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), "INSERT INTO memory VALUES ($1)", word); err != nil {
		t.Fatal(err)
	}
}

func recall(t *testing.T, s *Server) (word string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if err := conn.QueryRow(t.Context(), "SELECT word FROM memory").Scan(&word); err != nil {
		t.Fatal(err)
	}
	return word
}

func listing(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() {
			fmt.Fprintln(&b, path, info.Size(), info.ModTime().UnixNano())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// eventually waits for what another process does in its own time.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		if is() {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not in time: %s", what)
		}
	}
}
