package configs

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xbar/sim/unit"
)

// machineOf is a study of one machine, whose own keys begin on line 5.
func machineOf(preset, lines string) string {
	return "inferences = 1\nworkload.kernel = [{ name = \"k\", L = 1, N = 8, M = 8 }]\n[[machine]]\nname = \"m\"\npreset = \"" + preset + "\"\n" + lines
}

func parseMachine(preset, lines string) (*Machine, error) {
	c, err := Parse("m.toml", []byte(machineOf(preset, lines)), nil, nil)
	if err != nil {
		return nil, err
	}
	return &c.Machines[0], nil
}

const kT = 1.380649e-23 * 300

// Each is refused where the user wrote what makes it so, with the floor's derivation, and
// passes with a little more than the floor that was worked out by hand; a thought
// experiment passes, too.
func TestBelowTheFloors(t *testing.T) {
	const analog, charged, bits, core, grid = "isaac", "sram-charge", "digital-cim-28nm", "scalar-45nm", "systolic-45nm"
	const aJ, landauer = 1e-18, kT * math.Ln2
	noise := func(b float64) float64 { return 12 * kT * math.Pow(4, b) }
	for _, test := range []struct {
		what, preset string
		lines        string  // with %s for the quantity that is too small
		unit         string  // of that
		least        float64 // that passes, in it
		at           string  // what is blamed
		want         string
	}{
		{"converter of given energy", analog, "[machine.adc]\nenergy_per_conversion = %s", "aJ", noise(8) / aJ, "7:25", "adc convert|12·k·T·4^b|4^8|thermal floor of a conversion"},
		{"converter of fewer effective bits", analog, "[machine.adc]\nenob = 6.24\nenergy_per_conversion = %s", "aJ", noise(6.24) / aJ, "8:25", "4^6.24 = 284 aJ"},
		{"ISAAC's cells, 128 rows", analog, "[machine.cell]\nread_energy = %s", "aJ", 3 * kT * 65536 / 128 / aJ, "7:15", "cell read of a column|2·k·T·SNR|98304"},
		{"the same, 16 rows at once, of which fewer bits are asked", analog, "[machine.crossbar]\nactive_rows = 16\n[machine.cell]\nread_energy = %s", "aJ", 3 * kT * 4096 / 16 / aJ, "9:15", "|·6144 ="},
		{"differences of two columns", analog, "[machine.crossbar]\nencoding = \"differential\"\ncolumn_flip = false\nanalog_sum = \"polarity\"\n[machine.cell]\nread_energy = %s", "aJ", 3 * kT * 65536 / 256 / aJ, "11:15", "98304"},
		{"weights of two-bit cells summed", analog, "[machine.crossbar]\ncolumn_flip = false\nanalog_sum = \"weight\"\n[machine.cell]\nread_energy = %s", "aJ", 3 * kT * 65536 / 128 / (5. / 3) / aJ, "10:15", "98304"},
		{"slices of one bit accumulated", analog, "[machine.dac]\nphases = 1\n[machine.cell]\nread_energy = %s", "aJ", 3 * kT * 65536 / 128 / 3 / aJ, "9:15", "98304"},
		{"the same of 16 rows, whose sums need all bits of the code", analog, "[machine.crossbar]\nactive_rows = 16\n[machine.dac]\nphases = 1\n[machine.cell]\nread_energy = %s", "aJ", 3 * kT * 65536 / 16 / 3 / aJ, "11:15", "98304"},
		{"conductances", "reram-small", "[machine.cell]\nread_voltage = %s", "mV", 1e3 * math.Sqrt(3*kT*65536/128/1e-6/10e-9), "7:16", "2·k·T·SNR"},
		{"capacitors of a fold", charged, "[machine.cell]\ncapacitance = %s", "aF", noise(8) / 2304 / 0.85 / 0.85 / aJ, "7:15", "cell charge of a column|12·k·T·4^b|thermal noise of a column's charge"},
		{"C-2C ladders", "wang-2023", "[machine.cell]\nvoltage = \"1 V\"\nunit_capacitance = %s", "aF", noise(8) / 64 / 2 / aJ, "8:20", "cell charge of a column|12·k·T·4^b"},
		{"voltages of eight bits", "wang-2023", "[machine.dac]\nenergy_per_conversion = %s", "aJ", noise(8) / aJ, "7:25", "dac convert|12·k·T·4^b|4^8|thermal noise of an input's voltage"},
		{"a ladder of resistors", "wang-2023", "[machine.dac]\nresistance = \"1 Mohm\"\nvoltage = \"0.9 V\"\nhold_time = %s", "ps", noise(8) / ((8./6 + (1-math.Pow(4, -8))/9) * 0.81 / 2e6) / 1e-12, "8:11", "dac convert|12·k·T·4^b"},
		{"one bit more, doubled", analog, "[machine.dac]\nbits = 2\none_bit_energy = %s", "aJ", noise(2) / 2 / aJ, "8:18", "dac convert|12·k·T·4^b|4^2"},
		{"a driver of one bit", analog, "[machine.dac]\nvoltage = \"1 V\"\ncapacitance = %s", "aF", landauer / aJ, "8:15", "dac convert|k·T·ln 2"},
		{"one bit of given energy", analog, "[machine.dac]\nenergy_per_conversion = %s", "aJ", landauer / aJ, "7:25", "dac convert|k·T·ln 2"},
		{"pulses", analog, "[machine.dac]\nbits = 4\nenergy_per_load = \"1 fJ\"\nenergy_per_pulse = %s", "aJ", landauer / aJ, "9:20", "dac pulse|k·T·ln 2"},
		{"a load of four bits", analog, "[machine.dac]\nbits = 4\nenergy_per_pulse = \"1 fJ\"\nenergy_per_load = %s", "aJ", 4 * landauer / aJ, "9:19", "dac load|B·k·T·ln 2 = 4·"},
		{"units of a pulse's width", analog, "[machine.dac]\nbits = 4\ncapacitance = \"1 fF\"\nvoltage = \"1 V\"\nenergy_per_unit = %s", "aJ", landauer / aJ, "10:19", "dac unit of a pulse|k·T·ln 2"},
		{"registers of four bits", bits, "[machine.dac]\nbits = 4\nvoltage = %s", "uV", 1e6 * math.Sqrt(landauer/2.1e-15), "7:8", "dac convert|B·k·T·ln 2 = 4·"},
		{"a row of a length that is known", "neurram", "[machine.crossbar]\nrow_capacitance = %s", "fF", 512 * 2 * 130e-9 * 239e-12 * 1e15, "7:19", "row drive|c′·L·V²|239 pF/m·133 µm·(1.80 V)²"},
		{"a row of cells that are too narrow", "reram-45nm", "[machine.crossbar]\ncell_pitch = %s", "nm", 90, "7:14", "row drive|c′·L·V²|258 pF/m·11.5 µm"},
		{"a driven row at another supply", "reram-45nm", "[machine.crossbar]\nmodel = \"given\"\nrow_capacitance = %s\n[machine.supply]\nvoltage = \"0.6 V\"\nnominal = \"0.9 V\"\nenergy_exponent = 3", "fF", 128 * 2 * 45e-9 * 258e-12 * 1.5 * 1e15, "8:19", "(267 mV)²"},
		{"a wire at another supply", "reram-45nm", "[machine.supply]\nenergy_exponent = 3\nnominal = \"0.9 V\"\nvoltage = %s", "V", 0.9, "9:11", "row drive|c′·L·V²|258 pF/m·41.9 µm"},
		{"writing a cell of two bits in five pulses", analog, "[machine.cell]\npulses = 5\nwrite_energy = %s", "aJ", 2 * landauer / 5 / aJ, "8:16", "cell program|B·k·T·ln 2 = 2·"},
		{"adding", analog, "[machine.accumulator]\nenergy_per_add = %s", "aJ", landauer / aJ, "7:18", "tile/accumulator add|k·T·ln 2"},
		{"correcting", analog, "[machine.shift_add]\nenergy_per_operation = \"1 fJ\"\nenergy_per_correction = %s", "aJ", landauer / aJ, "8:25", "shift-add correct|k·T·ln 2"},
		{"a DRAM", analog, "[machine.dram]\nread_energy = \"1 pJ/bit\"\nwrite_energy = %s", "aJ/bit", landauer / aJ, "8:16", "dram write|k·T·ln 2"},
		{"a buffer", analog, "[machine.global_buffer]\nread_energy = \"1 pJ/bit\"\nwrite_energy = %s", "aJ/bit", landauer / aJ, "8:16", "global-buffer write|k·T·ln 2"},
		{"a digital side", analog, "[machine.digital]\npreset = \"macs-45nm\"\nregister_energy = %s", "aJ/bit", landauer / aJ, "8:19", "digital/pe move operand|k·T·ln 2"},
		{"a warmer machine", analog, "temperature_k = 600\n[machine.accumulator]\nenergy_per_add = %s", "aJ", 2 * landauer / aJ, "8:18", "600 K"},
		{"adder trees", bits, "[machine.adder_tree]\nlatency = \"1 ns\"\nenergy_per_sum = %s", "aJ", landauer / aJ, "8:18", "adder-tree sum|k·T·ln 2"},
		{"cells of a digital array", bits, "[machine.cell]\nread_energy = %s", "aJ", landauer / aJ, "7:15", "cell read|k·T·ln 2"},
		{"an instruction", core, "[machine.core]\nenergy_per_instruction = %s", "aJ", landauer / aJ, "7:26", "core issue|k·T·ln 2"},
		{"a register", core, "[machine.core]\nenergy_per_register_access = %s", "aJ", landauer / aJ, "7:30", "core/registers access|k·T·ln 2"},
		{"a multiplication", core, "[machine.core]\nenergy_per_multiply = %s", "aJ", landauer / aJ, "7:23", "core/alu multiply|k·T·ln 2"},
		{"memory of 64 bits an access", core, "[[machine.memory.level]]\nname = \"all\"\nline = \"64 B\"\naccess_bits = 64\nlatency = \"1 ns\"\nleakage = \"0 W\"\nenergy_per_access = %s", "aJ", 64 * landauer / aJ, "12:21", "memory/all access|B·k·T·ln 2 = 64·"},
		{"a MAC", grid, "[machine.pe]\nenergy_per_mac = %s", "aJ", landauer / aJ, "7:18", "pe mac|k·T·ln 2"},
		{"an operand that moves", grid, "[machine.pe]\nregister_energy = %s", "aJ/bit", landauer / aJ, "7:19", "pe move|k·T·ln 2"},
		{"a weight buffer", grid, "[machine.weight_buffer]\nread_energy = %s\nwrite_energy = \"1 fJ/bit\"", "aJ/bit", landauer / aJ, "7:15", "weight-buffer read|k·T·ln 2"},
	} {
		t.Run(test.what, func(t *testing.T) {
			with := func(share float64) string {
				return fmt.Sprintf(test.lines, fmt.Sprintf("\"%.15g %s\"", share*test.least, test.unit)) + "\n"
			}
			if _, err := parseMachine(test.preset, with(1.0001)); err != nil {
				t.Errorf("just above: %v", err)
			}
			_, err := parseMachine(test.preset, with(0.9999))
			if err == nil {
				t.Fatal("just below the floor, and accepted")
			}
			for _, want := range append(strings.Split(test.want, "|"), "m.toml:"+test.at+":", "is below the floor: E = ", "allow_below_floor = true") {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v\nlacks %q", err, want)
				}
			}
			if _, err := Parse("m.toml", []byte("allow_below_floor = true\n"+machineOf(test.preset, with(0.9999))), nil, nil); err != nil {
				t.Errorf("as a thought experiment: %v", err)
			}
		})
	}
}

// The light of a column is told to as many bits as converter or light are made for, the
// more of them. Its energy has no key of its own: what makes it too small is a detector
// that gives more electrons than there are photons, or light that is split among more
// cells than are read.
func TestLightBelowItsFloor(t *testing.T) {
	ideal := func(responsivity float64, more string) string {
		return fmt.Sprintf("[machine.cell]\nloss_db = 0\ntia_noise = 0\nwall_plug_efficiency = 1\nresponsivity = %g\n%s", responsivity, more)
	}
	if _, err := parseMachine("photonic", ideal(1, "")); err != nil { // a factor of 2 of noise, and 1.25 of responsivity
		t.Error(err)
	}
	for _, test := range []struct {
		lines string
		bits  float64
	}{
		{ideal(10, ""), 8},
		{ideal(10, "snr_bits = 6\n"), 8},
		{ideal(10, "[machine.adc]\nenob = 5\n"), 8},
		{ideal(10, "snr_bits = 6\n[machine.adc]\nenob = 7\n"), 7},
		{ideal(1, "fan_in = 1000\n"), 8},
		{ideal(1, "[machine.crossbar]\nactive_rows = 8\n"), 8},
	} {
		_, err := parseMachine("photonic", test.lines)
		floor := 1.5 * math.Pow(4, test.bits) * 6.62607015e-34 * 299792458 / 1550e-9
		want := fmt.Sprintf(" = %v (shot noise of a column's light)", unit.Joule(floor))
		if err == nil || !strings.Contains(err.Error(), "E = SNR·h·c/λ = ") || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "m.toml:") {
			t.Errorf("%s: %v\nlacks %s", test.lines, err, want)
		}
	}
}

// Every machine of the library keeps all limits, knows all that it needs for them, and
// what it has of each kind.
func TestLibraryIsAboveTheFloors(t *testing.T) {
	for _, p := range Presets() {
		if IsPart(p.Kind) {
			continue
		}
		m, err := parseMachine(p.Name, "")
		if err != nil {
			t.Errorf("%s: %v", p.Name, err)
			continue
		}
		limits := m.Limits()
		if len(limits) < 8 {
			t.Errorf("%s: %d limits", p.Name, len(limits))
		}
		for _, l := range limits {
			if !(l.Floor.Value > 0) || math.IsInf(l.Floor.Value, 0) || !(l.Value.Value >= 0) {
				t.Errorf("%s: %s %s: %g J, floor %g J", p.Name, l.Component, l.Action, l.Value.Value, l.Floor.Value)
			}
			for _, key := range l.Keys() {
				if _, known := m.Provenance[key]; !known {
					t.Errorf("%s: %s %s depends on %s, which is no key", p.Name, l.Component, l.Action, key)
				}
			}
		}
	}
}

// What is charged and passes is never below its floor, and what is refused is named with
// one, whatever the machine.
func TestWhatPassesIsAboveItsFloors(t *testing.T) {
	var presets []string
	for _, p := range Presets() {
		if !IsPart(p.Kind) {
			presets = append(presets, p.Name)
		}
	}
	passed, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		preset := rapid.SampledFrom(presets).Draw(t, "preset")
		whole, err := parseMachine(preset, "")
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		for key, symbol := range whole.PriceKeys() {
			if symbol != "m2" && symbol != "W" {
				keys = append(keys, key)
			}
		}
		slices.Sort(keys)
		var sets []string
		for range rapid.IntRange(1, 3).Draw(t, "sets") {
			if len(keys) > 0 && rapid.Bool().Draw(t, "a price") {
				key := rapid.SampledFrom(keys).Draw(t, "key")
				value := math.Pow(10, rapid.Float64Range(-6, 6).Draw(t, "log aJ"))
				sets = append(sets, fmt.Sprintf("machine.m.%s=%.3g a%s", key, value, whole.PriceKeys()[key]))
				continue
			}
			sets = append(sets, "machine.m."+rapid.SampledFrom([]string{
				"crossbar.rows=1", "crossbar.rows=7", "crossbar.active_rows=2", "adc.resolution=14", "adc.resolution=2", "adc.enob=9.5", "cell.bits=1", "cell.bits=4",
				"dac.bits=1", "dac.bits=4", "dac.phases=1", "crossbar.analog_sum=weight", "crossbar.drive_voltage=10 mV", "cell.feature=300 nm", "cell.feature=10 nm",
				"temperature_k=77", "temperature_k=900", "crossbar.cell_pitch=20 nm", "supply={voltage=\"0.5 V\", nominal=\"1 V\", energy_exponent=3}",
			}).Draw(t, "set"))
		}
		config, err := Parse("m.toml", []byte(machineOf(preset, "")), sets, nil)
		var wrong Errors
		if err != nil {
			if !errors.As(err, &wrong) {
				t.Fatal(err)
			}
			if strings.Contains(err.Error(), "is below the floor: E = ") {
				refused++
			}
			return
		}
		passed++
		for _, l := range config.Machines[0].Limits() {
			if e := l.Value.Value; e != 0 && e < l.Floor.Value*(1-2*rounding) {
				t.Fatalf("%v: %s %s takes %g J, floor %g J", sets, l.Component, l.Action, e, l.Floor.Value)
			}
		}
	})
	if passed < 10 || refused < 10 {
		t.Errorf("%d passed, %d refused", passed, refused)
	}
}

// conversion is the limit of a machine's converters.
func conversion(t *testing.T, preset, lines string) Limit {
	t.Helper()
	m, err := parseMachine(preset, lines)
	if err != nil {
		t.Fatal(err)
	}
	limits := m.Limits()
	return limits[slices.IndexFunc(limits, func(l Limit) bool { return l.Component == "tile/array/adc" })]
}

// What a converter resolves effectively may stand beside any model of its energy, which
// does not follow unless the model says so; its floor and the best published part do, and
// go by the resolution where nothing is known.
func TestEffectiveBitsOfAnyConverter(t *testing.T) {
	kull := conversion(t, "isaac", "[machine.adc]\npreset = \"kull2013-8b\"\n")
	if math.Abs(kull.Floor.Value/0.284e-15-1) > 0.002 || kull.Value.Value != 2.55e-12 {
		t.Errorf("Kull's converter takes %g J, floor %g J", kull.Value.Value, kull.Floor.Value)
	}
	for _, model := range []string{
		"energy_per_conversion = \"3 pJ\"", "energy_per_step = \"1 pJ\"", "voltage = \"0.9 V\"", "model = \"isaac-table\"",
		"node = \"32 nm\"\ncolumn_resistance = \"6 kohm\"\nread_voltage = \"0.5 V\"",
	} {
		lines := "[machine.adc]\nlatency = \"1 ns\"\nleakage = \"0 W\"\n" + model + "\n"
		nominal, effective := conversion(t, "isaac", lines), conversion(t, "isaac", lines+"enob = 6\n")
		if nominal.Value.Value != effective.Value.Value {
			t.Errorf("%s: %g J, with an ENOB %g J", model, nominal.Value.Value, effective.Value.Value)
		}
		if math.Abs(nominal.Floor.Value/effective.Floor.Value-16) > 1e-9 || nominal.Best.Value <= 3*effective.Best.Value {
			t.Errorf("%s: floors %g and %g J, best %g and %g J", model, nominal.Floor.Value, effective.Floor.Value, nominal.Best.Value, effective.Best.Value)
		}
		if more := conversion(t, "isaac", lines+"enob = 12\n"); more.Floor.Value != nominal.Floor.Value {
			t.Errorf("%s: a code of 8 bits has a floor of %g J, with an ENOB beyond it %g J", model, nominal.Floor.Value, more.Floor.Value)
		}
	}
	// Another energy is that of another converter, which has the preset's ENOB no longer.
	m, err := parseMachine("reram-45nm", "[machine.adc]\nenergy_per_conversion = \"1 pJ\"\nleakage = \"0 W\"\n")
	if err != nil || m.ADC.ENOB != 0 {
		t.Errorf("%v, an ENOB of %g", err, m.ADC.ENOB)
	}
}

// A survey counts all that a converter takes, so what it leaks is compared, too.
func TestLeakageIsCompared(t *testing.T) {
	shared := conversion(t, "reram-45nm", "")
	whole := conversion(t, "reram-45nm", "[machine.adc]\nleakage_share = 0\n")
	if math.Abs(shared.Value.Value/whole.Value.Value-1) > 1e-12 || shared.Best.Value != whole.Best.Value {
		t.Errorf("%g J of %g J, %g J in one", shared.Value.Value, shared.Best.Value, whole.Value.Value)
	}
	leaking := conversion(t, "isaac", "[machine.adc]\nleakage = \"1 mW\"\n")
	if want := 1.5625e-12 + 1e-3*0.78125e-9; math.Abs(leaking.Value.Value/want-1) > 1e-12 {
		t.Errorf("%g J with what leaks, want %g", leaking.Value.Value, want)
	}
}

// What is blamed is what the user wrote, and where that is a part or preset, its name.
func TestBlameForAFloor(t *testing.T) {
	for _, test := range []struct{ preset, lines, at string }{
		{"reram-45nm", "[machine.adc]\nenob = 14\n", "7:8"},
		{"sinangil-2021", "[machine.adc]\npreset = \"isaac-10b\"\n", "6:1"},
		{"isaac", "[machine.crossbar]\ncols = 4\n[machine.cell]\nread_energy = \"1 aJ\"\n", "9:15"},
	} {
		_, err := parseMachine(test.preset, test.lines)
		if err == nil || !strings.Contains(err.Error(), "m.toml:"+test.at+": tile/array/cell") || strings.Contains(err.Error(), "presets/") {
			t.Errorf("%s: %v", test.lines, err)
		}
	}
}

// A zero of a preset that has a reason is remembered where more is written over it, and no
// other value is.
func TestReplacedZeros(t *testing.T) {
	const why = "Shafiee et al., ISCA 2016, Table I: lines are within the array's 0.3 mW"
	row := []Replaced{{"crossbar.row_capacitance", "isaac", why}}
	for _, test := range []struct {
		lines string
		sets  []string
		want  []Replaced
	}{
		{"", nil, nil},
		{"[machine.crossbar]\nrow_capacitance = \"50 fF\"\n", nil, row},
		{"[machine.crossbar]\nrow_capacitance = \"0 F\"\n", nil, nil},
		{"", []string{"machine.m.crossbar.row_capacitance=50 fF"}, row},
		{"[machine.crossbar]\nrow_capacitance = \"0 F\"\n", []string{"machine.m.crossbar.row_capacitance=50 fF"}, row},
		{"[machine.crossbar]\nrow_capacitance = \"50 fF\"\n", []string{"machine.m.crossbar.row_capacitance=0 F"}, nil},
		{"[machine.adc]\nenergy_per_conversion = \"2 pJ\"\n[machine.dac]\nlatency = \"1 ns\"\n", nil, nil}, // above zero before, and a time
	} {
		c, err := Parse("m.toml", []byte(machineOf("isaac", test.lines)), test.sets, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := c.Machines[0].Replaced
		for i := range got {
			got[i].Why, _, _ = strings.Cut(got[i].Why, ";")
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%q, %v: %v, want %v", test.lines, test.sets, got, test.want)
		}
	}
}
