package theory

// Costs are joules per action.
type Costs struct {
	DAC       float64 // one row, one input slice
	Control   float64 // one read of an array
	ADC       float64 // one conversion
	Sample    float64 // one sum held
	Integrate float64 // one unit of analog integration
	Cell      float64 // one cell read
	Shift     float64 // one shift-add
	Correct   float64 // one correction of an offset
	Write     float64 // one cell programmed and verified
	Bit       float64 // one weight bit from DRAM to the array
}

// PerMAC is the terms of the energy per MAC.
type PerMAC struct{ In, Out, Cells, Add, Program float64 }

// Total is their sum.
func (p PerMAC) Total() float64 { return p.In + p.Out + p.Cells + p.Add + p.Program }

// Energy divides the closed forms by the MACs; every tile is loaded so many
// times a pass.
func Energy(k Kernel, a Array, e Costs, loads float64) PerMAC {
	c := Count(k, a)
	macs := float64(k.MACs())
	return PerMAC{
		In:      (float64(c.DACConvert)*e.DAC + float64(c.Activate)*e.Control) / macs,
		Out:     (float64(c.ADCConvert)*e.ADC + float64(c.Sample)*e.Sample + float64(c.Integrate)*e.Integrate) / macs,
		Cells:   float64(c.CellRead) * e.Cell / macs,
		Add:     (float64(c.ADCConvert)*e.Shift + float64(c.Correct)*e.Correct) / macs,
		Program: loads * (float64(c.CellsPerLoad)*e.Write + float64(c.WeightBits)*e.Bit) / macs,
	}
}

// Digital is what a digital in-memory array spends, in joules.
type Digital struct {
	Row       float64 // one row, one input slice: its register and its wire
	Control   float64 // one read of an array
	Cell      float64 // a cell's gates, where all bits of its product are set
	Adder     float64 // one full adder that switches
	FlipFlops float64 // those of one tree, in a sum
	ShiftAdd  float64 // one sum shifted and added
	Correct   float64 // one correction of an offset
	Add       float64 // one addition of sums of two arrays
	Activity  float64 // no energy: the share of the bits of all products that are set
}

// DigitalPerMAC is the terms of its energy per MAC. Unlike an analog array's, that
// of the sums does not fall with N: a tree has about as many adders as rows.
type DigitalPerMAC struct{ In, Cells, Sums, Accumulate float64 }

// Total is their sum.
func (p DigitalPerMAC) Total() float64 { return p.In + p.Cells + p.Sums + p.Accumulate }

// PerMAC divides the closed forms by the MACs. Columns are summed one by one, and
// the gates of cells and trees switch as the bits of products are set: rows and
// guard columns that hold no weight stand still.
func (d Digital) PerMAC(k Kernel, a Array) DigitalPerMAC {
	c := Count(k, a)
	rows, groups := k.N, a.groups(k.N)
	if a.Ungated && a.pack(k) == 1 {
		rows, groups = c.RowTiles*a.R, c.RowTiles*ceil(a.R, a.ActiveRows)
	}
	full := float64(rows) / float64(groups*a.ActiveRows)               // of the rows of a sum
	held := a.Diagonal(k) * float64(a.Columns(k)) / float64(a.wide(k)) // of the cells that are read
	switched := d.Activity * full * float64(a.FullAdders()) * d.Adder
	macs := float64(k.MACs())
	return DigitalPerMAC{
		In:         (float64(c.DACConvert)*d.Row + float64(c.Activate)*d.Control) / macs,
		Cells:      float64(c.CellRead) * held * d.Activity * d.Cell / macs,
		Sums:       float64(c.ADCConvert) * (switched + d.FlipFlops) / macs,
		Accumulate: (float64(c.ADCConvert)*d.ShiftAdd + float64(c.Correct)*d.Correct + float64(c.Accumulate)*d.Add) / macs,
	}
}

// FullAdders is N_FA of a tree over R_a products, each as wide as digit and level
// together, or as the wider where the other is one bit: every level pairs what is
// left, and adds a bit.
func (a Array) FullAdders() (n int64) {
	width := a.CellBits + a.DACBits
	if a.CellBits == 1 || a.DACBits == 1 {
		width--
	}
	for left := a.ActiveRows; left > 1; left = ceil(left, 2) {
		n += left / 2 * width
		width++
	}
	return n
}
