package embedded

import (
	"bytes"
	"fmt"
	"os"
	"syscall"
)

// dieWithParent has the kernel signal the child when we die.
func dieWithParent(attributes *syscall.SysProcAttr, signal syscall.Signal) {
	attributes.Pdeathsig = signal
}

// isPostmaster tells whether a process is a PostgreSQL server whose working
// directory is data, as a server's always is. A dead process that nobody has
// waited for has no directory and so is none.
func isPostmaster(pid int, data string) bool {
	dir, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
	if err != nil || dir != data {
		return false
	}
	command, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return err == nil && bytes.Contains(command, []byte("postgres"))
}
