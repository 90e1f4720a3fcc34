package digital_test

import (
	"context"
	"fmt"
	"log"
	"math/big"

	"xbar/digital"
	"xbar/sim"
	"xbar/sim/energy"
	"xbar/sim/workload"
)

// The textbook machine: every operand from one memory, so a MAC costs two
// loads, a multiply and an add, whatever the size.
func ExampleScalar() {
	clock, err := sim.NewClock(big.NewRat(1e9, 1))
	if err != nil {
		log.Fatal(err)
	}
	core := digital.Config{Order: "lmn", CyclesPerInstruction: 1, EnergyPerMultiply: 0.2e-12, EnergyPerAdd: 0.1e-12}
	memory := digital.Memory{Flat: true, Levels: []digital.Level{
		{Name: "sram", Capacity: 1 << 20, Line: 64, AccessBits: 8, EnergyPerAccess: 1e-12},
	}}
	for _, n := range []int64{10, 1000} {
		s, err := digital.NewScalar(core, memory, clock)
		if err != nil {
			log.Fatal(err)
		}
		k := workload.Kernel{Name: "vmm", L: 1, N: n, M: n, InputBits: 8, WeightBits: 8, OutputBits: 8}
		pass, err := s.Run(context.Background(), []workload.Kernel{k}, 1, digital.Burst)
		if err != nil {
			log.Fatal(err)
		}
		loads, _ := s.Ledger().Lookup("memory/sram", "load")
		multiplies, _ := s.Ledger().Lookup("core/alu", "multiply")
		adds, _ := s.Ledger().Lookup("core/alu", "add")
		var sum float64
		for _, id := range []energy.AccountID{loads, multiplies, adds} {
			sum += s.Ledger().TotalJoules(id)
		}
		fmt.Printf("%d×%d: %d cycles, %.2f pJ/MAC\n", n, n, pass.Cycles(), sum/float64(k.MACs())*1e12)
	}
	// Output:
	// 10×10: 410 cycles, 2.30 pJ/MAC
	// 1000×1000: 4001000 cycles, 2.30 pJ/MAC
}
