package system

import (
	"fmt"
	"runtime"
	"strings"
)

// InternalError is a panic of a simulation, which would otherwise end the
// process from a goroutine that no caller can guard.
type InternalError struct {
	Value any    // of the panic
	Where string // function and line
}

func (e *InternalError) Error() string {
	return fmt.Sprintf("internal error: %v (at %s)\nThis is a bug in xbar: please report it, with the config.", e.Value, e.Where)
}

// guarded calls f, and makes a panic its error.
func guarded(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = Internal(p)
		}
	}()
	return f()
}

// Internal is the error of a panic's value, for a deferred function to call
// that has recovered it.
func Internal(value any) *InternalError { return &InternalError{value, culprit()} }

// culprit is the function and line that panicked, for a deferred function's
// callee.
func culprit() string {
	var pcs [32]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(4, pcs[:])])
	for {
		frame, more := frames.Next()
		if !strings.HasPrefix(frame.Function, "runtime.") {
			return fmt.Sprintf("%s:%d", frame.Function, frame.Line)
		}
		if !more {
			return "unknown"
		}
	}
}
