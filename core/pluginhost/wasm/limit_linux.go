package wasm

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// limitProcess bounds this process for the rest of its life: CPU in seconds,
// memory in bytes beyond what is mapped already, the size of a file in bytes.
// Pages that are waited for go first.
func limitProcess(cpu, memory, file uint64) error {
	_ = unix.Setpriority(unix.PRIO_PROCESS, 0, 10)
	var pages uint64
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return err
	}
	if _, err := fmt.Sscan(string(statm), &pages); err != nil {
		return err
	}
	mapped := pages * uint64(os.Getpagesize())
	for resource, limit := range map[int]uint64{
		unix.RLIMIT_CPU: cpu, unix.RLIMIT_AS: mapped + memory, unix.RLIMIT_CORE: 0,
		unix.RLIMIT_FSIZE: file,
	} {
		if err := unix.Setrlimit(resource, &unix.Rlimit{Cur: limit, Max: limit}); err != nil {
			return err
		}
	}
	return nil
}
