//go:build !unix

// Ending a program where there are no process groups: the program alone.

package program

import "os/exec"

func ownGroup(*exec.Cmd) {}

func killGroup(cmd *exec.Cmd) error { return cmd.Process.Kill() }
