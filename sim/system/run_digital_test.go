package system

import (
	"context"
	"math"
	"strings"
	"testing"

	"xbar/configs"
	"xbar/digital"
	"xbar/digital/systolic"
	"xbar/sim"
	"xbar/sim/energy"
	"xbar/sim/model"
	"xbar/sim/model/modeltest"
	"xbar/sim/unit"
)

// modelledParts puts models in the place of the energies of a preset.
const modelledParts = `
inferences = 1
[workload]
[[workload.kernel]]
name = "k"
L = 3
N = 20
M = 10
[[machine]]
name = "array"
preset = "tpu-v1"
[machine.input_buffer]
node = "32 nm"
[machine.weight_buffer]
node = "22 nm"
leakage = "80.58 mW"
[machine.output_buffer]
design = "puma"
[machine.dram]
standard = "hbm2"
[machine.activation]
node = "45 nm"
voltage = "0.9 V"
[[machine]]
name = "tpu"
preset = "tpu-v1"
[[machine]]
name = "core"
preset = "scalar-45nm"
[[machine]]
name = "flat"
preset = "scalar-45nm"
[machine.memory]
flat = true
[[machine]]
name = "core of a model"
preset = "scalar-45nm"
[machine.core]
node = "7 nm"
voltage = "0.7 V"
order = "nlm"
tile_m = 3
`

// opened is a digital machine of a config with its leaks.
func opened(t *testing.T, m *configs.Machine) (machine digitalMachine) {
	t.Helper()
	clock, err := sim.NewClock(unit.Exact(m.Clock))
	if err != nil {
		t.Fatal(err)
	}
	if m.Kind == "systolic" {
		machine, err = systolic.New(m.Systolic(), clock)
	} else {
		machine, err = digital.NewScalar(m.Scalar, m.Memory, clock)
	}
	if err != nil {
		t.Fatal(err)
	}
	openLeaks(machine, m.RateFigure())
	return machine
}

// Every figure of a digital machine adds up, names keys of the config only, and
// is what the account is charged.
func TestDigitalFigures(t *testing.T) {
	cfg, err := configs.Parse("study.toml", []byte(modelledParts), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range cfg.Machines {
		m := &cfg.Machines[i]
		check := func(what string, f model.Figure) {
			modeltest.Check(t, f)
			for _, key := range f.Keys() {
				_, known := m.Provenance[strings.TrimPrefix(key, "machine.")]
				if !known && !strings.HasSuffix(key, "area") { // an area may be left out
					t.Errorf("%s: %s: no key %s", m.Name, what, key)
				}
			}
		}
		machine := opened(t, m)
		leaks := 0
		for id, account := range machine.Ledger().Accounts() {
			d := machine.Derivation(energy.AccountID(id))
			what := account.Component + " " + account.Action
			check(what, d.Each)
			if d.Event == "" {
				t.Errorf("%s: %s: nothing says what is counted", m.Name, what)
			}
			if d.Each.Unit == "J" && d.Each.Value != float64(account.Each) {
				t.Errorf("%s: %s is charged %v and explained as %s", m.Name, what, account.Each, d.Each.Result())
			}
			if account.Category == energy.Static {
				leaks++
			}
		}
		if leaks != len(machine.Components()) {
			t.Errorf("%s: %d of %d components leak", m.Name, leaks, len(machine.Components()))
		}
		for _, c := range machine.Components() {
			check(c.Path+" instances", c.Instances)
			check(c.Path+" area", c.Area)
		}
	}
}

// A buffer beyond the capacities that a model is published for is doubted, once.
func TestDoubtsOfADigitalMachine(t *testing.T) {
	cfg, err := configs.Parse("study.toml", []byte(modelledParts), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	result, err := Run(context.Background(), cfg, Options{})
	if err != nil {
		t.Fatal(err)
	}
	doubts := func(m *Machine) (n int) {
		for _, note := range m.Notes {
			if strings.Contains(note, "2 KiB to 1024 KiB") {
				n++
			}
		}
		return n
	}
	if n := doubts(&result.Machines[0]); n != 1 {
		t.Errorf("24 MiB of static RAM are doubted %d times: %q", n, result.Machines[0].Notes)
	}
	if n := doubts(&result.Machines[1]); n != 0 {
		t.Errorf("what is given is doubted: %q", result.Machines[1].Notes)
	}
}

// What is explained of a digital machine is all of its energy, and a modelled
// buffer down to the publication.
func TestDigitalMachinesAreExplained(t *testing.T) {
	cfg, err := configs.Parse("study.toml", []byte(modelledParts), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	all, err := Explain(context.Background(), cfg, "", Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all.Machines {
		if e := m.Energy; e == nil || math.Abs(e.EnergyJ-e.TotalJ) > 1e-12*e.TotalJ || e.TotalJ == 0 {
			t.Errorf("%s: %+v", m.Name, e)
		}
		if m.Area == nil || m.Area.Known != (m.Kind == "systolic") {
			t.Errorf("%s: %+v", m.Name, m.Area)
		}
		if m.Time == nil || m.Time.Clock.Inputs[0].Where == "" {
			t.Errorf("%s: %+v", m.Name, m.Time)
		}
	}
	buffer, err := Explain(context.Background(), cfg, "array:weight-buffer", Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range buffer.Machines[0].Energy.Actions {
		each := &a.Each[0].Derivation
		source := each.Inputs[0].Derivation.Source // of a bit of the word
		if a.Action == "leak" {
			written := each.Inputs[1].Derivation.Inputs[0]
			source = written.Key + " " + written.Text
		}
		want := map[string]string{"read": "CACTI 7", "fill": "CACTI 7", "leak": "weight_buffer.leakage 80.6 mW"}[a.Action]
		if want == "" || !strings.Contains(source, want) {
			t.Errorf("%s %s comes from %q, want %q", a.Component, a.Action, source, want)
		}
	}
}

// A scalar machine says of every load which level served it: together they are
// the words loaded, where a step is of one lane and an access of one word.
func TestLoadsAreServed(t *testing.T) {
	cfg, err := configs.Parse("study.toml", []byte(modelledParts), []string{"workload.batch=2"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	result, err := Run(context.Background(), cfg, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range result.Machines {
		m := &result.Machines[i]
		if m.Kind != "scalar" {
			continue
		}
		var whole, kernels, words int64
		for _, s := range m.Loads {
			whole += s.Loads
		}
		for _, k := range m.Kernels {
			if k.Loops == "" {
				t.Errorf("%s: nothing says how %s was gone through", m.Name, k.Name)
			}
			for _, s := range k.Loads {
				kernels += s.Loads
				if s.Why == "" || s.Level == "" {
					t.Errorf("%s: %+v", m.Name, s)
				}
			}
		}
		for _, c := range m.Components {
			for _, a := range c.Actions {
				if a.Action == "load" {
					words += a.Count
				}
			}
		}
		if whole != words || kernels != words || words == 0 {
			t.Errorf("%s: %d loads, %d of kernels, %d accesses", m.Name, whole, kernels, words)
		}
	}
}
