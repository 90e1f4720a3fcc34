package figure

import "xbar/sim/trace"

// Timeline draws.
func Timeline(title string, recorders []*trace.Recorder, path string) error { return nil }
