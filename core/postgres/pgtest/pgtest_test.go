package pgtest_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/postgres/pgtest"
)

const childVariable = "CASEMENT_PGTEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		holdCluster()
		return
	}
	os.Exit(m.Run())
}

// holdCluster is the child of the test that kills it.
func holdCluster() {
	cluster, err := pgtest.StartCluster(context.Background())
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	fmt.Println(cluster.Dir())
	select {}
}

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	first, second := pgtest.New(t), pgtest.New(t)
	if _, err := first.Exec(ctx, "CREATE TABLE mine (id int)"); err != nil {
		t.Fatal(err)
	}
	var sees bool
	if err := second.QueryRow(ctx, "SELECT to_regclass('mine') IS NOT NULL").Scan(&sees); err != nil {
		t.Fatal(err)
	}
	if sees {
		t.Error("a table of one database is seen in the other")
	}
}

func TestANewDatabaseIsMigratedIncludingTheQueue(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	schema, err := postgres.ReadSchema(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	if schema.Database == 0 || schema.Database != schema.Program {
		t.Errorf("schema = %+v, want the program's own", schema)
	}
	var queue bool
	if err := pool.QueryRow(t.Context(), "SELECT to_regclass('river_job') IS NOT NULL").Scan(&queue); err != nil {
		t.Fatal(err)
	}
	if !queue {
		t.Error("the queue has no tables")
	}
}

func TestAnEmptyDatabaseHasNoTables(t *testing.T) {
	t.Parallel()
	pool := pgtest.Empty(t)
	var tables int
	if err := pool.QueryRow(t.Context(), "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").Scan(&tables); err != nil {
		t.Fatal(err)
	}
	if tables != 0 {
		t.Errorf("%d tables", tables)
	}
}

func TestATemplateIsFilledOnceAndEachTestHasACopyOfItsOwn(t *testing.T) {
	t.Parallel()
	fills := 0
	template := &pgtest.Template{Fill: func(ctx context.Context, pool *pgxpool.Pool) error {
		fills++
		_, err := pool.Exec(ctx, "CREATE TABLE filled AS SELECT 1 AS n")
		return err
	}}
	count := func(pool *pgxpool.Pool) (n int) {
		t.Helper()
		if err := pool.QueryRow(t.Context(), "SELECT count(*) FROM filled").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	first := template.New(t)
	if _, err := first.Exec(t.Context(), "INSERT INTO filled VALUES (2)"); err != nil {
		t.Fatal(err)
	}
	second := template.New(t)
	if count(first) != 2 || count(second) != 1 || fills != 1 {
		t.Errorf("filled %d times; one has %d rows, the other %d", fills, count(first), count(second))
	}
	if err := template.Drop(); err != nil {
		t.Error(err)
	}
	if count(second) != 1 {
		t.Error("the copy went with the template")
	}
}

func TestTheDatabaseIsDroppedAfterTheTest(t *testing.T) {
	t.Parallel()
	watcher := pgtest.Empty(t)
	var name string
	t.Run("inner", func(t *testing.T) { name = pgtest.Empty(t).Config().ConnConfig.Database })
	var left bool
	if err := watcher.QueryRow(t.Context(), "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&left); err != nil {
		t.Fatal(err)
	}
	if left {
		t.Errorf("database %s is still there", name)
	}
}

func TestAProgramCanBeGivenTheDatabase(t *testing.T) {
	t.Parallel()
	pool := pgtest.Empty(t)
	conn, err := pgx.Connect(t.Context(), pgtest.DSN(pool))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if got, want := conn.Config().Database, pool.Config().ConnConfig.Database; got != want {
		t.Errorf("the connection string leads to %s, want %s", got, want)
	}
}

func TestAKilledProcessLeavesNeitherServerNorFilesBehind(t *testing.T) {
	t.Parallel()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childVariable+"=1")
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
	dir := strings.TrimSpace(line)
	if _, err := os.Stat(dir); err != nil {
		t.Fatalf("the child has no cluster: %s", line)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // it was killed
	deadline := time.Now().Add(20 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		if _, err := os.Stat(dir); os.IsNotExist(err) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is still there", dir)
		}
	}
}
