package wasm

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// limitProcess bounds this process for the rest of its life: CPU in seconds,
// memory in bytes beyond what is mapped already.
func limitProcess(cpu, memory uint64) error {
	var pages uint64
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return err
	}
	if _, err := fmt.Sscan(string(statm), &pages); err != nil {
		return err
	}
	mapped := pages * uint64(os.Getpagesize())
	for resource, limit := range map[int]uint64{unix.RLIMIT_CPU: cpu, unix.RLIMIT_AS: mapped + memory, unix.RLIMIT_CORE: 0} {
		if err := unix.Setrlimit(resource, &unix.Rlimit{Cur: limit, Max: limit}); err != nil {
			return err
		}
	}
	return nil
}
