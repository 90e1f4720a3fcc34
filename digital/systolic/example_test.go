package systolic_test

import (
	"context"
	"fmt"
	"log"
	"math/big"

	"xbar/digital"
	"xbar/digital/memory"
	"xbar/digital/systolic"
	"xbar/sim"
	"xbar/sim/energy"
	"xbar/sim/workload"
)

// The law of arithmetic intensity: a weight is loaded once for all L vectors,
// so more vectors cost less each, in time and in DRAM energy, down to a floor.
func ExampleMachine() {
	clock, err := sim.NewClock(big.NewRat(1e9, 1))
	if err != nil {
		log.Fatal(err)
	}
	buffer := memory.Buffer{Capacity: 8 << 20, ReadEnergy: 0.1e-12, WriteEnergy: 0.1e-12}
	cfg := systolic.Config{
		Array:       systolic.Array{Rows: 64, Cols: 64, Dataflow: "ws"},
		PE:          systolic.PE{EnergyPerMAC: 0.3e-12},
		InputBuffer: buffer, WeightBuffer: buffer, OutputBuffer: buffer,
		DRAM: memory.DRAM{Channels: 1, Bandwidth: 256e9, ReadEnergy: 4e-12, WriteEnergy: 4e-12},
	}
	for _, l := range []int64{1, 32, 1024} {
		m, err := systolic.New(cfg, clock)
		if err != nil {
			log.Fatal(err)
		}
		k := workload.Kernel{Name: "fc", L: l, N: 256, M: 256, InputBits: 8, WeightBits: 8, OutputBits: 8}
		pass, err := m.Run(context.Background(), []workload.Kernel{k}, 1, digital.Burst)
		if err != nil {
			log.Fatal(err)
		}
		dram := 0.0
		for id, account := range m.Ledger().Accounts() {
			if account.Component == "dram" {
				dram += m.Ledger().TotalJoules(energy.AccountID(id))
			}
		}
		fmt.Printf("L = %4d: %5d cycles, %4d stalled, %.3f pJ/MAC from DRAM\n",
			l, pass.Cycles(), pass.Stalls[0], dram/float64(k.MACs())*1e12)
	}
	// Output:
	// L =    1:  3188 cycles,  132 stalled, 32.250 pJ/MAC from DRAM
	// L =   32:  3808 cycles,  256 stalled, 1.250 pJ/MAC from DRAM
	// L = 1024: 29420 cycles, 9996 stalled, 0.281 pJ/MAC from DRAM
}
