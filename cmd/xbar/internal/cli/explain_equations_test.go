package cli

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"xbar/configs"
	"xbar/sim/model"
	"xbar/sim/model/modeltest"
	"xbar/sim/system"
)

// everyMachine is studies whose explanations have all that there is: each machine of the
// library with values of both kinds, and what no preset has: hops, reloads, a digital
// side, a pipeline, other supplies.
func everyMachine() map[string]string {
	const kernels = `
inferences = 1000
workload.values = %q
[[workload.kernel]]
name = "a"
L = 3
N = 300
M = 70
[[workload.kernel]]
name = "b"
L = 3
N = 70
M = 20
input_bits = 4
[[machine]]
name = "it"
preset = %q
`
	all := map[string]string{}
	for _, p := range configs.Presets() {
		if configs.IsPart(p.Kind) {
			continue
		}
		for _, values := range []string{"statistical", "exact"} {
			all[p.Name+"/"+values] = fmt.Sprintf(kernels, values, p.Name)
		}
	}
	statistical := func(preset, more string) string { return fmt.Sprintf(kernels, "statistical", preset) + more }
	all["reload"] = statistical("reram-small", "[machine.chip]\ntiles = 1\narrays_per_tile = 3\n[machine.dram]\nchannels = 2\nbandwidth = \"1 Gbit/s\"\n[machine.network]\nbandwidth = \"1 Gbit/s\"\n")
	all["pinned"] = statistical("reram-small", "[machine.chip]\ntiles = 1\narrays_per_tile = 3\nreload = \"pin\"\n")
	all["optimal"] = statistical("reram-small", "[machine.chip]\ntiles = 1\narrays_per_tile = 3\nreload = \"optimal\"\n")
	all["mesh"] = statistical("reram-small", "[machine.network]\nkind = \"mesh\"\nflit = \"32 bit\"\nrouter_latency = \"2 ns\"\nbandwidth = \"32 Gbit/s\"\n")
	all["pipeline"] = statistical("isaac-8b", "[machine.chip]\nexecution = \"pipeline\"\nreplication = \"balance\"\n")
	all["one array at a time"] = statistical("systolic-45nm", "[machine.array]\noverlap_weight_load = false\nrows = 16\ncols = 16\n[machine.dram]\nbandwidth = \"1 Gbit/s\"\n")
	all["sums stay"] = statistical("tpu-v1", "[machine.array]\ndataflow = \"os\"\nrows = 16\ncols = 16\n")
	all["inputs stay"] = statistical("tpu-v1", "[machine.array]\ndataflow = \"is\"\noverlap_weight_load = false\nrows = 16\ncols = 16\n")
	all["lanes"] = statistical("scalar-7nm", "[machine.core]\nlanes = 4\n")
	all["loads wait"] = strings.ReplaceAll(statistical("scalar-45nm", ""), "N = 300\nM = 70\n", "N = 3000\nM = 700\n")
	dynamic := strings.ReplaceAll(statistical("reram-small", "[machine.digital]\npreset = \"macs-45nm\"\n[machine.chip]\ndynamic = \"digital\"\n"), "M = 20\n", "M = 20\ndynamic = true\n")
	all["digital side"] = dynamic
	return all
}

// What xbar explain prints as JSON can be computed again: every equation of energy, time
// and area from the numbers beside it, every sum from its parts, and every key has the
// value that the config gives it.
func TestEquationsOfExplanations(t *testing.T) {
	for name, config := range everyMachine() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := explained(t, config)
			cfg, err := configs.Parse("study.toml", []byte(config), nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			keys := newKeys(cfg)
			for _, d := range derivationsOf(&m) {
				computes(t, keys, d)
			}
			pricesMakeJoules(t, m.Energy.Actions)
			programmingAddsUp(t, &m)
			timeAddsUp(t, m.Time)
		})
	}
}

// pricesMakeJoules fails unless count × price is the energy, of all but what is summed
// from the data.
func pricesMakeJoules(t *testing.T, actions []system.ExplainedAction) {
	for i := range actions {
		a := &actions[i]
		for j := range a.Each {
			p := &a.Each[j]
			if strings.Contains(p.Derivation.Symbols, "over the data") {
				continue
			}
			if math.Abs(p.Count*p.Derivation.Value-p.EnergyJ) > 1e-9*p.EnergyJ {
				t.Errorf("%s %s %s: %g × %g J are not %g J", a.Component, a.Action, p.Kernel, p.Count, p.Derivation.Value, p.EnergyJ)
			}
		}
	}
}

func programmingAddsUp(t *testing.T, m *system.Explained) {
	p, inference := m.Programming, m.EnergyDelay.Inputs[0].Derivation
	i := slices.IndexFunc(inference.Inputs, func(in system.DerivedInput) bool { return in.Symbol == "E_1" })
	if (p != nil) != (i >= 0) {
		t.Fatalf("an inference is %s, and what is programmed once is %v", inference.Symbols, p)
	}
	if p == nil {
		return
	}
	pricesMakeJoules(t, p.Actions)
	of := inference.Inputs[i].Value
	var joules float64
	for _, a := range p.Actions {
		joules += a.EnergyJ
	}
	if !near(joules, p.TotalJ) || !near(joules, p.EnergyJ) || !near(joules, of) {
		t.Errorf("programming's actions sum to %g J, not %g J, of which an inference has a part of %g J", joules, p.TotalJ, of)
	}
	if !near(p.ShareOfInference, p.TotalJ/p.PerInference.Inputs[1].Value/inference.Value) || p.Tiles <= 0 {
		t.Errorf("%g tiles, %g of an inference", p.Tiles, p.ShareOfInference)
	}
}

// timeAddsUp compares equations of time with what was simulated: kernels' with their
// seconds, latencies with their cycles, and traffic with what media were busy for.
func timeAddsUp(t *testing.T, m *system.ExplainedTime) {
	if !near(m.Total.Value, m.Seconds) {
		t.Errorf("a pass of %g s is explained as %g s", m.Seconds, m.Total.Value)
	}
	cycle := 1 / m.Clock.Value
	stage := func(s *system.ExplainedStage) {
		exact, cycles := s.Derivation.Value/cycle, float64(s.Cycles)
		if cycles < exact*(1-1e-9) || exact > 0 && cycles > 2*exact+20 {
			t.Errorf("%s, %s: %g cycles became %g", s.Component, s.Derivation.Name, exact, cycles)
		}
	}
	for i := range m.Stages {
		if m.Stages[i].Derivation.Name != "time of writing a full row" || m.Stages[i].Cycles < 1<<60 {
			stage(&m.Stages[i])
		}
	}
	var seconds float64
	for i := range m.Kernels {
		k := &m.Kernels[i]
		if m.Pipeline == nil {
			seconds += k.Derivation.Value
			if !near(k.Derivation.Value, k.Seconds) {
				t.Errorf("kernel %s of %g s is explained as %g s", k.Name, k.Seconds, k.Derivation.Value)
			}
			for _, in := range k.Derivation.Inputs {
				if in.Value < 0 {
					t.Errorf("kernel %s: %s is %g, %s", k.Name, in.Symbol, in.Value, in.Source)
				}
			}
		}
		for j := range k.Parts {
			stage(&k.Parts[j])
		}
		if k.Load != nil {
			stage(&k.Load.Write)
			stage(&k.Load.Tile)
		}
	}
	if m.Pipeline == nil && !near(seconds, m.Seconds) {
		t.Errorf("kernels take %g s of %g s", seconds, m.Seconds)
	}
	for _, medium := range m.Media {
		busy := 0.0
		for _, b := range m.Busy {
			if b.Component == medium.Component {
				busy = b.Utilization
			}
		}
		tolerance := 1e-3
		if m.Pipeline != nil { // whose rate is the mean of some inferences
			tolerance = 0.01
		}
		whole := strings.Contains(medium.Bandwidth.Result, "1.00 Gbit/s") || medium.Component == "network/link" // a cycle each
		if medium.Share > busy*(1+tolerance)+1e-12 || whole && busy > medium.Share*(1+tolerance) {
			t.Errorf("%s has traffic for %g of the time, and is busy for %g", medium.Component, medium.Share, busy)
		}
	}
}

// computes fails unless an equation and those of its inputs give their values, and keys
// are what the config says.
func computes(t *testing.T, keys *keys, d *system.Derivation) {
	for i := range d.Inputs {
		in := &d.Inputs[i]
		if in.Derivation != nil {
			computes(t, keys, in.Derivation)
			if in.Derivation.Value != in.Value {
				t.Errorf("%s: %s is %g, derived as %g", d.Name, in.Symbol, in.Value, in.Derivation.Value)
			}
		}
		if in.Key != "" {
			if got, ok := keys.value(in.Key); !ok || !near(got, in.Value) {
				t.Errorf("%s: %s = %s is %g, in the config %g, %v", d.Name, in.Symbol, in.Key, in.Value, got, ok)
			}
		}
	}
	if strings.Contains(d.Symbols, "over the data") {
		return
	}
	f := model.Figure{Equation: marked(d)}
	for _, in := range d.Inputs {
		f.Inputs = append(f.Inputs, model.Input{Symbol: in.Symbol, Value: in.Value})
	}
	switch value, err := modeltest.Evaluate(f); {
	case err != nil:
		t.Errorf("%s: %q: %v", d.Name, d.Symbols, err)
	case math.Abs(value-d.Value) > 1e-9*math.Abs(d.Value):
		t.Errorf("%s: %s is %g, not %g", d.Name, d.Symbols, value, d.Value)
	}
}

// marked is the equation with its symbols in braces again: the longest that stand by
// themselves.
func marked(d *system.Derivation) string {
	symbols := []string{"log10", "ln", "exp", "max", "min", "at", "pJ", "nm", "Hz", "ohm"}
	for _, in := range d.Inputs {
		symbols = append(symbols, in.Symbol)
	}
	slices.SortStableFunc(symbols, func(a, b string) int { return len(b) - len(a) })
	const volts = "(V/V)" // a voltage over its unit
	text, rest := "", strings.ReplaceAll(d.Symbols, volts, "(V/\x00)")
next:
	for rest != "" {
		for _, s := range symbols {
			after, found := strings.CutPrefix(rest, s)
			if !found {
				continue
			}
			known := slices.ContainsFunc(d.Inputs, func(in system.DerivedInput) bool { return in.Symbol == s })
			if known {
				s = "{" + s + "}"
			}
			text, rest = text+s, after
			continue next
		}
		for i := range rest {
			if i > 0 {
				text, rest = text+rest[:i], rest[i:]
				continue next
			}
		}
		text, rest = text+rest, ""
	}
	return strings.ReplaceAll(text, "\x00", "V")
}

// keys finds the values of a config's keys.
type keys struct{ cfg *configs.Config }

func newKeys(cfg *configs.Config) *keys { return &keys{cfg} }

// value is the number under a key as explanations name it.
func (k *keys) value(key string) (float64, bool) {
	if key == "cell.tia_noise" { // without a unit in the config, in pA/√Hz
		return k.cfg.Machines[0].Cell.TIANoise * 1e-12, true
	}
	if v, ok := number(reflect.ValueOf(k.cfg), key); ok {
		return v, true
	}
	return number(reflect.ValueOf(&k.cfg.Machines[0]), strings.TrimPrefix(key, "machine."))
}

// number goes down the tables of a struct.
func number(v reflect.Value, key string) (float64, bool) {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if key == "" {
		switch {
		case v.CanFloat():
			return v.Float(), true
		case v.CanInt():
			return float64(v.Int()), true
		}
		return 0, false
	}
	if v.Kind() != reflect.Struct {
		return 0, false
	}
	word, rest, _ := strings.Cut(key, ".")
	word, index, indexed := strings.Cut(strings.TrimSuffix(word, "]"), "[")
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if field.Tag.Get("toml") == "" && field.Anonymous {
			if x, ok := number(v.Field(i), key); ok {
				return x, true
			}
		}
		if field.Tag.Get("toml") != word {
			continue
		}
		f := v.Field(i)
		if indexed {
			var n int
			fmt.Sscan(index, &n)
			f = f.Index(n)
		}
		return number(f, rest)
	}
	return 0, false
}
