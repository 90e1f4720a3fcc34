package analog

import (
	"math"
	"math/rand/v2"

	"xbar/adc"
	"xbar/crossbar/nonideal"
	"xbar/dac"
)

// noise is what is drawn anew for each vector that an array takes.
type noise struct {
	source *rand.PCG
	random *rand.Rand // nil: there is none
}

func newNoise(any bool) (n noise) {
	if any {
		n.source = rand.NewPCG(0, 0)
		n.random = rand.New(n.source)
	}
	return n
}

func (n *noise) seed(s nonideal.Stream) { s.Seed(n.source) }

// converters are those of the chip's arrays, as far as they are used.
type converters struct {
	columns map[int][]*adc.Unit
	rows    map[int][]*dac.Driver
	on      [][]int // [kernel][tile], the array whose converters it has now; −1: none
	loads   noise   // of drivers, and of conversions
	reads   noise
}

func newConverters(c *Chip) *converters {
	m := c.machine
	v := &converters{columns: map[int][]*adc.Unit{}, rows: map[int][]*dac.Driver{}}
	if m.Kind == "analog" {
		v.loads, v.reads = newNoise(m.DAC.Noise > 0), newNoise(m.ADC.Noise > 0)
	}
	for k := range c.specs {
		tiles := make([]int, c.specs[k].grid.Tiles())
		for i := range tiles {
			tiles[i] = -1
		}
		v.on = append(v.on, tiles)
	}
	return v
}

// seed has the noise of converters begin for a vector of an array.
func (v *converters) seed(s nonideal.Stream, vector int64) {
	if v.loads.random != nil {
		v.loads.seed(s.Loads(vector))
	}
	if v.reads.random != nil {
		v.reads.seed(s.Conversions(vector))
	}
}

// exactConverters reports whether none has an error of its own.
func (c *Chip) exactConverters() bool {
	m := c.machine
	return m.Kind != "analog" || !m.ADC.Random() && !m.DAC.Random()
}

// fit gives a kernel's tile the converters of the array that it is in. Sums take turns
// on them, those of groups that share an array one after the other, and so do rows.
func (v *values) fit(k, tile, array int) {
	c, m := v.ends, v.chip.machine
	if v.chip.exactConverters() || c.on[k][tile] == array {
		return
	}
	c.on[k][tile] = array
	blocks, sums, rows := v.arrays[k][tile], 0, 0
	for _, b := range blocks {
		sums, rows = sums+b.Sums(), rows+b.Rows()
	}
	stream := v.chip.arrayStream(array)
	for u := len(c.columns[array]); m.ADC.Random() && u < min(sums, m.ADC.PerArray); u++ {
		c.columns[array] = append(c.columns[array], m.ADC.NewUnit(stream.Converter(u).Of, stream.Ramp().Of))
	}
	for row := len(c.rows[array]); m.DAC.Random() && row < rows; row++ {
		c.rows[array] = append(c.rows[array], m.DAC.NewDriver(stream.Driver(row).Of))
	}
	sums, rows = 0, 0
	for _, b := range blocks {
		if m.ADC.Random() {
			b.SetConverters(c.columns[array], sums, c.reads.random)
		}
		if m.DAC.Random() {
			b.SetDrivers(c.rows[array][rows:], m.DAC.GateZeros, c.loads.random)
		}
		sums, rows = sums+b.Sums(), rows+b.Rows()
	}
}

// arrayStream is where random numbers come from that are of an array, whatever it holds.
func (c *Chip) arrayStream(array int) nonideal.Stream {
	return c.options.Random.At(math.MaxUint64).At(uint64(array))
}

// converterNumbers is how many numbers the errors of all converters are at most.
func (c *Chip) converterNumbers() float64 {
	if c.exactConverters() {
		return 0
	}
	arrays, sums, rows := 0, int64(0), int64(0)
	for i := range c.specs {
		s := &c.specs[i]
		arrays += s.grid.Tiles()
		for t := range s.grid.Tiles() {
			of := tileOf(&s.grid, t)
			sums, rows = max(sums, (of.weights+of.groups*s.unit)*s.outputs), max(rows, of.rows)
		}
	}
	units := float64(min(sums, int64(c.machine.ADC.PerArray)))
	each := units*float64(c.machine.ADC.Numbers()) + float64(rows)*float64(c.machine.DAC.Numbers())
	return float64(min(arrays, c.Capacity())) * each
}

// mostFactors is the numbers that all wires may take that are solved for every read.
const mostFactors = 200_000_000

// wireFactors is how many those are: of each row of an array, or of each column, the
// square of the others.
func (c *Chip) wireFactors() (numbers float64) {
	d, layout := c.Devices(), c.machine.Crossbar.Layout
	if !d.Iterated() || d.Supply == "columns" {
		return 0
	}
	for i := range c.specs {
		s := &c.specs[i]
		for t := range s.grid.Tiles() {
			of := tileOf(&s.grid, t)
			rows, weights, cells := float64(of.rows), float64(of.weights+s.unit), float64(s.cells)
			switch layout {
			case "apart":
				numbers += cells * rows * weights * min(rows, weights)
			case "interleaved":
				numbers += cells / 2 * rows * weights * weights
			default:
				numbers += rows * cells * weights * min(rows, cells*weights)
			}
		}
	}
	return numbers
}
