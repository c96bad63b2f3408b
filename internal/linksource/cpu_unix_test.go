//go:build unix

package linksource_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// cpu is the processor time that this process has used.
func cpu() time.Duration { return used(syscall.RUSAGE_SELF) }

// cpuWithChildren adds that of the programs that it ran to their end.
func cpuWithChildren() time.Duration { return cpu() + used(syscall.RUSAGE_CHILDREN) }

func used(who int) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(who, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// run runs a program to its end and gives the most memory that it held, in bytes. What wait tells begins with what this
// process held when the program was forked from it, so that on Linux the program's own count is read while it runs.
func run(cmd *exec.Cmd) (int64, error) {
	if runtime.GOOS != "linux" {
		err := cmd.Run()
		u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
		if err != nil || !ok {
			return 0, err
		}
		if runtime.GOOS == "darwin" {
			return int64(u.Maxrss), nil // in bytes there
		}
		return int64(u.Maxrss) << 10, nil
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	var most int64
	for {
		if status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid)); err == nil {
			most = max(most, highWater(string(status)))
		}
		select {
		case err := <-ended:
			if err == nil && most == 0 {
				err = errors.New("it ended before its memory could be read")
			}
			return most, err
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// highWater reads VmHWM of proc_pid_status(5).
func highWater(status string) int64 {
	_, rest, _ := strings.Cut(status, "VmHWM:")
	var kilobytes int64
	if _, err := fmt.Sscan(rest, &kilobytes); err != nil {
		return 0
	}
	return kilobytes << 10
}
