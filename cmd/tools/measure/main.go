// Command measure prints how fast Casement is with a large database: the table
// of docs/benchmarks.md. It starts the database in a data directory that "make
// load" has filled, and the program on it, and then is sixteen people at once,
// over HTTP: first with nothing else going on, then with fifty changes a second
// arriving.
//
//	measure -data .data/load -server bin/casement
//
// It judges nothing: machines differ. What it prints is on standard output, in
// Markdown; what goes on meanwhile is on standard error.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/casement-dev/casement/core/postgres/embedded"
)

// options are how it is to be measured.
type options struct {
	data, server, modules string
	admin, restricted     string
	password              string
	users, changes        int
	lasting, warm         time.Duration
	only                  string
	plans                 bool
	logFile               string // of the database, found when it is started
}

func main() {
	var o options
	flag.StringVar(&o.data, "data", ".data/load", "data directory that was filled by casement load")
	flag.StringVar(&o.server, "server", "bin/casement", "the program")
	flag.StringVar(&o.modules, "node-modules", "web/assets/node_modules", "where npm put PostgreSQL's programs")
	flag.StringVar(&o.admin, "admin", "everywhere@load.example", "staff user who reaches every case")
	flag.StringVar(&o.restricted, "restricted", "restricted@load.example", "staff user who reaches few")
	flag.StringVar(&o.password, "password", "lantern-meadow-42", "of both")
	flag.IntVar(&o.users, "users", 16, "how many work at once")
	flag.IntVar(&o.changes, "changes", 50, "changes a second in the second round")
	flag.DurationVar(&o.lasting, "for", 10*time.Second, "how long each figure is measured")
	flag.DurationVar(&o.warm, "warm", 2*time.Second, "how long before that it is done without measuring")
	flag.StringVar(&o.only, "only", "", "measure what contains this alone")
	flag.BoolVar(&o.plans, "plans", false, "print the plans of the statements instead, and fail on one that reads a large table from end to end")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) (err error) {
	if _, err := os.Stat(filepath.Join(o.data, "postgres")); err != nil {
		return fmt.Errorf("there is no database in %s: fill one with “make load N=1000000”", o.data)
	}
	config := embedded.Config{Dir: filepath.Join(o.data, "postgres"), Programs: embedded.Programs{NodeModules: []string{o.modules}}}
	if o.plans {
		config.Settings = explaining
	}
	database, err := embedded.Start(ctx, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, database.Stop()) }()
	dsn, err := database.EnsureDatabase(ctx, "casement")
	if err != nil {
		return err
	}
	o.logFile = filepath.Join(database.Dir(), "postgres.log")
	db, err := pgxpool.New(ctx, dsn)
	if err != nil {
		return err
	}
	defer db.Close()
	server, err := serve(ctx, o, dsn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	m := &measurement{options: o, db: db, dsn: dsn, server: server, sample: &sample{db: db, random: rand.New(rand.NewPCG(1, 2))}}
	return m.all(ctx)
}

// server is the program as a process of its own.
type server struct {
	cmd *exec.Cmd
	url string
}

func serve(ctx context.Context, o options, dsn string) (*server, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := ln.Addr().String()
	ln.Close()
	s := &server{url: "http://" + address}
	s.cmd = exec.Command(o.server, "serve", "--listen", address, "--log-level", "warn", "--trusted-proxies", "127.0.0.1", "--data-dir", o.data, "--node-modules", o.modules)
	s.cmd.Env = append(os.Environ(), "DATABASE_URL="+dsn)
	s.cmd.Stdout, s.cmd.Stderr = os.Stderr, os.Stderr
	begun := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for time.Since(begun) < time.Minute && ctx.Err() == nil {
		<-tick.C
		answer, err := http.Get(s.url + "/staff/sign-in")
		if err != nil {
			continue
		}
		answer.Body.Close()
		if answer.StatusCode == http.StatusOK {
			fmt.Fprintf(os.Stderr, "the program answers after %s\n", time.Since(begun).Round(time.Millisecond))
			return s, nil
		}
	}
	return nil, errors.Join(cmp.Or(ctx.Err(), errors.New("the program does not answer")), s.stop())
}

// stop ends the program as Ctrl-C does.
func (s *server) stop() error {
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	return s.cmd.Wait()
}
