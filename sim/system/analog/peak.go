package analog

// Peak is the most MACs that the chip does in a cycle: all arrays are full and at work,
// on numbers as wide as those of the kernel that suits them best,
//
//	A·R·W / max(drive, convert, shift-add)
//
// or those of the digital side, if they are more. What feeds them is not in it.
func (c *Chip) Peak() (most float64) {
	for k := range c.specs {
		if s := &c.specs[k]; !s.digital {
			most = max(most, float64(c.Capacity())*c.full(s))
		}
	}
	if c.side != nil {
		most = max(most, float64(c.machine.Digital.Rows)*float64(c.machine.Digital.Cols))
	}
	return most
}

// full is the MACs a cycle of one full array. Its row groups and its converters' shares
// are not rounded up: a kernel may use the array just as far as they come out even.
func (c *Chip) full(s *spec) float64 {
	rows := float64(c.machine.Crossbar.LogicalRows())
	weights := float64(int64(c.machine.Crossbar.LogicalCols())/s.columns - s.unit)
	groups := max(1, rows/float64(c.activeRows()))
	each := max(1, (weights+float64(s.unit))*float64(s.outputs)/float64(c.readout.perArray)) // conversions one after the other
	var driving, converting float64
	for i := range s.stages {
		driving += groups * float64(s.stages[i].front)
		converting += groups * each * float64(s.stages[i].interval)
	}
	shifting := groups * float64(len(s.stages)) * float64(c.timings.shiftAdd)
	return rows * weights / max(driving, converting, shifting)
}
