package settings

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/casement-dev/casement/core"
)

// Clock is the clock of the installation: the machine's own, or, on a test
// installation with a clock file, one that the file moves.
func (s *Settings) Clock(log *slog.Logger) core.Clock {
	if !s.Test || s.ClockFile == "" {
		return core.SystemClock{}
	}
	return NewFileClock(s.ClockFile, core.SystemClock{}, log)
}

// FileClock is a clock that a file moves while the program runs. The file
// holds an instant ("2027-03-01T09:00:00Z": the clock stands still there) or
// an offset ("+72h", "-30m": the clock runs, that much ahead or behind). While
// there is no file, or nothing in it, the clock is the real one; a file that
// cannot be understood is logged and changes nothing. Safe for concurrent use.
type FileClock struct {
	path string
	real core.Clock
	log  *slog.Logger

	mu      sync.Mutex
	read    stamp     // of the file as last read
	stands  time.Time // when an instant was given
	offset  time.Duration
	settled bool // the file was old enough to be trusted by its stamp
}

// stamp tells one state of a file from the next, most of the time: two writes
// within one tick of the file system's clock have the same.
type stamp struct {
	modified time.Time
	size     int64
}

// settleTime is how old a file must be for its stamp to say everything.
const settleTime = time.Second

// maxClockFile is more than any instant or offset needs.
const maxClockFile = 256

// NewFileClock returns a clock moved by the file at path. log may be nil.
func NewFileClock(path string, real core.Clock, log *slog.Logger) *FileClock {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &FileClock{path: path, real: real, log: log}
}

// Now implements [core.Clock].
func (c *FileClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refresh()
	if !c.stands.IsZero() {
		return c.stands
	}
	return c.real.Now().Add(c.offset)
}

func (c *FileClock) refresh() {
	info, err := os.Stat(c.path)
	if err != nil {
		c.set(time.Time{}, 0)
		c.read, c.settled = stamp{}, false
		return
	}
	now := stamp{modified: info.ModTime(), size: info.Size()}
	if now == c.read && c.settled {
		return
	}
	changed := now != c.read
	c.read, c.settled = now, time.Since(now.modified) > settleTime
	stands, offset, err := readClockFile(c.path)
	if err != nil {
		if changed {
			c.log.Error("the clock file cannot be understood and changes nothing", "file", c.path, "error", err)
		}
		return
	}
	c.set(stands, offset)
}

func (c *FileClock) set(stands time.Time, offset time.Duration) { c.stands, c.offset = stands, offset }

func readClockFile(path string) (stands time.Time, offset time.Duration, err error) {
	file, err := os.Open(path)
	if err != nil {
		return stands, 0, err
	}
	defer file.Close()
	bytes, err := io.ReadAll(io.LimitReader(file, maxClockFile))
	if err != nil {
		return stands, 0, err
	}
	text := strings.TrimSpace(string(bytes))
	if text == "" {
		return stands, 0, nil
	}
	if text[0] == '+' || text[0] == '-' {
		offset, err = time.ParseDuration(text)
		return stands, offset, err
	}
	stands, err = time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, 0, fmt.Errorf("%q is neither an instant (RFC 3339) nor an offset such as +72h", text)
	}
	return stands.UTC().Truncate(time.Microsecond), 0, nil
}
