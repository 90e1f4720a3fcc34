package theory

// Costs are joules per action.
type Costs struct {
	DAC       float64 // one row, one input slice
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
	macs := float64(k.L) * float64(k.N) * float64(k.M)
	return PerMAC{
		In:      float64(c.DACConvert) * e.DAC / macs,
		Out:     (float64(c.ADCConvert)*e.ADC + float64(c.Sample)*e.Sample + float64(c.Integrate)*e.Integrate) / macs,
		Cells:   float64(c.CellRead) * e.Cell / macs,
		Add:     (float64(c.ADCConvert)*e.Shift + float64(c.Correct)*e.Correct) / macs,
		Program: loads * (float64(c.CellsPerLoad)*e.Write + float64(c.WeightBits)*e.Bit) / macs,
	}
}

// Scalar is what a scalar machine spends with every operand from one memory.
type Scalar struct {
	Issue, Register, Multiply, Add, Access float64 // joules
	Loop                                   float64 // loop instructions a MAC
}

// PerMAC is constant but for the one store an output, shared by N MACs:
// two loads, a multiply, an add and the loop, with 2+2+3+3 register accesses
// and two for each loop instruction.
func (s Scalar) PerMAC(n int64) float64 {
	mac := (4+s.Loop)*s.Issue + (10+2*s.Loop)*s.Register + s.Multiply + (1+s.Loop)*s.Add + 2*s.Access
	store := s.Issue + 2*s.Register + s.Access
	return mac + store/float64(n)
}
