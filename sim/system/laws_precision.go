package system

import (
	"context"
	"fmt"
	"math"
	mathbits "math/bits"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"

	"xbar/adc"
	"xbar/configs"
	"xbar/digital/cim"
	"xbar/sim/energy"
	"xbar/sim/model"
	"xbar/sim/theory"
	"xbar/sim/unit"
)

// How a machine of the precision law computes with B bits.
type manner int

const (
	whole   manner = iota // an input and a weight each in one piece, one conversion an output as accurate as one rounded to B bits
	matched               // the same, where an amplifier fits the range of a sum to that of the converter
	sliced                // a bit at a time, B² lossless conversions an output
	trees                 // a bit at a time, B² sums of an adder tree an output
)

// otherManners are the series beside the law's own.
var otherManners = []struct {
	manner      manner
	name, about string
}{
	{trees, "digital", "inputs bit by bit into adder trees, B² sums"},
	{sliced, "analog, bit by bit", "a conversion for every bit of input and weight, B², each exact"},
	{matched, "analog, amplified", "as the law's own, sums amplified to fill the converter, which needs B effective bits"},
}

const (
	fewestBits = 2
	mostBits   = 12
	side       = 256 // rows and outputs of the arrays whose curves are drawn
)

// crossingSides are the arrays that crossings are found on.
var crossingSides = []int64{64, side, 1024}

// converter is a model of what bits cost, in the place of the preset's.
type converter struct {
	name string
	set  func(c *adc.Config)
}

// precisionADCs are those that crossings are found with. The first is that of all
// curves.
var precisionADCs = []converter{
	{"by ZigZag-IMC, 28 nm", func(*adc.Config) {}},
	{"best fifth of 28 nm, 100 MS/s", byENOB("regression")},
	{"best published, 100 MS/s", byENOB("survey")},
}

// byENOB is a converter of 100 MS/s whose energy follows its effective bits.
func byENOB(name string) func(c *adc.Config) {
	return func(c *adc.Config) {
		c.Model, c.ENOB, c.Node = name, float64(c.Resolution), 28e-9
		c.Timing, c.Latency = "given", 10e-9
	}
}

// precision is the law of bits: where analog comes to cost more than digital.
func (s *lawStudy) precision() law {
	l := law{
		id: "precision-crossover", x: "bits", slope: 1,
		series:   "analog, one conversion",
		measures: "drivers, cells, converters or adder trees, shift-add",
		statement: fmt.Sprintf("B bits of inputs, weights and outputs on SRAM arrays of 28 nm, N = M = %d: an analog machine that converts once an output comes to cost 4 times more a bit, a digital one costs B², so there is a crossing. "+
			"Accuracy is equal: outputs are off by no more than rounding to B bits of ±3σ, for which a converter that takes in a column's whole range needs B + ½·log2 N effective bits", side),
		point: func(ctx context.Context, bits int64) (LawPoint, error) { return s.precisionPoint(ctx, int(bits)) },
		judge: s.judgePrecision,
	}
	for b := int64(fewestBits); b <= mostBits; b++ {
		l.xs = append(l.xs, b)
	}
	return l
}

func (s *lawStudy) precisionPoint(ctx context.Context, bits int) (LawPoint, error) {
	own, err := s.run(ctx, s.machine(whole, bits, side), bits)
	if err != nil {
		return LawPoint{}, err
	}
	p := LawPoint{MeasuredJPerMAC: own.measured, TheoryJPerMAC: own.theory, TotalJPerMAC: own.total}
	for _, o := range otherManners {
		r, err := s.run(ctx, s.machine(o.manner, bits, side), bits)
		if err != nil {
			return LawPoint{}, err
		}
		p.Others = append(p.Others, Other{o.name, r.measured, r.theory})
	}
	return p, nil
}

// spent is joules per MAC of an array, and of the whole chip around it.
type spent struct {
	measured, theory float64
	total            float64
	readout          float64 // joules per MAC of converters or adder trees
}

// run measures one vector of so many bits on a machine of one array that holds a
// square matrix.
func (s *lawStudy) run(ctx context.Context, m *configs.Machine, bits int) (spent, error) {
	n := int64(m.Crossbar.Rows)
	k := lawKernel(1, n, n)
	k.InputBits, k.WeightBits, k.OutputBits = bits, bits, bits
	uniform := *s
	uniform.stats = uniformDigits(m.DAC.Bits)
	chip, err := uniform.simulate(ctx, m, k)
	if err != nil {
		return spent{}, err
	}
	part := func(components ...string) float64 {
		return perMAC(chip, k, func(a energy.Account) bool {
			return slices.Contains(components, strings.TrimPrefix(a.Component, "tile/array/")) && a.Category != energy.Programming && a.Category != energy.Static
		})
	}
	a := s.array(m, n)
	return spent{
		measured: part("dac", "row", "cell", "sample-hold", "adc", "adder-tree", "shift-add"),
		theory:   uniform.arrayTheory(m, theoryKernel(k), a),
		total:    perMAC(chip, k, notStatic),
		readout:  part("adc", "adder-tree"),
	}, nil
}

// arrayTheory is the closed form, in J/MAC, of an array's parts, digital or
// analog, between the digits of an input and the shift-add.
func (s *lawStudy) arrayTheory(m *configs.Machine, k theory.Kernel, a theory.Array) float64 {
	on := func(f model.Figure) float64 { return m.Supply.Energy(f).Value }
	if m.Kind == "digital-cim" {
		_, cell := m.Cell.Read()
		register, _ := m.DAC.Convert()
		pair := cim.Inputs{Rows: model.Input{Value: 2}, Operand: model.Input{Value: 1}} // one full adder
		return theory.Digital{
			Row: on(register) + on(m.Crossbar.Drive()), Control: on(m.Crossbar.Control()), Cell: on(cell), Adder: on(m.AdderTree.Switched(pair)), FlipFlops: on(m.AdderTree.Registered()),
			ShiftAdd: on(m.ShiftAdd.Operation()), Correct: on(m.ShiftAdd.Correction()), Activity: s.stats.InputDensity * s.stats.WeightMean,
		}.PerMAC(k, a).Total()
	}
	c := s.costs(m)
	c.DAC += on(m.Crossbar.Drive())
	c.Shift, c.Correct = on(m.ShiftAdd.Operation()), on(m.ShiftAdd.Correction())
	return theory.Energy(k, a, c, 0).Total()
}

// uniformDigits are the moments of numbers that are all equally likely, in
// slices of so many bits.
func uniformDigits(bits int) configs.Statistics {
	top := float64(int64(1)<<bits - 1)
	return configs.Statistics{
		From: "assumed", InputDensity: top / (top + 1), InputMean: 0.5, InputMeanSquare: (2*top + 1) / (6 * top), WeightMean: 0.5,
	}
}

// machine is a chip of one array of n rows that computes n outputs of so many
// bits.
func (s *lawStudy) machine(how manner, bits int, n int64) *configs.Machine {
	m := s.words
	columns := bits
	switch how {
	case whole:
		columns = words(&m, bits, int(math.Ceil(theory.EffectiveBits(bits, n))), n)
	case matched:
		columns = words(&m, bits, bits, n)
	case sliced:
		lossless := theory.Array{ActiveRows: n, CellBits: 1, DACBits: 1}
		pieces(&m, 1, lossless.LosslessBits(), n)
		m.DAC.Bits = 1
	case trees:
		m = s.bits
		m.AdderTree.Registers = mathbits.Len64(uint64(n)) // of a sum
		m.ShiftAdd = s.words.ShiftAdd                     // the same for all
	}
	m.Crossbar.Rows, m.Crossbar.Cols = int(n), int(n)*columns
	m.ADC.PerArray = min(m.ADC.PerArray, m.Crossbar.Cols)
	m.ShiftAdd.Bits = bits + int(math.Log2(float64(n))) // a column's sum over the bits of an input
	m.Chip.Tiles, m.Chip.ArraysPerTile, m.Chip.StreamArrays = 1, 1, 1
	return &m
}

// words sets an analog array up for inputs and weights in one piece, and returns
// the columns of a weight: no ladder has more than a byte, those of a longer
// weight are equal parts of it, and their sums are joined before they are
// converted.
func words(m *configs.Machine, bits, effective int, n int64) (columns int) {
	const byte = 8
	columns = 1
	for bits%columns != 0 || bits/columns > byte {
		columns++
	}
	pieces(m, bits/columns, effective, n)
	drive(m, bits)
	if columns > 1 {
		m.Crossbar.AnalogSum = "weight"
	}
	return columns
}

// drive sets an analog array up for converters of so many bits, whose capacitors grow
// until their noise leaves room.
func drive(m *configs.Machine, bits int) {
	m.DAC.Bits = bits
	least := unit.Joule(adc.ThermalFloor(float64(bits), m.Kelvin).Value)
	if base, _ := m.DAC.Convert(); unit.Joule(base.Value) < least {
		m.DAC.Model, m.DAC.EnergyPerConversion = "given", least
	}
}

// pieces sets an analog array up for ladders of so many bits, which are as wide,
// and conversions of so many effective ones, for which the ladders' unit grows
// until their noise leaves room.
func pieces(m *configs.Machine, bits, effective int, n int64) {
	m.Crossbar.CellPitch *= unit.Metre(math.Sqrt(float64(bits) / float64(m.Cell.Bits)))
	m.Cell.Bits, m.ADC.Resolution = bits, effective
	least := theory.LadderCapacitance(float64(effective), n, float64(m.Cell.Voltage))
	m.Cell.UnitCapacitance = max(m.Cell.UnitCapacitance, unit.Farad(least))
}

// judgePrecision holds the law to its two exponents, and to the crossings that
// the closed forms have.
func (s *lawStudy) judgePrecision(ctx context.Context, l *Law) error {
	conversions, err := s.readouts(ctx, whole)
	if err != nil {
		return err
	}
	sums, err := s.readouts(ctx, trees)
	if err != nil {
		return err
	}
	last := len(conversions) - 1
	l.SlopeIs = fmt.Sprintf("log4 of the energy of a conversion by bits, from %d to %d", mostBits-1, mostBits)
	l.Slope = math.Log2(conversions[last]/conversions[last-1]) / 2 // as many of them at any bits
	var about []string
	for _, o := range otherManners {
		about = append(about, o.name+": "+o.about)
	}
	l.Beside = strings.Join(about, "; ")
	e := Exponent{Of: "log of the energy of adder trees over log of bits", Slope: exponent(l.Points, sums), Theory: 2}
	l.Exponents = []Exponent{e}
	l.Holds = math.Abs(l.Slope-l.SlopeTheory) <= Tolerance && math.Abs(e.Slope-e.Theory) <= Tolerance
	l.CrossingsOf = "bits from which on one conversion an output costs more than adder trees"
	for _, n := range crossingSides {
		crossings, err := s.crossings(ctx, n)
		if err != nil {
			return err
		}
		for _, c := range crossings {
			l.Holds = l.Holds && c.X > 0 && math.Abs(c.X-c.Theory) <= Tolerance
		}
		l.Crossings = append(l.Crossings, crossings...)
		if n == side {
			l.CrossesAt = crossings[0].X
		}
	}
	return nil
}

// readouts is what converters or trees cost a MAC, by bits.
func (s *lawStudy) readouts(ctx context.Context, how manner) (joules []float64, err error) {
	for b := fewestBits; b <= mostBits; b++ {
		r, err := s.run(ctx, s.machine(how, b, side), b)
		if err != nil {
			return nil, err
		}
		joules = append(joules, r.readout)
	}
	return joules, nil
}

// exponent is the slope of log y over the logs of the points' x.
func exponent(points []LawPoint, ys []float64) float64 {
	var logX, logY []float64
	for i, p := range points {
		logX, logY = append(logX, math.Log(p.X)), append(logY, math.Log(ys[i]))
	}
	_, slope := stat.LinearRegression(logX, logY, nil, false)
	return slope
}

// crossings is where analog comes to exceed digital on arrays of n rows, with
// each of the converters.
func (s *lawStudy) crossings(ctx context.Context, n int64) ([]Crossing, error) {
	var bits []float64
	for b := fewestBits; b <= mostBits; b++ {
		bits = append(bits, float64(b))
	}
	measured, closed, err := s.curve(ctx, trees, n, func(*adc.Config) {})
	if err != nil {
		return nil, err
	}
	var all []Crossing
	for _, model := range precisionADCs {
		m, t, err := s.curve(ctx, whole, n, model.set)
		if err != nil {
			return nil, err
		}
		c := Crossing{Converter: model.name, N: n}
		c.X, _ = theory.Crossing(bits, m, measured)
		c.Theory, _ = theory.Crossing(bits, t, closed)
		all = append(all, c)
	}
	return all, nil
}

// curve is joules per MAC by bits.
func (s *lawStudy) curve(ctx context.Context, how manner, n int64, set func(c *adc.Config)) (measured, closed []float64, err error) {
	for b := fewestBits; b <= mostBits; b++ {
		m := s.machine(how, b, n)
		set(&m.ADC)
		r, err := s.run(ctx, m, b)
		if err != nil {
			return nil, nil, err
		}
		measured, closed = append(measured, r.measured), append(closed, r.theory)
	}
	return measured, closed, nil
}
