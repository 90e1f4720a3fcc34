package adc_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xbar/adc"
	"xbar/sim/model"
	"xbar/sim/unit"
)

func nothing(string) bool { return false }

func all(string) bool { return true }

// figures are all that the package says of a converter.
func figures(c *adc.Config, bits int) []model.Figure {
	return []model.Figure{
		c.Conversion(bits), c.Time(bits), c.Interval(bits),
		c.AreaEach(nothing), c.LeakageEach(nothing), c.AreaEach(all), c.LeakageEach(all),
		adc.BestPublished(c.ENOB, unit.Hertz(1e8)), adc.ThermalFloor(c.ENOB, c.Kelvin),
	}
}

// checkFigure wants all symbols of the equation among the inputs and the other
// way about, a source for each, and a number that can be charged, all the way
// down.
func checkFigure(t interface{ Errorf(string, ...any) }, f model.Figure) {
	for _, in := range f.Inputs {
		if !strings.Contains(f.Equation, "{"+in.Symbol+"}") {
			t.Errorf("%s: input %s is not in the equation %s", f.Name, in.Symbol, f.Equation)
		}
		if in.From != nil {
			checkFigure(t, *in.From)
		}
	}
	if strings.ContainsAny(f.Numbers(), "{}") {
		t.Errorf("%s: the equation %s has symbols without an input", f.Name, f.Equation)
	}
	if symbols := f.Unsourced(); len(symbols) > 0 {
		t.Errorf("%s: nothing vouches for %v in %s", f.Name, symbols, f.Equation)
	}
	if f.Name == "" || math.IsNaN(f.Value) || math.IsInf(f.Value, 0) || f.Value < 0 && f.Unit != "dB" {
		t.Errorf("%s: %s = %g %s", f.Name, f.Numbers(), f.Value, f.Unit)
	}
}

func quantity(t *rapid.T, name string, low, high float64) float64 {
	return math.Exp(rapid.Float64Range(math.Log(low), math.Log(high)).Draw(t, name))
}

func choice(t *rapid.T, group int) string {
	return rapid.SampledFrom(adc.Groups[group].Names()).Draw(t, adc.Groups[group].Key)
}

// drawn is any converter that the schema lets pass, however odd.
func drawn(t *rapid.T) *adc.Config {
	joules := func(name string) unit.Joule { return unit.Joule(quantity(t, name, 1e-30, 1e3)) }
	seconds := func(name string) unit.Second { return unit.Second(quantity(t, name, 1e-18, 1e6)) }
	return &adc.Config{
		Model: choice(t, 0), Timing: choice(t, 1), Resolution: rapid.IntRange(1, 24).Draw(t, "resolution"),
		EnergyPerConversion: joules("energy"), EnergyPerStep: joules("step"), FigureOfMerit: joules("merit"),
		ENOB: rapid.Float64Range(1, 20).Draw(t, "enob"), Node: unit.Metre(quantity(t, "node", 1e-12, 1e3)),
		LeakageShare: rapid.Float64Range(0, 1).Draw(t, "share"), FigureOfMeritDB: rapid.Float64Range(100, 250).Draw(t, "dB"),
		Kelvin: rapid.Float64Range(1, 1000).Draw(t, "kelvin"), Excess: quantity(t, "excess", 1, 1e6),
		Voltage: unit.Volt(quantity(t, "voltage", 1e-9, 1e3)), ReadVoltage: unit.Volt(quantity(t, "read", 1e-9, 1e3)),
		ColumnResistance: unit.Ohm(quantity(t, "column", 1e-9, 1e15)),
		Latency:          rapid.SampledFrom([]unit.Second{0, seconds("latency")}).Draw(t, "some latency"), Every: seconds("interval"),
		Cycle: seconds("cycle"), Overhead: seconds("overhead"), RowsLoaded: rapid.IntRange(1, 65536).Draw(t, "rows"),
		Leakage: 1e-6, Area: 1e-9,
	}
}

func TestEveryConverterHasNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawn(t)
		for _, f := range figures(c, rapid.IntRange(0, 30).Draw(t, "bits")) {
			checkFigure(t, f)
		}
	})
}

// A conversion of fewer bits never takes more, and none takes more than all of
// them.
func TestFewerBitsTakeNoMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawn(t)
		n := rapid.IntRange(1, 24).Draw(t, "bits")
		for i, few := range figures(c, n-1)[:3] {
			if many := figures(c, n)[i]; few.Value > many.Value*(1+1e-12) {
				t.Fatalf("%s: %g of %d bits, %g of %d", many.Name, few.Value, n-1, many.Value, n)
			}
		}
		if got, want := c.Conversion(c.Resolution+n).Value, c.Conversion(c.Resolution).Value; got != want {
			t.Fatalf("%g for more bits than there are, want %g", got, want)
		}
	})
}

// plain is an 8-bit converter of 7 effective bits that all models accept.
func plain(name string) adc.Config {
	return adc.Config{
		Model: name, Timing: "given", Resolution: 8, EnergyPerConversion: 1e-12, ENOB: 7, Node: 32e-9, FigureOfMerit: 20e-15,
		FigureOfMeritDB: 165, Kelvin: 300, Excess: 10, Voltage: 0.9, EnergyPerStep: 50e-15, ColumnResistance: 6250, ReadVoltage: 0.5,
		Latency: 1e-9, Cycle: 1e-9, RowsLoaded: 128,
	}
}

func energy(c adc.Config) float64 { return c.Conversion(c.Resolution).Value }

// The envelope's points are published with 6.02 dB a bit and 1.76 dB, which makes
// them 0.2 % less than ours.
func TestPublishedPoints(t *testing.T) {
	set := func(name string, change func(*adc.Config)) float64 {
		c := plain(name)
		change(&c)
		return energy(c)
	}
	zigzag := plain("zigzag-28nm")
	best := func(bits float64, rate unit.Hertz) float64 { return adc.BestPublished(bits, rate).Value }
	zigzag.Timing = "zigzag-28nm"
	for _, test := range []struct {
		what            string
		got, want, near float64
	}{
		{"thermal floor of 8 bits", adc.ThermalFloor(8, 300).Value, 3.26e-15, 0.002},
		{"thermal floor of 10 bits", adc.ThermalFloor(10, 300).Value, 52e-15, 0.005},
		{"thermal floor of 12 bits", adc.ThermalFloor(12, 300).Value, 0.83e-12, 0.005},
		{"envelope, 8 bits at 10 MS/s", best(8, 10e6), 171e-15, 0.003},
		{"envelope, 8 bits at 1 GS/s", best(8, 1e9), 221e-15, 0.003},
		{"envelope, 10 bits at 1 GS/s", best(10, 1e9), 3.25e-12, 0.003},
		{"envelope, 12 bits at 1 GS/s", best(12, 1e9), 52e-12, 0.003},
		{"ZigZag's energy", energy(zigzag), 0.70e-12, 0.01},
		{"ZigZag's area", zigzag.AreaEach(nothing).Value, 2085e-12, 0.001},
		{"ZigZag's time", zigzag.Time(8).Value, 11.8e-9, 0.001},
		{"NeuroSim's energy at 45 nm", set("neurosim-sar", func(c *adc.Config) { c.Node = 45e-9 }), 451e-15, 0.002},
		{"NeuroSim's energy at 32 nm", set("neurosim-sar", func(c *adc.Config) { c.Node = 32e-9 }), 278e-15, 0.002},
		{"regression of ISAAC's converter", set("regression", func(c *adc.Config) { c.ENOB, c.Latency = 8, 1/1.2e9 }), 1.84861e-12, 1e-5},
		{"the converter of ISAAC as it was measured", set("walden", func(c *adc.Config) { c.ENOB, c.FigureOfMerit = 6.24, 33.7e-15 }), 2.55e-12, 0.002},
	} {
		if math.Abs(test.got/test.want-1) > test.near {
			t.Errorf("%s: %.5g, published %.5g", test.what, test.got, test.want)
		}
	}
}

func TestISAACTable(t *testing.T) {
	published := []struct{ picojoules, squareMicrometres float64 }{
		4: {0.79, 361.04}, {0.99, 476.91}, {1.2, 626.91}, {1.42, 845.18}, {1.67, 1200}, {1.969, 1827.9}, {2.379, 3002},
	}
	var last float64
	for bits := 1; bits <= 24; bits++ {
		c := plain("isaac-table")
		c.Resolution = bits
		e, a := c.Conversion(bits), c.AreaEach(nothing)
		inside := bits >= 4 && bits <= 10
		if inside && (math.Abs(e.Value*1e12/published[bits].picojoules-1) > 1e-12 || math.Abs(a.Value*1e12/published[bits].squareMicrometres-1) > 1e-12) {
			t.Errorf("%d bits: %g J, %g m2; want %v", bits, e.Value, a.Value, published[bits])
		}
		if (e.Outside == "") != inside || (a.Outside == "") != inside {
			t.Errorf("%d bits: outside is %q", bits, e.Outside)
		}
		if e.Value <= last {
			t.Errorf("%d bits take %g J, fewer take %g", bits, e.Value, last)
		}
		last = e.Value
	}
	c := plain("isaac-table")
	c.Resolution = 12
	if got, want := energy(c), 2.379e-12*math.Pow(2.379/1.969, 2); math.Abs(got/want-1) > 1e-12 {
		t.Errorf("12 bits: %g, want %g", got, want)
	}
}

// How the energy answers to each input.
func TestScalingLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		enob := rapid.Float64Range(1, 15).Draw(t, "enob")
		for name, law := range map[string]struct {
			change func(*adc.Config)
			factor float64
		}{
			"walden":      {func(c *adc.Config) { c.ENOB++ }, 2},
			"schreier":    {func(c *adc.Config) { c.ENOB++ }, 4},
			"thermal":     {func(c *adc.Config) { c.Kelvin *= 2; c.ENOB++; c.Excess *= 3 }, 24},
			"zigzag-28nm": {func(c *adc.Config) { c.Voltage *= 3 }, 9},
			"stepped":     {func(c *adc.Config) { c.Resolution *= 2 }, 2},
		} {
			before := plain(name)
			before.ENOB = enob
			after := before
			law.change(&after)
			if got := energy(after) / energy(before); math.Abs(got/law.factor-1) > 1e-9 {
				t.Fatalf("%s: %g times the energy, want %g", name, got, law.factor)
			}
		}
	})
}

// Whole bits, for the regression falls where a fraction reaches the next one.
func TestMoreIsDearer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := plain("")
		base.ENOB = float64(rapid.IntRange(4, 19).Draw(t, "enob"))
		base.Resolution = rapid.IntRange(1, 23).Draw(t, "resolution")
		base.Latency = unit.Second(quantity(t, "latency", 1e-10, 1e-3))
		for _, law := range []struct {
			models string
			change func(*adc.Config)
		}{
			{"regression survey walden schreier thermal", func(c *adc.Config) { c.ENOB++ }},
			{"regression", func(c *adc.Config) { c.Node *= 1.5 }},
			{"zigzag-28nm isaac-table stepped neurosim-sar", func(c *adc.Config) { c.Resolution++ }},
			{"zigzag-28nm neurosim-sar", func(c *adc.Config) { c.Voltage *= 1.2; c.ReadVoltage *= 1.2 }},
			{"neurosim-sar", func(c *adc.Config) { c.Node = 45e-9 }},
			{"neurosim-sar", func(c *adc.Config) { c.ColumnResistance /= 2 }},
		} {
			for name := range strings.FieldsSeq(law.models) {
				before := base
				before.Model = name
				after := before
				law.change(&after)
				if energy(after) <= energy(before) {
					t.Fatalf("%s: %g J after %g J, and more was asked for", name, energy(after), energy(before))
				}
			}
		}
		for _, name := range []string{"regression", "survey"} {
			slow := base
			slow.Model = name
			fast := slow
			fast.Latency /= 2
			if energy(fast) < energy(slow) {
				t.Fatalf("%s: twice as fast takes %g J, not %g J", name, energy(fast), energy(slow))
			}
		}
	})
}

func TestTiming(t *testing.T) {
	for _, test := range []struct {
		timing                    string
		bits                      int
		nanoseconds, betweenNanos float64
	}{
		{"given", 8, 7, 5}, {"given", 3, 7, 5},
		{"sar", 8, 18, 18}, {"sar", 4, 10, 10}, {"sar", 99, 18, 18}, {"sar", -1, 2, 2},
		{"ramp", 8, 512, 512}, {"ramp", 4, 32, 32},
		{"flash", 8, 2, 2}, {"flash", 4, 2, 2},
		{"pipeline", 8, 16, 2},
		{"stepped", 8, 19, 19}, {"stepped", 4, 11, 11},
	} {
		c := plain("given")
		c.Timing, c.Latency, c.Every, c.Cycle, c.Overhead = test.timing, 7e-9, 5e-9, 2e-9, 3e-9
		got, between := c.Time(test.bits).Value*1e9, c.Interval(test.bits).Value*1e9
		if math.Abs(got-test.nanoseconds) > 1e-9 || math.Abs(between-test.betweenNanos) > 1e-9 {
			t.Errorf("%s, %d bits: %g ns, every %g ns; want %g and %g", test.timing, test.bits, got, between, test.nanoseconds, test.betweenNanos)
		}
	}
	c := plain("given")
	if got := c.Interval(8).Value; got != 1e-9 {
		t.Errorf("without an interval a conversion follows after %g s, not after the latency", got)
	}
}

// A pipelined converter is as fast as its interval, not as its latency.
func TestRateFollowsTheInterval(t *testing.T) {
	c := plain("regression")
	c.Latency, c.Every = 1e-6, 1e-9
	if got := float64(c.Regression().Rate); math.Abs(got/1e9-1) > 1e-12 {
		t.Errorf("a rate of %g Hz, want 1 GHz", got)
	}
}

// Conversion and leakage of a converter that is never idle are its energy.
func TestLeakageShareLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := plain("regression")
		c.LeakageShare = rapid.Float64Range(0, 1).Draw(t, "share")
		c.Latency = unit.Second(quantity(t, "latency", 1e-10, 1e-3))
		got := energy(c) + c.LeakageEach(nothing).Value*float64(c.Latency)
		if want := float64(c.Regression().Energy()); math.Abs(got/want-1) > 1e-12 {
			t.Fatalf("%g J, want %g", got, want)
		}
	})
}

func TestWrittenWins(t *testing.T) {
	for _, name := range adc.Groups[0].Names() {
		c := plain(name)
		c.Area, c.Leakage = 0, 0
		if a, l := c.AreaEach(all), c.LeakageEach(all); a.Value != 0 || l.Value != 0 || len(a.Inputs) != 1 || len(l.Inputs) != 1 {
			t.Errorf("%s: zeros were written, and yet %s and %s", name, a.Result(), l.Result())
		}
		gives := adc.Groups[0].Find(name).Gives
		if got := c.AreaEach(nothing).Value > 0; got != slices.Contains(gives, "area") {
			t.Errorf("%s gives %v, but knowing an area is %v", name, gives, got)
		}
		c.LeakageShare = 0.2
		if got := c.LeakageEach(nothing).Value > 0; got != slices.Contains(gives, "leakage") {
			t.Errorf("%s gives %v, but knowing a leakage is %v", name, gives, got)
		}
	}
}

// What cannot be is said.
func TestDoubts(t *testing.T) {
	for _, test := range []struct {
		model, want string
		change      func(*adc.Config)
	}{
		{"regression", "", func(c *adc.Config) {}},
		{"regression", "4 to 20 bits", func(c *adc.Config) { c.ENOB = 3 }},
		{"regression", "thermal floor", func(c *adc.Config) { c.ENOB, c.Node, c.Latency = 20, 5e-9, 1e-3 }},
		{"regression", "no rate", func(c *adc.Config) { c.Latency = 0 }},
		{"survey", "", func(c *adc.Config) {}},
		{"survey", "none above", func(c *adc.Config) { c.ENOB = 20 }},
		{"survey", "200 GHz", func(c *adc.Config) { c.Latency = 1e-12 }},
		{"survey", "no rate", func(c *adc.Config) { c.Latency = 0 }},
		{"walden", "", func(c *adc.Config) {}},
		{"walden", "best published", func(c *adc.Config) { c.FigureOfMerit = 0.1e-15 }},
		{"walden", "thermal floor", func(c *adc.Config) { c.ENOB = 20 }},
		{"walden", "noise limits", func(c *adc.Config) { c.ENOB = 12.1 }},
		{"schreier", "", func(c *adc.Config) { c.ENOB = 9 }},
		{"schreier", "technology limits", func(c *adc.Config) {}},
		{"schreier", "best published", func(c *adc.Config) { c.FigureOfMeritDB = 190 }},
		{"schreier", "thermal floor", func(c *adc.Config) { c.FigureOfMeritDB = 192 }},
		{"zigzag-28nm", "", func(c *adc.Config) { c.Voltage = 0.8 }},
		{"zigzag-28nm", "a supply of 3.00 V", func(c *adc.Config) { c.Voltage = 3 }},
		{"neurosim-sar", "", func(c *adc.Config) { c.Latency = 9e-9 }},
		{"neurosim-sar", "the energy is of 9.00 ns", func(c *adc.Config) {}},
		{"neurosim-sar", "that of 45.0 nm is taken", func(c *adc.Config) { c.Node = 40e-9 }},
		{"given", "", func(c *adc.Config) { c.Timing = "sar" }},
		{"given", "ramp converter", func(c *adc.Config) { c.Timing = "ramp" }},
	} {
		c := plain(test.model)
		test.change(&c)
		got := strings.Join(c.Conversion(6).Warnings(), "; ")
		if !strings.Contains(got, test.want) || (test.want == "") != (got == "") {
			t.Errorf("%s: %q, want %q", test.model, got, test.want)
		}
	}
}

// Each choice is what its own needs mean, where no other choice needs the same:
// then it must be named.
func TestGroupsAreInferred(t *testing.T) {
	for keys, want := range map[string]string{
		"energy_per_conversion": "given", "energy_per_conversion enob": "given", "energy_per_conversion enob node": "", "enob node": "regression", "enob node leakage_share": "regression", "enob": "regression",
		"enob figure_of_merit": "walden", "enob figure_of_merit_db": "schreier", "enob excess": "", "voltage": "zigzag-28nm", "enob voltage": "zigzag-28nm",
		"energy_per_step": "stepped", "energy_per_step enob": "stepped", "node column_resistance read_voltage": "neurosim-sar", "enob node column_resistance read_voltage": "neurosim-sar",
		"latency": "given", "latency interval": "given", "cycle": "", "cycle overhead": "", "rows_loaded": "zigzag-28nm",
	} {
		list := strings.Fields(keys)
		group := adc.Groups[0]
		if slices.Contains(adc.Groups[1].Keys(), list[0]) {
			group = adc.Groups[1]
		}
		found := group.Infer(func(key string) bool { return slices.Contains(list, key) })
		got := ""
		if found != nil {
			got = found.Name
		}
		if got != want {
			t.Errorf("%s means %q, want %q", keys, got, want)
		}
	}
}

// The same 8-bit converter by four models: what its authors measured, what a
// good one takes, what the best takes, and what physics asks for.
func ExampleConfig_Conversion() {
	for _, c := range []adc.Config{
		{Model: "walden", ENOB: 6.24, FigureOfMerit: 33.7e-15},
		{Model: "regression", ENOB: 6.24, Node: 32e-9, Latency: 0.83e-9},
		{Model: "survey", ENOB: 6.24, Latency: 0.83e-9},
		{Model: "thermal", ENOB: 6.24, Kelvin: 300, Excess: 1},
	} {
		e := c.Conversion(8)
		fmt.Println(e.Symbols(), "=", e.Numbers(), "=", e.Result())
	}
	// Output:
	// E = FOM·2^b = 33.7 fJ·2^6.24 = 2.55 pJ
	// E = ½·10^((SNDR − F)/10)·g pJ = ½·10^((39.3 dB − 151 dB)/10)·1.8e+11 pJ = 633 fJ
	// E = max(E_W, E_S) = max(71.1 fJ, 21.4 fJ) = 71.1 fJ
	// E = x·E_min = 1·284 aJ = 284 aJ
}
