package digital

import (
	"fmt"

	"xbar/sim"
	"xbar/sim/model"
)

// Instructions is what a core's instructions take, of which a kernel had so many, in
// cycles.
func (s *Scalar) Instructions(n int64) model.Figure {
	each := s.core.CyclesPerInstruction
	return model.Figure{
		Name: "cycles of instructions", Equation: "c = {I}·{c_1}", Value: float64(n) * float64(each),
		Inputs: []model.Input{
			{Symbol: "I", Value: float64(n), Source: "instructions, counted as core issue"},
			{Symbol: "c_1", Value: float64(each), Key: "core.cycles_per_instruction"},
		},
	}
}

// Waits is what loads wait for a memory level, of a kernel that spent so many cycles on
// it, in cycles.
func (s *Scalar) Waits(level int, spent sim.Cycle, clock model.Figure) model.Figure {
	each := s.Latency(level, clock)
	f := model.Figure{
		Name: "cycles in which loads wait for " + s.levels[level], Equation: "w = {n}·{l}", Value: float64(spent),
		Inputs: []model.Input{{Symbol: "n", Source: "loads that it serves, one for each line"}, model.Derived("l", each)},
	}
	if each.Value > 0 {
		f.Inputs[0].Value = float64(spent) / each.Value
	}
	return f
}

// Levels is how many memory levels there are.
func (s *Scalar) Levels() int { return len(s.levels) }

// Level is the name of one.
func (s *Scalar) Level(level int) string { return s.levels[level] }

// Latency is what a load waits for a level, in whole cycles of the clock.
func (s *Scalar) Latency(level int, clock model.Figure) model.Figure {
	return model.Figure{
		Name: "cycles that a load waits for " + s.levels[level], Equation: "l = ⌈{t}·{f}⌉", Value: float64(s.memory.levels[level].latency),
		Inputs: []model.Input{model.Derived("t", s.Wait(level)), model.Derived("f", clock)},
	}
}

// Wait is what a load waits for a level, in s.
func (s *Scalar) Wait(level int) model.Figure {
	return model.Given("time that a load waits for "+s.levels[level], "t", s.latencies[level], "s", fmt.Sprintf("memory.level[%d].latency", s.outer+level))
}
