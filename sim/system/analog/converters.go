package analog

import (
	"math"
	"math/rand/v2"

	"xbar/adc"
	"xbar/crossbar/nonideal"
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
	outputs map[int][]*adc.Unit
	on      [][]int // [kernel][tile], the array whose converters it has now; −1: none
}

func newConverters(c *Chip) (v converters) {
	v.outputs = map[int][]*adc.Unit{}
	for k := range c.specs {
		tiles := make([]int, c.specs[k].grid.Tiles())
		for i := range tiles {
			tiles[i] = -1
		}
		v.on = append(v.on, tiles)
	}
	return v
}

// exactConverters reports whether none has an error of its own.
func (c *Chip) exactConverters() bool { return c.machine.Kind != "analog" || !c.machine.ADC.Random() }

// fit gives a kernel's tile the converters of the array that it is in. Sums take turns
// on them, those of groups that share an array one after the other.
func (v *values) fit(k, tile, array int) {
	if v.chip.exactConverters() || v.converters.on[k][tile] == array {
		return
	}
	v.converters.on[k][tile] = array
	blocks, sums := v.arrays[k][tile], 0
	for _, b := range blocks {
		sums += b.Sums()
	}
	units := v.outputUnits(array, sums)
	first := 0
	for _, b := range blocks {
		b.SetConverters(units, first, v.convert.random)
		first += b.Sums()
	}
}

// outputUnits are an array's output converters, those that so many sums use.
func (v *values) outputUnits(array, sums int) []*adc.Unit {
	all, n := v.converters.outputs[array], min(sums, v.chip.machine.ADC.PerArray)
	stream := v.chip.arrayStream(array)
	for u := len(all); u < n; u++ {
		all = append(all, v.chip.machine.ADC.NewUnit(stream.Converter(u).Of))
	}
	v.converters.outputs[array] = all
	return all[:n]
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
	arrays, sums := 0, int64(0)
	for i := range c.specs {
		s := &c.specs[i]
		arrays += s.grid.Tiles()
		for t := range s.grid.Tiles() {
			of := tileOf(&s.grid, t)
			sums = max(sums, (of.weights+of.groups*s.unit)*s.outputs)
		}
	}
	each := float64(min(sums, int64(c.machine.ADC.PerArray)))
	return float64(min(arrays, c.Capacity())) * each * float64(c.machine.ADC.Numbers())
}
