// The errors that choose an exit code; the codes themselves are decided in internal/judge.

package cli

import (
	"fmt"

	"github.com/tojimari/tojimari/internal/judge"
)

// exitError ends a command with a code. err is printed when it is not nil.
type exitError struct {
	code int
	err  error
}

// Error returns the message, or the code where there is none.
func (e exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

// Unwrap returns the error that is printed.
func (e exitError) Unwrap() error { return e.err }

// exit gives the error that ends with a code and prints nothing; nil for 0.
func exit(code int) error {
	if code == judge.ExitClean {
		return nil
	}
	return exitError{code: code}
}

// wrongUse ends with the code for wrong use of the command, a rule file or the config.
func wrongUse(err error) error {
	if err == nil {
		return nil
	}
	return exitError{code: judge.ExitUsage, err: err}
}

// usagef is wrongUse with a message.
func usagef(format string, args ...any) error { return wrongUse(fmt.Errorf(format, args...)) }
