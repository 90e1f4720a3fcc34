package theory

// Costs are joules per action.
type Costs struct {
	DAC       float64 // one row, one input slice
	ADC       float64 // one conversion
	Sample    float64 // one sum held
	Integrate float64 // one unit of analog integration
	Cell      float64 // one cell read
	Write     float64 // one cell programmed and verified
	Bit       float64 // one weight bit from DRAM to the array
}

// PerMAC is the four terms of the energy per MAC.
type PerMAC struct{ In, Out, Cells, Program float64 }

// Total is their sum.
func (p PerMAC) Total() float64 { return p.In + p.Out + p.Cells + p.Program }

// Energy divides the closed forms by the MACs; every tile is loaded so many
// times a pass.
func Energy(k Kernel, a Array, e Costs, loads float64) PerMAC {
	c := Count(k, a)
	macs := float64(k.L) * float64(k.N) * float64(k.M)
	return PerMAC{
		In:      float64(c.DACConvert) * e.DAC / macs,
		Out:     (float64(c.ADCConvert)*e.ADC + float64(c.Sample)*e.Sample + float64(c.Integrate)*e.Integrate) / macs,
		Cells:   float64(c.CellRead) * e.Cell / macs,
		Program: loads * (float64(c.CellsPerLoad)*e.Write + float64(c.WeightBits)*e.Bit) / macs,
	}
}
