// Command dbtest runs a command, such as "go test ./...", with one throw-away
// PostgreSQL for all of it: CASEMENT_TEST_DATABASE says where. The server is
// gone afterwards, however the command or this one ends. A server that the
// variable names already is used as it is.
//
//	dbtest go test ./...
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/casement-dev/casement/core/postgres/pgtest"
)

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "dbtest:", err)
	}
	os.Exit(code)
}

// run returns the exit code of the command.
func run(command []string) (int, error) {
	if len(command) == 0 {
		return 2, errors.New("usage: dbtest command [argument …]")
	}
	// Ctrl-C is for the command, which is in our process group; we tidy up
	// once it has ended.
	signal.Ignore(os.Interrupt)
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, syscall.SIGTERM)

	child := exec.Command(command[0], command[1:]...)
	child.Stdin, child.Stdout, child.Stderr = os.Stdin, os.Stdout, os.Stderr
	if os.Getenv(pgtest.Variable) == "" {
		cluster, err := pgtest.StartCluster(context.Background())
		if err != nil {
			return 1, err
		}
		defer cluster.Close()
		fmt.Fprintf(os.Stderr, "dbtest: PostgreSQL %s from %s in %s\n", cluster.Version(), cluster.Programs(), cluster.Dir())
		child.Env = append(os.Environ(), pgtest.Variable+"="+cluster.DSN("postgres"))
	}
	if err := child.Start(); err != nil {
		return 1, err
	}
	ended := make(chan error, 1)
	go func() { ended <- child.Wait() }()
	for {
		select {
		case s := <-interrupted:
			if err := child.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
				return 1, err
			}
		case err := <-ended:
			var failed *exec.ExitError
			switch {
			case err == nil:
				return 0, nil
			case errors.As(err, &failed) && failed.ExitCode() > 0:
				return failed.ExitCode(), nil
			default:
				return 1, err
			}
		}
	}
}
