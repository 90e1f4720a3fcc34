package theory_test

import (
	"fmt"

	"xbar/sim/theory"
)

// Conversions per MAC fall with the number of rows that share a conversion,
// and no further than the array has rows.
func ExampleCount() {
	k := theory.Kernel{L: 1, M: 256, InputBits: 8, WeightBits: 8}
	a := theory.Array{R: 512, C: 1024, ActiveRows: 512, CellBits: 2, DACBits: 1, Encoding: "offset"}
	for k.N = 128; k.N <= 2048; k.N *= 2 {
		c := theory.Count(k, a)
		fmt.Printf("N = %4d: %.4f conversions per MAC\n", k.N, float64(c.ADCConvert)/float64(k.L*k.N*k.M))
	}
	// Output:
	// N =  128: 0.2500 conversions per MAC
	// N =  256: 0.1250 conversions per MAC
	// N =  512: 0.0625 conversions per MAC
	// N = 1024: 0.0625 conversions per MAC
	// N = 2048: 0.0625 conversions per MAC
}

// Weights that are loaded in every pass cost what L vectors share.
func ExampleEnergy() {
	a := theory.Array{R: 128, C: 128, ActiveRows: 128, CellBits: 2, DACBits: 1, Encoding: "offset"}
	costs := theory.Costs{DAC: 0.5e-12, ADC: 2e-12, Cell: 1e-15, Write: 20e-12, Bit: 10e-12}
	for _, l := range []int64{1, 100, 10_000} {
		k := theory.Kernel{L: l, N: 128, M: 32, InputBits: 8, WeightBits: 8}
		e := theory.Energy(k, a, costs, 1)
		fmt.Printf("L = %5d: %.3f pJ/MAC, %.3f of it programming\n", l, 1e12*e.Total(), 1e12*e.Program)
	}
	// Output:
	// L =     1: 160.657 pJ/MAC, 160.000 of it programming
	// L =   100: 2.257 pJ/MAC, 1.600 of it programming
	// L = 10000: 0.673 pJ/MAC, 0.016 of it programming
}
