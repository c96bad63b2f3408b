//go:build unix

// Ending a program with all that it started, on Unix: by its process group.

package program

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// ownGroup puts the program into a process group of its own, which is killed when its context ends.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return killGroup(cmd) }
}

// killGroup is called while the program has not been waited for, so that its number is still its own.
func killGroup(cmd *exec.Cmd) error {
	err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}
