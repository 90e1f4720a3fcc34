package energy_test

import (
	"fmt"

	"xbar/sim/energy"
	"xbar/sim/unit"
)

// Accounts are opened first, then each kernel is a phase to book actions in.
func Example() {
	var ledger energy.Ledger
	dac := ledger.Open("array/dac", "convert", energy.Input, unit.Must[unit.Joule]("0.5 pJ"))
	adc := ledger.Open("array/adc", "convert", energy.Output, unit.Must[unit.Joule]("2 pJ"))
	for _, kernel := range []string{"fc1", "fc2"} {
		phase := ledger.AddPhase(kernel)
		ledger.Add(phase, dac, 128)
		ledger.Add(phase, adc, 64)
	}
	for id, account := range ledger.Accounts() {
		id := energy.AccountID(id)
		fmt.Printf("%-6v %s: %d × %v = %v\n", account.Category, account.Component,
			ledger.Total(id), account.Each, unit.Joule(ledger.TotalJoules(id)))
	}
	fmt.Println("conserved:", ledger.Check() == nil)
	// Output:
	// input  array/dac: 256 × 500 fJ = 128 pJ
	// output array/adc: 128 × 2.00 pJ = 256 pJ
	// conserved: true
}

func ExampleSum() {
	xs := []float64{1, 1e100, 1, -1e100}
	plain, sum := 0.0, energy.Sum{}
	for _, x := range xs {
		plain += x
		sum.Add(x)
	}
	fmt.Println(plain, sum.Value())
	// Output: 0 2
}
