//go:build unix

package linksource_test

import (
	"os"
	"runtime"
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

// peak is the most memory that a program held, in bytes.
func peak(ended *os.ProcessState) int64 {
	u, ok := ended.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return int64(u.Maxrss) // in bytes there
	}
	return int64(u.Maxrss) << 10
}
