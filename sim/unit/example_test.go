package unit_test

import (
	"fmt"

	"xbar/sim/unit"
)

// A quantity is read with its unit and printed with three digits.
func Example() {
	for _, text := range []string{"1.2 pJ", "0.0012 nJ", "1.2 ps", "1.2"} {
		energy, err := unit.ParseAs[unit.Joule](text)
		fmt.Println(energy, err)
	}
	// Output:
	// 1.20 pJ <nil>
	// 1.20 pJ <nil>
	// 0 J "ps" is not a unit of this quantity
	// 0 J "1.2" has no unit
}

// The decimal survives, so 1.2 ns at 2.5 GHz are 3 cycles and not 4.
func ExampleExact() {
	period := unit.Must[unit.Second]("1.2 ns")
	clock := unit.Must[unit.Hertz]("2.5 GHz")
	cycles := unit.Exact(period)
	fmt.Println(cycles.Mul(cycles, unit.Exact(clock)))
	// Output: 3/1
}

// A capacity in bytes is a number of bits; Ki is 1024 and k is 1000.
func ExampleMust() {
	fmt.Println(float64(unit.Must[unit.Bit]("64 KiB")), float64(unit.Must[unit.Bit]("64 kB")))
	// Output: 524288 512000
}
