package configs_test

import (
	"fmt"

	"xbar/configs"
)

func ExampleParse() {
	study := `inferences = 1000
[[workload.kernel]]
name = "fc"
L = 1
N = 784
m = 128
[[machine]]
name = "cpu"
preset = "scalar-45nm"
clock = 1e9
[machine.core]
energy_per_add = "0.03 pV"
`
	_, err := configs.Parse("study.toml", []byte(study), nil, nil)
	fmt.Println(err)
	// Output:
	// study.toml:6:1: unknown key "m" in [[workload.kernel]]; did you mean "M"?
	//     6 | m = 128
	//       | ^
	//       allowed: L, M, N, activation, ahead, behind, cache, distinct_inputs, dynamic, groups, input_bits, name, operands, operations, output_bits, repeat, replicas, results, signed_input, signed_weight, weight_bits
	// study.toml:10:9: 1e9 has no unit: clock is a frequency, written like "1.2 MHz"
	//    10 | clock = 1e9
	//       |         ^^^
	//       allowed: a number with a unit: Hz, kHz, MHz, GHz
	// study.toml:12:18: energy_per_add is an energy, and "0.03 pV" is a voltage
	//    12 | energy_per_add = "0.03 pV"
	//       |                  ^^^^^^^^^
	//       allowed: a number with a unit: aJ, fJ, pJ, nJ, uJ, mJ, J
}
