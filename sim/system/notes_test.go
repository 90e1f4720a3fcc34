package system_test

import (
	"context"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"xbar/configs"
	"xbar/sim/system"
)

const pulses = `
inferences = 1
[[workload.kernel]]
name = "fc"
L = 4
N = 64
M = 16
[workload.statistics]
input_mean = 0.25
input_mean_square = 0.75
[[machine]]
name = "m"
preset = "reram-small"
dac = { bits = 4, energy_per_pulse = "20 fJ", energy_per_load = "5 fJ", pulse_time = "1 ns" }
adc = { resolution = 12, enob = 8 }
`

func notes(t *testing.T, cfg *configs.Config) string {
	t.Helper()
	result, err := system.Run(context.Background(), cfg, system.Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(result.Machines[0].Notes, "\n")
}

// Pulses heat a cell by the mean of a digit and not by that of its square, and
// the explanation has to name the key that counts.
func TestExplanationOfPulsesNamesTheMean(t *testing.T) {
	for values, equation := range map[string]string{
		"statistical": "E = base·⟨|x|⟩ + slope·⟨|x|·w⟩",
		"exact":       "E = Σ(base·|x| + slope·|x|·w), over the data",
	} {
		x, err := system.Explain(context.Background(), parse(t, pulses, "workload.values="+values), "tile/array/cell", system.Options{Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), equation) {
			t.Errorf("%s: no %s in %s", values, equation, text)
		}
		for key, want := range map[string]bool{"input_mean": values == "statistical", "input_mean_square": false, "weight_mean": values == "statistical"} {
			if got := strings.Contains(string(text), `"workload.statistics.`+key+`"`); got != want {
				t.Errorf("%s: %s is named: %t", values, key, got)
			}
		}
	}
	if got := notes(t, parse(t, pulses)); !strings.Contains(got, "input mean 0.25") || strings.Contains(got, "square") || !strings.Contains(got, "pulses of up to 15.0 ns read the cells, which heat for the cell.read_time = 10.0 ns alone") {
		t.Errorf("notes:\n%s", got)
	}
}

// Notes speak of the energies and times that are charged.
func TestNotesAreOfTheSupply(t *testing.T) {
	supply := []string{"machine.m.supply.nominal=1 V", "machine.m.supply.voltage=2 V", "machine.m.adc.leakage_share=0.2"}
	base := parse(t, pulses)
	whole := base.Machines[0].ADC.Regression().Energy()
	got := notes(t, parse(t, pulses, supply...))
	for _, want := range []string{(4 * 0.8 * whole).String(), "without the 20 % that it leaks, taken to 2.00 V", "at 2.00 V the clock and all times stay those of 1.00 V"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in the notes:\n%s", want, got)
		}
	}
	if got := notes(t, parse(t, pulses, append(supply, "machine.m.supply.delay_exponent=1")...)); strings.Contains(got, "all times stay") {
		t.Errorf("notes:\n%s", got)
	}
}

// Wires of a node are those of the same resistance, and what the table does not have is
// said.
func TestWiresOfANode(t *testing.T) {
	const array = `
inferences = 1
[workload]
values = "exact"
kernel = [{ name = "k", L = 4, N = 64, M = 8 }]
[[machine]]
name = "m"
preset = "reram-45nm"
crossbar = { encoding = "differential", column_flip = false, rows = 64, cols = 64, cell_pitch = "2 um" }
adc = { range = "scale" }
cell = { g_on = "300 uS", g_off = "3 uS" }
devices = { wire_node = "45 nm" }
`
	of := func(text string, sets ...string) *system.Machine {
		r, err := system.Run(context.Background(), parse(t, text, sets...), system.Options{Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		return &r.Machines[0]
	}
	node := of(array)
	const ohms = `row_resistance = "8.4 ohm", column_resistance = "8.4 ohm"` // 4.2 Ω/µm
	same := of(strings.Replace(array, `wire_node = "45 nm"`, ohms, 1))
	if node.Values.RMSError != same.Values.RMSError || node.Values.RMSError == 0 {
		t.Errorf("an error of %g, by the resistance %g", node.Values.RMSError, same.Values.RMSError)
	}
	if worse := of(array, "machine.m.devices.wire_node=22 nm"); worse.Values.RMSError <= node.Values.RMSError {
		t.Errorf("an error of %g through wires of 22 nm, %g of 45 nm", worse.Values.RMSError, node.Values.RMSError)
	}
	if got := strings.Join(of(array, "machine.m.devices.wire_node=7 nm").Notes, "\n"); !strings.Contains(got, "wires at 7.00 nm are those of the nearest node") {
		t.Errorf("notes:\n%s", got)
	}
	x, err := system.Explain(context.Background(), parse(t, array), "", system.Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	if d := x.Machines[0].Devices; len(d) != 1 || math.Abs(d[0].Value-8.4) > 1e-9 {
		t.Errorf("explained as %+v", d)
	}
}

// By the polynomials of a node, energies and times at another supply are those of the
// published fits, evaluated here by hand: 45 nm hp from 0.9 to 0.8 V.
func TestSupplyByNode(t *testing.T) {
	const law = "machine.m.supply.node=45 nm"
	at := func(sets ...string) *system.Machine {
		r, err := system.Run(context.Background(), parse(t, pulses, sets...), system.Options{Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		return &r.Machines[0]
	}
	nominal, low := at(), at("machine.m.supply.nominal=0.9 V", "machine.m.supply.voltage=0.8 V", law)
	e := func(v float64) float64 { return 1.018*v*v - 0.3107*v + 0.1539 }
	d := func(v float64) float64 { return -501.6*v*v*v + 1567*v*v - 1619*v + 566.1 }
	if got, want := low.ClockHz/nominal.ClockHz, d(0.9)/d(0.8); math.Abs(got/want-1) > 1e-9 {
		t.Errorf("the clock slows to %g, by the fit %g", got, want)
	}
	then, now := byAction(nominal), byAction(low)
	for _, action := range []string{"tile/array/dac convert", "tile/array/cell read", "tile/array/adc convert", "tile/array/shift-add shift-add"} {
		if got, want := now[action]/then[action], e(0.8)/e(0.9); math.Abs(got/want-1) > 1e-9 {
			t.Errorf("%s: energies shrink by %g, by the fit %g", action, got, want)
		}
	}
	if text := strings.Join(low.Notes, "\n"); strings.Contains(text, "all times stay") {
		t.Errorf("notes:\n%s", text)
	}
}

// Times are explained at the supply: cycles of the clock that the chip has there.
func TestExplainedTimesAreOfTheSupply(t *testing.T) {
	x, err := system.Explain(context.Background(),
		parse(t, pulses, "machine.m.supply.nominal=1 V", "machine.m.supply.voltage=2 V", "machine.m.supply.delay_exponent=1"), "time", system.Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	clock := x.Machines[0].Time.Clock.Value
	for _, s := range x.Machines[0].Time.Stages {
		if got := s.Derivation.Value * clock; got > float64(s.Cycles)*(1+1e-9) || got < float64(s.Cycles)-1 {
			t.Errorf("%s: %g s are %g cycles, %d are taken", s.Component, s.Derivation.Value, got, s.Cycles)
		}
	}
}

func TestLawsNameTheirMachines(t *testing.T) {
	if _, err := system.Laws(context.Background(), parse(t, strings.ReplaceAll(strings.Split(pulses, "dac =")[0], "reram-small", "colonnade-2021")), system.Options{Workers: 1}); err == nil {
		t.Error("a digital array is measured as an analog one")
	}
	long(t)
	if r := laws(t, parse(t, pulses), 1); r.Analog != "m" || r.Scalar != "" {
		t.Errorf("analog machine %q, scalar machine %q", r.Analog, r.Scalar)
	}
	if r := libraryLaws(t); r.Analog != "" || r.Scalar != "" {
		t.Errorf("analog machine %q, scalar machine %q", r.Analog, r.Scalar)
	}
}

func TestPathErrorsQuoteNamesWithCommas(t *testing.T) {
	err := &system.PathError{Path: "large", Allowed: []string{"small, 1", "scalar"}}
	if got := err.Error(); !strings.Contains(got, `allowed: "small, 1", scalar`) {
		t.Error(got)
	}
}
