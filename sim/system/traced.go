package system

import (
	"context"
	"errors"

	"xbar/configs"
)

// Traced reports whether there are traces of a machine: not of scalar ones, of which
// everything is at work all the time, an instruction after the other.
func Traced(m *configs.Machine) bool { return m.Kind != "scalar" }

// retrace simulates the machine once more and looks on. What is looked at goes through
// all that other runs leap over, in more events; it gives the same numbers, or the trace
// is of something else.
func (j *job) retrace(ctx context.Context, m *Machine) error {
	if j.recorder == nil {
		return nil
	}
	again := *j
	again.memo, again.progress, again.trace = nil, nil, j.recorder
	traced, err := again.simulate(ctx)
	if err != nil {
		return err
	}
	if traced.Cycles != m.Cycles || traced.EnergyJ != m.EnergyJ {
		return errors.New("the run that is traced is another one")
	}
	return nil
}
