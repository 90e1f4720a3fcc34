package system_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"xbar/configs"
	"xbar/sim/system"
)

// knob is a key of a study that a byte of fuzz input turns: 0 leaves it alone,
// bytes up to 199 take a usual value, those above an extreme one.
type knob struct {
	section string
	key     string
	usual   []string
	extreme []string
}

func (k *knob) value(b byte) string {
	switch {
	case b == 0:
		return ""
	case b < 200 || len(k.extreme) == 0:
		return k.usual[int(b-1)%len(k.usual)]
	}
	return k.extreme[int(b-200)%len(k.extreme)]
}

func list(values string) []string { return strings.Split(values, "|") }

var (
	times    = [2][]string{list(`"1 ns"|"0 s"|"10 ns"|"0.3 ns"|"1.7 us"|"1 as"`), list(`"1 ms"|"1 Ms"|"3.3333333333333 s"`)}
	energies = [2][]string{list(`"1 pJ"|"0 J"|"1.2 fJ"`), list(`"1e-12 aJ"|"1 kJ"`)}
	perBits  = [2][]string{list(`"1 pJ/bit"|"0 J/bit"|"33.79 fJ/bit"`), list(`"1e-12 aJ/bit"|"1 kJ/bit"`)}
	powers   = [2][]string{list(`"1 uW"|"0 W"|"2.61473 mW"`), list(`"1e-6 aW"|"1 MW"`)}
	areas    = [2][]string{list(`"1 um2"|"0 mm2"`), list(`"1e-3 nm2"|"100 m2"`)}
	memories = [2][]string{list(`"64 KiB"|"100 bit"|"1 bit"|"1000 bit"`), list(`"1024 TiB"`)}
	links    = [2][]string{list(`"unlimited"|"256 Gbit/s"|"12.8 GB/s"|"3 Gbit/s"|"1.1 MB/s"`), list(`"1 bit/s"|"1 Ebit/s"|"0.333333333333333 GB/s"`)}
	flags    = [2][]string{list("true|false"), nil}
	counts   = [2][]string{list("1|2|3|8|16|100"), list("1048576|65536")}
	shares   = [2][]string{list("0|0.5|1|0.3"), list("1e-300|-0.0")}
)

func turn(section, key string, values [2][]string) knob {
	return knob{section, key, values[0], values[1]}
}

// knobs are all keys of a study but names and files. A byte's place is its
// knob's, so new ones come last.
var knobs = []knob{
	{"", "granularity", list(`"burst"|"step"`), nil},
	{"", "inferences", list("1|1000"), list("1000000000000000")},
	{"", "seed", list("0|7"), list("9223372036854775807")},
	{"workload", "values", list(`"exact"|"statistical"`), nil},
	{"workload", "batch", list("1|2|3|7"), list("1000000|1000")},
	{"workload", "statistics.input_density", shares[0], shares[1]},
	{"workload", "statistics.input_mean_square", shares[0], shares[1]},
	{"workload", "statistics.weight_mean", shares[0], shares[1]},
	{"kernels", "L", list("1|2|5"), list("1000000000|1000")},
	{"kernels", "N", list("7|1|16|33|64"), list("1000000000|100000")},
	{"kernels", "M", list("5|1|16|33|64"), list("1000000000|100000")},
	{"kernels", "input_bits", list("1|2|3|4|8|16"), list("32")},
	{"kernels", "weight_bits", list("2|1|3|4|8|16"), list("32")},
	{"kernels", "output_bits", list("1|8|16"), list("64")},
	{"kernels", "signed_input", flags[0], nil},
	{"kernels", "signed_weight", flags[0], nil},
	{"kernels", "dynamic", flags[0], nil},
	{"kernels", "repeat", list("1|2|4"), list("10000|10001|3000")},
	{"kernels", "a second one", list("7|1|16"), list("1000000000")},
	{"kernels", "machine", list("analog|scalar|both|systolic|all|digital"), nil},
	{"kernels", "preset", list("reram-small|isaac|isaac-8b"), nil},
	{"machine", "clock", list(`"1 GHz"|"1.28 GHz"|"100 MHz"`), list(`"1 Hz"|"10 THz"|"333333333.333 Hz"`)},
	{"machine", "batch", list("1|2|5"), list("1000000")},
	{"chip", "tiles", list("1|2|3|4|16"), list("1000000|100000|10000000")},
	{"chip", "arrays_per_tile", list("1|2|4|7"), list("65536|10")},
	{"chip", "reload", list(`"lru"|"pin"|"optimal"|"auto"`), nil},
	turn("chip", "overlap_reload", flags),
	{"chip", "stream_arrays", list("1|2|4"), list("1000000")},
	turn("chip", "power_gating", flags),
	turn("chip", "static_power", powers),
	turn("chip", "static_area", areas),
	turn("crossbar", "rows", counts),
	{"crossbar", "cols", list("16|32|64|100|1"), counts[1]},
	turn("crossbar", "active_rows", counts),
	{"crossbar", "encoding", list(`"offset"|"differential"|"twos-complement"|"magnitude"`), nil},
	turn("crossbar", "column_flip", flags),
	turn("crossbar", "gate_unused", flags),
	turn("crossbar", "write_parallelism", counts),
	{"crossbar", "row_capacitance", list(`"0 F"|"10.8 fF"`), list(`"1e-6 aF"|"1 F"`)},
	{"crossbar", "drive_voltage", list(`"0 V"|"0.4 V"`), list(`"1 nV"|"1 kV"`)},
	turn("crossbar", "leakage", powers),
	turn("crossbar", "area", areas),
	{"cell", "bits", list("1|2|4|8"), nil},
	turn("cell", "read_energy", energies),
	{"cell", "read_voltage", list(`"0 V"|"0.4 V"`), list(`"1 nV"|"1 kV"`)},
	{"cell", "g_on", list(`"1 uS"`), list(`"1 kS"|"1 aS"`)},
	{"cell", "g_off", list(`"0 S"|"1 uS"|"100 nS"`), list(`"1 kS"|"1 aS"`)},
	turn("cell", "read_time", times),
	turn("cell", "write_energy", energies),
	turn("cell", "write_time", times),
	turn("cell", "verify_time", times),
	{"cell", "pulses", list("1|8.52"), list("1e6")},
	{"cell", "verify_reads", list("0|8.52"), list("1e6")},
	{"cell", "endurance", list("1|1e6"), list("1e20")},
	turn("cell", "leakage", powers),
	turn("cell", "area", areas),
	{"dac", "bits", list("1|2|8|16"), nil},
	{"dac", "signed_inputs", list(`"twos-complement"|"sign-magnitude"|"signed-digits"`), nil},
	turn("dac", "gate_zeros", flags),
	turn("dac", "energy_per_conversion", energies),
	turn("dac", "latency", times),
	turn("dac", "leakage", powers),
	turn("dac", "area", areas),
	{"sample_hold", "banks", list("1|2"), nil},
	turn("sample_hold", "energy_per_sample", energies),
	turn("sample_hold", "latency", times),
	turn("sample_hold", "leakage", powers),
	turn("sample_hold", "area", areas),
	{"adc", "resolution", list("8|1|4|24"), nil},
	{"adc", "range", list(`"clip"|"scale"|"limits"|"max"|"granular"|"calibrated"`), nil},
	{"adc", "per_array", list("1|2|16"), list("65536")},
	turn("adc", "energy_per_conversion", energies),
	turn("adc", "latency", times),
	turn("adc", "leakage", powers),
	turn("adc", "area", areas),
	turn("shift_add", "energy_per_operation", energies),
	turn("shift_add", "energy_per_correction", energies),
	turn("shift_add", "latency", times),
	turn("shift_add", "pipelined", flags),
	turn("shift_add", "leakage", powers),
	turn("shift_add", "area", areas),
	{"accumulator", "lanes", list("1|2|32"), list("65536")},
	turn("accumulator", "energy_per_add", energies),
	turn("accumulator", "latency", times),
	turn("accumulator", "leakage", powers),
	turn("accumulator", "area", areas),
	turn("activation", "energy_per_operation", energies),
	{"activation", "lanes", list("1|2|32"), list("65536")},
	turn("activation", "latency", times),
	turn("activation", "leakage", powers),
	turn("activation", "area", areas),
	turn("input_buffer", "capacity", memories),
	turn("input_buffer", "read_energy", perBits),
	turn("input_buffer", "write_energy", perBits),
	turn("input_buffer", "leakage", powers),
	turn("input_buffer", "area", areas),
	turn("output_buffer", "capacity", memories),
	turn("output_buffer", "read_energy", perBits),
	turn("output_buffer", "write_energy", perBits),
	turn("output_buffer", "leakage", powers),
	turn("output_buffer", "area", areas),
	turn("global_buffer", "capacity", memories),
	turn("global_buffer", "read_energy", perBits),
	turn("global_buffer", "write_energy", perBits),
	turn("global_buffer", "leakage", powers),
	turn("global_buffer", "area", areas),
	{"network", "kind", list(`"bus"|"mesh"|"htree"`), nil},
	turn("network", "bandwidth", links),
	turn("network", "energy", perBits),
	turn("network", "leakage", powers),
	turn("network", "area", areas),
	{"dram", "channels", list("1|2"), list("1024")},
	turn("dram", "bandwidth", links),
	turn("dram", "read_energy", perBits),
	turn("dram", "write_energy", perBits),
	turn("dram", "leakage", powers),
	{"core", "order", list(`"lmn"|"mln"|"lnm"|"nlm"|"mnl"|"nml"|"auto"`), nil},
	{"core", "tile_l", list("1|2|3"), list("1000000000000000|1000")},
	{"core", "tile_n", list("5|8|64"), list("1000000000|1000")},
	{"core", "tile_m", list("3|16|64"), list("1000000000|1000")},
	{"core", "lanes", list("1|4|16|3"), list("1024")},
	{"core", "node", list(`"45 nm"|"7 nm"`), list(`"28 nm"`)},
	{"core", "voltage", list(`"0.9 V"|"0.7 V"`), list(`"1 nV"|"1 kV"`)},
	{"core", "cycles_per_instruction", list("1|3"), list("1000")},
	{"core", "loop_instructions", list("0|1|3"), list("1000")},
	turn("core", "energy_per_instruction", energies),
	turn("core", "energy_per_register_access", energies),
	turn("core", "energy_per_multiply", energies),
	turn("core", "energy_per_add", energies),
	turn("core", "energy_per_activation", energies),
	turn("core", "leakage", powers),
	turn("core", "area", areas),
	turn("memory", "flat", flags),
	turn("memory", "write_allocate", flags),
	{"level", "capacity", list(`"32 KiB"|"64 B"|"512 B"`), list(`"1 bit"|"1024 TiB"`)},
	{"level", "line", list(`"64 B"|"8 bit"|"32 bit"`), list(`"1 bit"|"1024 TiB"`)},
	{"level", "access_bits", list("64|1|8"), list("65536")},
	turn("level", "energy_per_access", energies),
	turn("level", "latency", times),
	turn("level", "leakage", powers),
	turn("level", "area", areas),
	{"array", "rows", counts[0], list("65536")},
	{"array", "cols", counts[0], list("65536")},
	{"array", "dataflow", list(`"ws"|"os"|"is"`), nil},
	turn("array", "overlap_weight_load", flags),
	turn("array", "keep_activations", flags),
	turn("pe", "energy_per_mac", energies),
	turn("pe", "register_energy", perBits),
	turn("pe", "leakage", powers),
	turn("pe", "area", areas),
	turn("weight_buffer", "capacity", memories),
	turn("weight_buffer", "read_energy", perBits),
	turn("weight_buffer", "write_energy", perBits),
	turn("weight_buffer", "leakage", powers),
	turn("weight_buffer", "area", areas),
	turn("", "allow_below_floor", flags),
	{"workload", "statistics.from", list(`"assumed"|"histogram"`), nil},
	turn("workload", "statistics.input_mean", shares),
	{"workload", "statistics.input_histogram", list("[8, 4, 2, 1]|[0, 1]|[1, 0]"), list("[1e-300, 0]")},
	{"workload", "statistics.weight_histogram", list("[1, 2, 1]|[0, 1]"), nil},
	turn("crossbar", "control_energy", energies),
	turn("crossbar", "fold", counts),
	{"crossbar", "analog_sum", list(`"none"|"polarity"|"weight"`), nil},
	{"crossbar", "guard_columns", list("0|1|7"), list("64")},
	{"dac", "phases", list("0|1|2|3"), list("32")},
	turn("sample_hold", "integration_time", times),
	turn("sample_hold", "energy_per_integration", energies),
	turn("adc", "interval", times),
	{"supply", "voltage", list(`"0.6 V"|"1 V"`), list(`"1 nV"|"1 kV"`)},
	{"supply", "nominal", list(`"0.8 V"|"1 V"`), list(`"1 nV"|"1 kV"`)},
	{"supply", "energy_exponent", list("2|0"), list("10")},
	{"supply", "delay_exponent", list("2.66|0"), list("10")},
	{"supply", "node", list(`"65 nm"|"7 nm"`), list(`"28 nm"|"0 nm"`)},
	{"supply", "flavour", list(`"lp"|"hp"`), nil},
	turn("adder_tree", "per_array", counts),
	turn("adder_tree", "energy_per_sum", energies),
	turn("adder_tree", "latency", times),
	turn("adder_tree", "interval", times),
	turn("adder_tree", "leakage", powers),
	{"kernels", "digital", list("colonnade-2021|digital-cim-28nm|dimc3-2023"), nil},
	{"adder_tree", "voltage", list(`"0.9 V"`), list(`"1 nV"|"1 kV"`)},
	turn("adder_tree", "toggle", shares),
	turn("adder_tree", "registers", counts),
	turn("adder_tree", "area", areas),
	{"cell", "gates", list("1|2|8"), list("1024")},
	{"cell", "voltage", list(`"0.9 V"`), list(`"1 nV"|"1 kV"`)},
	{"dac", "model", list(`"registers"|"given"`), nil},
	{"dac", "voltage", list(`"0.9 V"`), list(`"1 nV"|"1 kV"`)},
	{"kernels", "replicas", list("1|2|3"), list("1000000")},
	{"chip", "replication", list(`"balance"|"none"|"auto"`), nil},
	{"chip", "execution", list(`"pipeline"|"layers"|"auto"`), nil},
	{"chip", "keep", list(`"vectors"|"waves"`), nil},
	{"kernels", "groups", list("1|2|3|7|64"), list("1000000000|100000")},
	turn("kernels", "activation", flags),
	{"kernels", "operations", list("0|1|100"), list("1000000000000")},
	{"kernels", "operands", list("0|1|100"), list("1000000000000")},
	{"kernels", "results", list("0|1|100"), list("1000000000000")},
	{"machine", "batch_up_to", list("1|2|5"), list("1000000")},
	{"machine", "minimize", list(`"energy"|"latency"|"energy-delay"`), nil},
	{"array", "im2col", list(`"on-chip"|"off-chip"`), nil},
	{"kernels", "distinct_inputs", list("1|7|2|35"), list("1000000000000")},
	{"kernels", "ahead", list("0|1|3"), list("1000000000000")},
	{"kernels", "behind", list("0|1|3"), list("1000000000000")},
	{"devices", "on_off_ratio", list("10|100|1e6"), list("1.01|1e12")},
	{"devices", "on_conductance", list(`"50 uS"`), list(`"1 aS"|"1 kS"`)},
	{"devices", "row_resistance", list(`"1 ohm"|"0 ohm"`), list(`"1 nohm"|"1 Pohm"`)},
	{"devices", "column_resistance", list(`"1 ohm"|"0 ohm"`), list(`"1 nohm"|"1 Pohm"`)},
	{"devices", "sense_resistance", list(`"100 ohm"|"0 ohm"`), list(`"1 nohm"|"1 Pohm"`)},
	{"network", "flit", list(`"32 bit"|"1 bit"|"100 bit"`), list(`"1024 TiB"`)},
	turn("network", "router_latency", times),
	{"network", "mesh_columns", list("1|2|3"), list("1000000")},
	{"network", "concentration", list("1|2|4"), list("1000000")},
	{"network", "buffer_at", list(`"corner"|"middle"|"side"`), nil},
	{"network", "placement", list(`"row-major"|"snake"|"hilbert"|"nearest"`), nil},
	{"chip", "waves", list(`"full"|"columns"`), nil},
	{"chip", "dynamic", list(`"digital"|"auto"|"array"`), nil},
	{"digital", "rows", counts[0], list("65536")},
	{"digital", "cols", counts[0], list("65536")},
	{"digital", "dataflow", list(`"ws"|"os"|"is"`), nil},
	turn("digital", "overlap_weight_load", flags),
	turn("digital", "energy_per_mac", energies),
	turn("digital", "register_energy", perBits),
	turn("digital", "link_energy", perBits),
	turn("digital", "leakage", powers),
	turn("digital", "area", areas),
	{"chip", "cache", list(`"keep"|"rewrite"`), nil},
	{"kernels", "cache", list(`"columns"|"rows"|"none"`), nil},
	{"workload", "context", list("0|1|20"), list("100000000")},
	{"workload", "steps", list("1|2|5"), list("1000000")},
	{"crossbar", "weights", list(`"levels"|"continuous"|"sliced"`), nil},
	{"crossbar", "slices", list("4|8|9"), list("1|32")},
	turn("crossbar", "two_sided", flags),
	turn("crossbar", "unit_column", flags),
	{"crossbar", "layout", list(`"apart"|"interleaved"|"adjacent"`), nil},
	{"devices", "wire_node", list(`"45 nm"|"7 nm"`), list(`"0 nm"`)},
	{"devices", "supply", list(`"columns"|"rows"`), nil},
	{"dac", "rounding", list(`"none"|"mid-rise"|"codes"`), nil},
	{"adc", "limits", list("[-1, 1]|[0, 4]|[-1, 1, -2, 2]"), list("[-1e9, 1e9]")},
	{"adc", "percentile", list("99|100"), list("50")},
	{"adc", "sample", list("1|3"), list("1000000")},
	{"adc", "circuit", list(`"symmetric"|"ideal"|"ramp"|"sar"|"pipeline"|"cyclic"`), nil},
	{"adc", "gain_db", list("40|60"), list("20|400")},
	turn("adc", "split_capacitors", flags),
	turn("adc", "symmetric_capacitors", flags),
	{"devices", "programming", list(`"normal"|"uniform"|"pcm-nandakumar2019"|"pcm-joshi2020"|"pcm-hermes-1"|"pcm-hermes-2"|"reram-wan2022"|"reram-milo2021"|"reram-cmo-2"|"sonos-agrawal2022"`), nil},
	{"devices", "programming_error", list("0.05|0"), list("1")},
	{"devices", "programming_scaling", list(`"proportional"|"inverse"|"independent"`), nil},
	{"devices", "drift", list(`"pcm-nandakumar2019"|"pcm-hermes-1"|"pcm-hermes-2"|"reram-cmo-2"`), nil},
	{"devices", "drift_time", list(`"86400 s"|"1 s"|"0 s"`), list(`"1 as"|"1 Gs"`)},
	turn("devices", "drift_compensation", flags),
	{"devices", "stuck_off", list("0.01|0"), list("1")},
	{"devices", "stuck_on", list("0.01|0"), list("1")},
	{"devices", "read_noise", list(`"normal"|"thermal"|"pcm-nandakumar2019"|"pcm-hermes-1"|"pcm-hermes-2"|"sonos-agrawal2022"`), nil},
	{"devices", "read_error", list("0.01|0"), list("1")},
	{"devices", "read_scaling", list(`"proportional"|"inverse"|"independent"`), nil},
	{"devices", "read_bandwidth", list(`"100 MHz"`), list(`"1 Hz"|"10 THz"`)},
	{"workload", "trials", list("1|2|3"), list("100000")},
	{"adc", "offset_error", list("0.5|0"), list("1000")},
	{"adc", "gain_error", list("0.01|0"), list("0.3")},
	{"adc", "dnl_error", list("0.2|0"), list("1")},
	{"adc", "capacitor_error", list("0.01|0"), list("1")},
	{"adc", "comparator_error", list("0.5|0"), list("1000")},
	{"adc", "noise", list("0.5|0"), list("1000")},
	{"dac", "offset_error", list("0.1|0"), list("1000")},
	{"dac", "gain_error", list("0.01|0"), list("0.3")},
	{"dac", "dnl_error", list("0.2|0"), list("1")},
	{"dac", "noise", list("0.1|0"), list("1000")},
	{"devices", "nonlinearity", list("0.25|0|-0.1"), list("0.3|-0.3")},
	{"devices", "wire_noise", list(`"solved"|"damped"`), nil},
	{"adc", "enob", list("8|6.24|4"), list("1|20")},
}

// turned is the config that the knobs' bytes stand for.
func turned(bytes []byte) string {
	set := map[string]map[string]string{}
	for i := range knobs {
		k := &knobs[i]
		if set[k.section] == nil {
			set[k.section] = map[string]string{}
		}
		if i < len(bytes) {
			if v := k.value(bytes[i]); v != "" {
				set[k.section][k.key] = v
			}
		}
	}
	var b strings.Builder
	write := func(section string) {
		for i := range knobs {
			if v := set[section][knobs[i].key]; v != "" && knobs[i].section == section {
				fmt.Fprintf(&b, "%s = %s\n", knobs[i].key, v)
			}
		}
	}
	or := func(section, key, usual string) string {
		v := set[section][key]
		delete(set[section], key)
		if v == "" {
			return usual
		}
		return v
	}
	machines, preset, second := or("kernels", "machine", "both"), or("kernels", "preset", "reram-small"), or("kernels", "a second one", "")
	digital := or("kernels", "digital", "colonnade-2021")
	l, n, m := or("kernels", "L", "2"), or("kernels", "N", "9"), or("kernels", "M", "6")
	set[""]["inferences"] = or("", "inferences", "10")
	if kind := set["network"]["kind"]; kind != "" && kind != `"bus"` {
		set["network"]["flit"], set["network"]["router_latency"] = or("network", "flit", `"32 bit"`), or("network", "router_latency", `"1 ns"`)
	}
	write("")
	b.WriteString("[workload]\n")
	write("workload")
	fmt.Fprintf(&b, "[[workload.kernel]]\nname = \"a\"\nL = %s\nN = %s\nM = %s\n", l, n, m)
	write("kernels")
	if second != "" {
		fmt.Fprintf(&b, "[[workload.kernel]]\nname = \"b\"\nL = %s\nN = %s\nM = %s\n", l, m, second)
		write("kernels")
	}
	machine := func(name, kind, preset, sections string) {
		fmt.Fprintf(&b, "[[machine]]\nname = %q\nkind = %q\npreset = %q\n", name, kind, preset)
		write("machine")
		for _, section := range list(sections) {
			if section == "digital" && len(set[section]) == 0 {
				continue
			}
			fmt.Fprintf(&b, "[machine.%s]\n", section)
			if section == "digital" {
				b.WriteString("preset = \"macs-45nm\"\n")
			}
			write(section)
		}
	}
	if machines == "analog" || machines == "both" || machines == "all" {
		machine("x", "analog", preset, "supply|chip|crossbar|cell|devices|dac|sample_hold|adc|shift_add|accumulator|activation|input_buffer|output_buffer|global_buffer|network|dram|digital")
	}
	if machines == "digital" || machines == "all" {
		machine("d", "digital-cim", digital, "supply|chip|crossbar|cell|dac|adder_tree|shift_add|accumulator|activation|input_buffer|output_buffer|global_buffer|network|dram|digital")
	}
	if machines == "systolic" || machines == "all" {
		machine("a", "systolic", "tpu-v1", "array|pe|activation|input_buffer|weight_buffer|output_buffer|network|dram")
	}
	if machines == "scalar" || machines == "both" || machines == "all" {
		machine("s", "scalar", "scalar-45nm", "core|memory")
		if len(set["level"]) > 0 {
			capacity := or("level", "capacity", `"4 KiB"`)
			for key, usual := range map[string]string{"line": `"64 B"`, "access_bits": "64", "energy_per_access": `"1 pJ"`, "latency": `"0 s"`, "leakage": `"0 W"`} {
				set["level"][key] = or("level", key, usual)
			}
			fmt.Fprintf(&b, "[[machine.memory.level]]\nname = \"near\"\ncapacity = %s\n", capacity)
			write("level")
			b.WriteString("[[machine.memory.level]]\nname = \"far\"\n")
			write("level")
		}
	}
	return b.String()
}

// effort estimates the steps of a run from above: all those of a session, as long as
// its last.
func effort(cfg *configs.Config) float64 {
	if cfg.Workload.Steps == 0 {
		return effortOnce(cfg)
	}
	last := *cfg
	last.Workload.Kernels = slices.Clone(cfg.Workload.Kernels)
	for i := range last.Workload.Kernels {
		switch k := &last.Workload.Kernels[i]; k.Cache {
		case "columns":
			k.M = cfg.Workload.Context + cfg.Workload.Steps
		case "rows":
			k.N = cfg.Workload.Context + cfg.Workload.Steps
		}
	}
	return float64(2*cfg.Workload.Steps) * effortOnce(&last)
}

func effortOnce(cfg *configs.Config) (steps float64) {
	if cfg.Workload.Values == "exact" { // the integer reference
		inputs := max(1, cfg.Workload.Limit, cfg.Workload.Batch)
		for i := range cfg.Machines {
			inputs = max(inputs, cfg.Machines[i].Batch)
		}
		for _, k := range cfg.Workload.Kernels {
			steps += float64(inputs) * float64(k.Repeat) * float64(k.Groups) * float64(k.L) * (float64(k.N)*float64(k.M) + 100) / 10
		}
	}
	for i := range cfg.Machines {
		m := &cfg.Machines[i]
		batch, tries := float64(max(cfg.Workload.Batch, m.MostBatch(cfg.Workload.Batch))), 1.0
		if m.BatchUpTo > 0 {
			tries = 10 + 3*math.Log2(batch)
		}
		if m.Kind == "scalar" {
			for _, k := range cfg.Workload.Kernels {
				steps += tries * float64(k.Repeat) * float64(k.Groups) * (10_000 + 10*float64(k.N))
				if cfg.Granularity == "step" {
					steps += float64(k.Repeat) * float64(k.Groups) * batch * float64(k.L) * float64(k.N) * float64(k.M)
				}
			}
			continue
		}
		if m.Kind == "systolic" {
			steps += tries * effortSystolic(cfg, m, batch)
			continue
		}
		pass := 0.0
		for _, k := range cfg.Workload.Kernels {
			// Columns of a weight are at most twice its bits, slices of an input too.
			perArray := max(1, float64(m.Crossbar.LogicalCols())/float64(2*k.WeightBits+m.Crossbar.GuardColumns))
			high := float64(m.Crossbar.LogicalRows())
			tiles := math.Ceil(float64(k.N)/high) * math.Ceil(float64(k.M)/perArray)
			rows := min(float64(k.N), high)
			vectors := batch * float64(k.L)
			reads := 2 * float64(k.InputBits)
			if m.Crossbar.ActiveRows > 0 {
				gated := rows
				if !m.Crossbar.GateUnused {
					gated = high
				}
				reads *= math.Ceil(gated / float64(m.Crossbar.ActiveRows))
			}
			one := 10 * vectors
			if m.Network.Routed() {
				one += 10 * vectors * math.Sqrt(float64(m.Chip.Tiles))
			}
			if cfg.Granularity == "step" {
				one += 4 * vectors * reads
			}
			if cfg.Workload.Values == "exact" {
				one += vectors * reads * min(perArray, float64(k.M)) * 2 * float64(k.WeightBits)
				one += rows * min(perArray, float64(k.M)) * 2 * float64(k.WeightBits)
			}
			if cfg.Workload.Values == "exact" && m.Devices.Resistive() {
				columns := min(perArray, float64(k.M)) * 2 * float64(k.WeightBits)
				one += max(rows, columns) * math.Pow(min(rows, columns), 3) / 10
			}
			if cfg.Workload.Values == "exact" {
				columns := min(perArray, float64(k.M)) * 2 * float64(k.WeightBits)
				if m.Devices.Iterated() {
					one += vectors * reads * rows * columns * min(rows, columns) * 20
				}
				if m.ADC.Random() {
					one += min(columns, float64(m.ADC.PerArray)) * float64(m.ADC.Numbers()+100)
				}
				if m.DAC.Random() {
					one += rows * float64(m.DAC.Numbers()+100)
				}
			}
			tiles *= float64(k.Replicas)
			loads := tiles * rows
			if k.Dynamic {
				loads *= batch
			}
			pass += float64(k.Repeat) * float64(k.Groups) * (loads + tiles*one + 100)
			if k.Dynamic && m.HasSide() {
				pass += float64(k.Repeat) * float64(k.Groups) * effortSide(cfg, m, &k) * batch
			}
		}
		if cfg.Workload.Values == "exact" && m.Random() {
			pass *= float64(max(1, cfg.Workload.Trials))
		}
		passes := 2.0
		switch m.Chip.Reload {
		case "optimal":
			passes = 100
		case "auto":
			passes = 100 + 60*tries
		}
		if m.Chip.Execution == "auto" || m.Chip.Replication == "auto" {
			passes += 1000 * tries
		}
		arrays := float64(m.Chip.Tiles * m.Chip.ArraysPerTile)
		if cfg.Granularity == "burst" {
			arrays /= 10
		}
		if m.Chip.Replication != "none" {
			arrays *= float64(m.Crossbar.LogicalRows()) // are loaded
		}
		steps += tries * (passes*pass + arrays)
	}
	return steps
}

// effortSide is the cycles or the folds that a group of a kernel takes on a digital side.
func effortSide(cfg *configs.Config, m *configs.Machine, k *configs.Kernel) float64 {
	rows, cols := float64(m.Digital.Rows), float64(m.Digital.Cols)
	l, n, o := float64(k.L), float64(k.N), float64(k.M)
	folds := math.Ceil(max(l, n)/rows) * math.Ceil(max(l, o)/cols)
	if cfg.Granularity == "step" {
		return folds * (max(l, n, o) + 2*rows + cols)
	}
	return 4 * folds
}

// effortSystolic is the cycles that step goes through, or the events of burst.
func effortSystolic(cfg *configs.Config, m *configs.Machine, batch float64) (steps float64) {
	rows, cols := float64(m.Array.Rows), float64(m.Array.Cols)
	for _, k := range cfg.Workload.Kernels {
		events := 2000.0
		if cfg.Granularity == "step" {
			l, n, o := batch*float64(k.L), float64(k.N), float64(k.M)
			most := max(l, n, o)
			folds := math.Ceil(max(l, n)/rows) * math.Ceil(max(l, o)/cols) * batch
			events = folds * (most + 2*rows + cols)
		}
		steps += float64(k.Repeat) * float64(k.Groups) * events
	}
	return steps
}

// Whatever is asked, there is a result without holes or an error that says
// what in the config it is about; what is small ends, and what is large ends
// when it is told to.
func FuzzRun(f *testing.F) {
	seedFuzz(f)
	f.Fuzz(func(t *testing.T, bytes []byte, text, sets string) {
		if text == "" {
			text = turned(bytes)
		}
		var arguments []string
		if sets != "" {
			arguments = strings.Split(sets, "\n")
		}
		cfg, err := configs.Parse("fuzz.toml", []byte(text), arguments, nil)
		if err != nil {
			if located := (configs.Errors)(nil); !errors.As(err, &located) {
				t.Fatalf("no place: %v", err)
			}
			return
		}
		if cfg.Workload.Network != "" || len(cfg.Machines) > 10 {
			return // reads files, or is the same many times over
		}
		small := effort(cfg) < 5e5
		limit := 40 * time.Millisecond
		if small {
			limit = 20 * time.Second
		}
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		began := time.Now()
		run := func() (*system.Result, *system.Explanation, error) {
			if small {
				return system.RunExplained(ctx, cfg, system.Options{Workers: 2})
			}
			result, err := system.Run(ctx, cfg, system.Options{Workers: 2})
			return result, &system.Explanation{}, err
		}
		result, explanation, err := run()
		if took := time.Since(began) - limit; took > 2*time.Second {
			t.Errorf("ended %v late", took)
		}
		if err != nil {
			checkRefusal(t, err, small)
			return
		}
		checkResult(t, result)
		checkExplanation(t, result, explanation)
	})
}

// checkExplanation fails where parts of an explanation are not those of the result.
func checkExplanation(t *testing.T, result *system.Result, e *system.Explanation) {
	t.Helper()
	if _, err := json.Marshal(e); err != nil { // NaN and Inf are no JSON
		t.Fatal(err)
	}
	for i := range e.Machines {
		m, x := &result.Machines[i], &e.Machines[i]
		if d := x.Energy.EnergyJ - m.EnergyJ; math.Abs(d) > 1e-11*m.EnergyJ {
			t.Errorf("%s: %g of %g J are explained", m.Name, x.Energy.EnergyJ, m.EnergyJ)
		}
		if p := x.Programming; p != nil && math.Abs(p.EnergyJ-m.Programming.OneTime.EnergyJ) > 1e-11*p.EnergyJ {
			t.Errorf("%s: %g of %g J of programming once are explained", m.Name, p.EnergyJ, m.Programming.OneTime.EnergyJ)
		}
		for k := range m.Kernels {
			if d := x.Time.Kernels[k].Derivation; m.Pipeline == nil && math.Abs(d.Value-m.Kernels[k].Seconds) > 1e-9*d.Value {
				t.Errorf("%s: %s takes %g s, explained as %g s", m.Name, m.Kernels[k].Name, m.Kernels[k].Seconds, d.Value)
			}
		}
	}
}

// seedFuzz turns every knob alone, and adds studies as people write them.
func seedFuzz(f *testing.F) {
	f.Add([]byte{}, "", "")
	for i := range knobs {
		for b := range max(len(knobs[i].usual), 1) {
			f.Add(append(make([]byte, i), byte(b+1)), "", "")
		}
		for b := range knobs[i].extreme {
			f.Add(append(make([]byte, i), byte(b+200)), "", "")
		}
	}
	timeless := make([]byte, len(knobs)) // a run that takes no time at all
	for i := range knobs {
		switch k := &knobs[i]; {
		case strings.HasSuffix(k.key, "latency"), strings.HasSuffix(k.key, "_time"):
			timeless[i] = 2
		case k.key == "bandwidth":
			timeless[i] = 1
		}
	}
	f.Add(timeless, "", "")
	machines := slices.IndexFunc(knobs, func(k knob) bool { return k.key == "machine" })
	for i := range knobs {
		if slices.Contains([]string{"array", "pe", "weight_buffer", "input_buffer", "dram"}, knobs[i].section) {
			for _, b := range []byte{1, 2, 3, 200} {
				turned := make([]byte, len(knobs))
				turned[machines], turned[i] = 4, b
				f.Add(turned, "", "")
				f.Add(turned, "", "granularity=step\nworkload.kernel[0].N=40\nmachine.a.array.cols=3")
			}
		}
	}
	errors := "workload.values=exact\nworkload.kernel[0].signed_input=true\nmachine.x.crossbar.column_flip=false\nmachine.x.dac.noise=0.1\nmachine.x.dac.dnl_error=0.2\nmachine.x.adc.noise=1\nmachine.x.adc."
	f.Add([]byte{}, "", errors+"dnl_error=1\nmachine.x.dac.phases=2\nmachine.x.adc.range=max")
	f.Add([]byte{}, "", errors+"capacitor_error=1\nmachine.x.adc.circuit=sar\nmachine.x.adc.comparator_error=1000\nmachine.x.dac.phases=1")
	f.Add([]byte{}, "", errors+"capacitor_error=1\nmachine.x.adc.circuit=cyclic\nmachine.x.adc.resolution=1\nworkload.trials=2")
	wires := errors + "gain_error=0.3\nmachine.x.devices.on_conductance=50 uS\nmachine.x.devices.row_resistance=1 kohm\nmachine.x.devices.column_resistance=20 kohm\nmachine.x.devices.read_noise=thermal\nmachine.x.devices.read_bandwidth=100 MHz\nmachine.x.cell.read_voltage=0.2 V\nmachine.x.devices."
	f.Add([]byte{}, "", wires+"nonlinearity=0.3\nmachine.x.crossbar.layout=apart")
	f.Add([]byte{}, "", wires+"wire_noise=solved\nmachine.x.devices.supply=columns")
	f.Add(timeless, "", "granularity=step\nworkload.values=exact\nmachine.x.chip.power_gating=true\nmachine.x.chip.tiles=1\nmachine.x.crossbar.rows=4")
	read := func(path string) string {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		return string(text)
	}
	for _, preset := range configs.Presets() {
		if configs.IsPart(preset.Kind) {
			sets := ""
			if preset.Kind == "devices" {
				sets = "machine.m.crossbar.column_flip=false\nworkload.values=exact"
			}
			f.Add([]byte{}, fmt.Sprintf("inferences = 10\nworkload.kernel = [{ name = \"k\", L = 1, N = 20, M = 20 }]\n[[machine]]\nname = \"m\"\npreset = \"reram-small\"\n[machine.%s]\npreset = %q\n", preset.Kind, preset.Name), sets)
			continue
		}
		f.Add([]byte{}, fmt.Sprintf("inferences = 10\nworkload.kernel = [{ name = \"k\", L = 1, N = 20, M = 20 }]\n[[machine]]\nname = \"m\"\nkind = %q\npreset = %q\n", preset.Kind, preset.Name), "workload.batch=2\nmachine.*.clock=2 GHz")
	}
	for _, sets := range []string{"", "machine.x.chip.dynamic=digital", "machine.x.chip.dynamic=auto", "machine.x.chip.cache=rewrite", "machine.x.chip.tiles=1", "granularity=step", "workload.batch=3"} {
		f.Add([]byte{}, "inferences = 10\n[workload]\ncontext = 5\nsteps = 3\nkernel = [{ name = \"qk\", L = 1, N = 20, M = 20, groups = 2, dynamic = true, cache = \"columns\" }, { name = \"av\", L = 1, N = 20, M = 20, groups = 2, dynamic = true, cache = \"rows\" }]\n[[machine]]\nname = \"x\"\npreset = \"reram-small\"\n[machine.digital]\npreset = \"macs-45nm\"\nrows = 3\n", sets)
	}
	f.Add([]byte{}, read("../../configs/testdata/good/whole.toml"), "workload.values=statistical\nmachine[0].chip.tiles=1")
	f.Add([]byte{}, "", "workload.kernel[0].N=40\nmachine.x.cell.read_energy=1 fJ\nmachine.x.network.bandwidth=unlimited")
	f.Add([]byte{}, "", "workload.values=exact\nworkload.limit=5\nworkload.batch=2\nmachine.x.crossbar.rows=4\nmachine.x.chip.tiles=1")
}

// checkRefusal fails on errors that no user should see.
func checkRefusal(t *testing.T, err error, small bool) {
	t.Helper()
	if internal := (*system.InternalError)(nil); errors.As(err, &internal) {
		t.Fatal(err)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		if small {
			t.Fatal("a small run does not end")
		}
		return
	}
	for _, slip := range []string{"energy:", "the chip stopped", "samples became", "were programmed", "left the DRAM", "end of time", "event of kind"} {
		if strings.Contains(err.Error(), slip) {
			t.Fatalf("wrapped numbers: %v", err)
		}
	}
	if !strings.Contains(err.Error(), "machine ") && !strings.Contains(err.Error(), "exact values") {
		t.Fatalf("about what? %v", err)
	}
}

// checkBounds fails where parts of the time are more than all of it, or a kernel that
// takes time is bound by nothing that does.
func checkBounds(t *testing.T, m *system.Machine) {
	t.Helper()
	const all = 1 + 1e-12
	path := 0.0
	for _, b := range m.CriticalPath {
		path += b.Share
	}
	if path > all {
		t.Errorf("%s: the critical path is %g of a pass: %v", m.Name, path, m.CriticalPath)
	}
	for i := range m.Kernels {
		k := &m.Kernels[i]
		for _, b := range k.Busy {
			if b.Share <= 0 || b.Share > all {
				t.Errorf("%s: %s: %+v", m.Name, k.Name, b)
			}
		}
		if (k.Bound == "") != (k.BoundShare == 0) || k.BoundShare > all || m.Pipeline != nil && k.Bound != "" {
			t.Errorf("%s: %s is bound by %q for %g of its time", m.Name, k.Name, k.Bound, k.BoundShare)
		}
	}
}

func checkResult(t *testing.T, result *system.Result) {
	t.Helper()
	if _, err := json.Marshal(result); err != nil { // NaN and Inf are no JSON
		t.Fatal(err)
	}
	for i := range result.Machines {
		m := &result.Machines[i]
		c := &m.Categories
		categories := c.Input + c.Cells + c.Output + c.Accumulate + c.Buffer + c.Network + c.DRAM + c.Programming + c.Compute + c.Static
		var components, kernels, actions float64
		for _, c := range m.Components {
			components += c.EnergyJ
			if c.BusyCycles < 0 || c.Utilization < 0 || c.Instances < 1 {
				t.Errorf("%s: %+v", m.Name, c)
			}
			for _, a := range c.Actions {
				actions += a.EnergyJ
				if a.Count < 0 || a.EnergyJ < 0 {
					t.Errorf("%s: %s: %+v", m.Name, c.Path, a)
				}
			}
		}
		var cycles, macs int64
		for _, k := range m.Kernels {
			kernels += k.EnergyJ
			cycles += k.Cycles
			macs += k.L * k.N * k.M * max(k.Groups, 1)
			if k.Cycles < 0 || k.Arrays < 0 || k.Reloads < 0 {
				t.Errorf("%s: %+v", m.Name, k)
			}
		}
		for what, sum := range map[string]float64{"categories": categories, "components": components, "actions": actions, "kernels": kernels} {
			if math.Abs(sum-m.EnergyJ) > 1e-11*m.EnergyJ {
				t.Errorf("%s: %s add up to %g of %g J", m.Name, what, sum, m.EnergyJ)
			}
		}
		slack := int64(0)
		if m.PassesMeasured > 1 { // means, each rounded
			slack = int64(len(m.Kernels))
		}
		checkReload(t, m)
		checkBounds(t, m)
		if d := cycles - m.Cycles; m.Pipeline == nil && (d > slack || -d > slack) {
			t.Errorf("%s: kernels take %d of %d cycles", m.Name, cycles, m.Cycles)
		}
		if m.Cycles < 0 || m.Seconds < 0 || m.RoundingSeconds < 0 || macs != m.MACs || m.MACs < 1 {
			t.Errorf("%s: %d cycles, %g s, %g s lost, %d MACs of %d", m.Name, m.Cycles, m.Seconds, m.RoundingSeconds, macs, m.MACs)
		}
	}
}
