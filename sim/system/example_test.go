package system_test

import (
	"context"
	"fmt"

	"xbar/configs"
	"xbar/sim/system"
)

// One layer on a chip of crossbars and on a scalar core.
func ExampleRun() {
	cfg, err := configs.Parse("study.toml", []byte(`
inferences = 1_000_000
[[workload.kernel]]
name = "fc"
L = 1
N = 128
M = 32
[[machine]]
name = "crossbars"
preset = "reram-small"
[[machine]]
name = "core"
preset = "scalar-45nm"
`), nil, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := system.Run(context.Background(), cfg, system.Options{Workers: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	chip, core := &result.Machines[0], &result.Machines[1]
	fmt.Println(chip.MACs, "MACs on", chip.Programming.DemandArrays, "of", chip.Programming.CapacityArrays, "arrays")
	fmt.Println("less energy than the core:", chip.EnergyPerInferenceJ < core.EnergyPerInferenceJ)
	// Output:
	// 4096 MACs on 1 of 16 arrays
	// less energy than the core: true
}
