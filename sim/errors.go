package sim

import (
	"errors"
	"fmt"
)

var (
	// ErrUnknownComponent is the cause when an event is addressed to nobody.
	ErrUnknownComponent = errors.New("event to a component that is not registered")
	// ErrEndOfTime is the cause when an event would come later than the
	// largest [Cycle].
	ErrEndOfTime = errors.New("event scheduled after the end of time, cycle 2⁶³−1")
)

// Error says where and when a run stopped, and why.
type Error struct {
	Path  string // component that handled, or was to receive, the event; empty if the run was cancelled
	At    Cycle
	Cause error
}

func (e *Error) Error() string {
	if e.Path == "" {
		return fmt.Sprintf("cycle %d: %v", e.At, e.Cause)
	}
	return fmt.Sprintf("%s: cycle %d: %v", e.Path, e.At, e.Cause)
}

func (e *Error) Unwrap() error { return e.Cause }
