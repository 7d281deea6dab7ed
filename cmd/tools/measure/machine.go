package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// machine describes what the figures were taken on.
func machine(ctx context.Context, db *pgxpool.Pool) string {
	first := func(file, pattern string) string {
		raw, err := os.ReadFile(file)
		if err != nil {
			return "unknown"
		}
		found := regexp.MustCompile(pattern).FindSubmatch(raw)
		if found == nil {
			return "unknown"
		}
		return strings.TrimSpace(string(found[1]))
	}
	var version string
	if err := db.QueryRow(ctx, "SHOW server_version").Scan(&version); err != nil {
		version = "unknown"
	}
	return fmt.Sprintf("%s %s, %d processors (%s), %s of memory, load %s at the start, %s, PostgreSQL %s on the same machine; %s",
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), first("/proc/cpuinfo", `model name\s*:\s*(.+)`), first("/proc/meminfo", `MemTotal:\s*(.+)`),
		first("/proc/loadavg", `^(\S+)`), runtime.Version(), version, time.Now().UTC().Format("2 January 2006"))
}

// residentMB is what a process holds in memory; 0 where that cannot be asked.
func residentMB(cmd *exec.Cmd) float64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
	if err != nil {
		return 0
	}
	var kb float64
	if found := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(raw); found != nil {
		fmt.Sscan(string(found[1]), &kb)
	}
	return kb / 1024
}
