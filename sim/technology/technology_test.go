package technology_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xbar/sim/model"
	"xbar/sim/model/modeltest"
	"xbar/sim/technology"
	"xbar/sim/unit"
)

func process(nm float64, flavour string, supply unit.Volt) technology.Process {
	return technology.Process{Node: unit.Metre(nm * 1e-9), Flavour: flavour, Supply: supply}
}

func equal(t modeltest.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance*math.Abs(want) {
		t.Errorf("%s is %g, want %g", what, got, want)
	}
}

// The golden ratios are those of the fact base, computed there from the
// published polynomials.
func TestPublishedRatios(t *testing.T) {
	for _, test := range []struct {
		from, to      technology.Process
		energy, delay float64
	}{
		{process(45, "lp", 0.8), process(32, "lp", 0.8), 0.6593, 0},
		{process(45, "hp", 1), process(32, "hp", 0.9), 0.5308, 0.6686},
		{process(45, "hp", 1), process(16, "hp", 0.8), 0.1397, 0.5381},
		{process(45, "hp", 1), process(7, "hp", 0.7), 0.0555, 0.2591},
		{process(65, "", 1.1), process(32, "lp", 0.9), 0.322, 0},
		{process(65, "", 1.1), process(32, "hp", 0.9), 0, 0.4364},
	} {
		name := test.from.String() + " to " + test.to.String()
		energy, err := technology.EnergyRatio(test.from, test.to)
		if err != nil {
			t.Fatal(err)
		}
		delay, err := technology.DelayRatio(test.from, test.to)
		if err != nil {
			t.Fatal(err)
		}
		modeltest.Check(t, energy)
		modeltest.Check(t, delay)
		if w := append(energy.Warnings(), delay.Warnings()...); len(w) > 0 {
			t.Errorf("%s warns: %v", name, w)
		}
		if test.energy > 0 {
			equal(t, "energy "+name, energy.Value, test.energy, 1e-3)
		}
		if test.delay > 0 {
			equal(t, "delay "+name, delay.Value, test.delay, 1e-3)
		}
	}
}

func TestPublishedAreas(t *testing.T) {
	for _, test := range []struct{ from, to, want float64 }{
		{65, 45, 0.66}, {65, 32, 0.31}, {45, 32, 0.46}, {45, 16, 0.19}, {45, 7, 0.059}, {32, 16, 0.41}, {32, 7, 0.13},
	} {
		f, err := technology.AreaRatio(process(test.from, "", 1), process(test.to, "", 1))
		if err != nil {
			t.Fatal(err)
		}
		modeltest.Check(t, f)
		equal(t, f.Name, f.Value, test.want, 0)
	}
}

// The table's two directions must agree as far as its two digits do.
func TestAreaThereAndBack(t *testing.T) {
	nodes := []float64{180, 130, 90, 65, 45, 32, 20, 16, 14, 10, 7}
	for i, a := range nodes {
		for _, b := range nodes[i:] {
			there, _ := technology.AreaRatio(process(a, "", 1), process(b, "", 1))
			back, _ := technology.AreaRatio(process(b, "", 1), process(a, "", 1))
			equal(t, fmt.Sprint(a, " to ", b, " and back"), there.Value*back.Value, 1, 0.06)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, test := range []struct {
		from, to technology.Process
		want     string
	}{
		{process(45, "hp", 1), process(28, "hp", 0.9), "there is 130, 90 and 65 nm, and hp or lp at 45"},
		{process(45, "", 1), process(32, "hp", 0.9), "there is 130"},
		{process(45, "hp", 1), process(32, "lp", 0.9), "two flavours"},
		{process(45, "hp", 1), process(7, "hp", 3), "negative"},
	} {
		_, err := technology.DelayRatio(test.from, test.to)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v to %v: %v, want %q", test.from, test.to, err, test.want)
		}
	}
	if _, err := technology.AreaRatio(process(45, "hp", 1), process(28, "hp", 1)); err == nil {
		t.Error("an area at 28 nm is not refused")
	}
}

func TestDoubtfulSupplies(t *testing.T) {
	for _, to := range []technology.Process{
		process(16, "hp", 0.1), process(16, "hp", 1.3), process(16, "hp", 2), process(32, "hp", 1), process(7, "lp", 2),
	} {
		from := process(45, to.Flavour, 0.9)
		f, err := technology.EnergyRatio(from, to)
		if err != nil || len(f.Warnings()) != 1 {
			t.Errorf("%v: %v, warnings %v", to, err, f.Warnings())
		}
	}
}

func TestEnergyFallsWithNodeAndSupply(t *testing.T) {
	nodes := []float64{130, 90, 65, 45, 32, 20, 16, 14, 10, 7}
	rapid.Check(t, func(t *rapid.T) {
		flavour := rapid.SampledFrom([]string{"hp", "lp"}).Draw(t, "flavour")
		i := rapid.IntRange(1, len(nodes)-1).Draw(t, "node")
		high := rapid.Float64Range(0.75, 0.95).Draw(t, "supply")
		low := rapid.Float64Range(0.6, high).Draw(t, "less")
		smaller, err := technology.EnergyRatio(process(nodes[i-1], flavour, unit.Volt(high)), process(nodes[i], flavour, unit.Volt(high)))
		if err != nil {
			t.Fatal(err)
		}
		lower, err := technology.EnergyRatio(process(nodes[i], flavour, unit.Volt(high)), process(nodes[i], flavour, unit.Volt(low)))
		if err != nil {
			t.Fatal(err)
		}
		modeltest.Check(t, smaller)
		if smaller.Value >= 1 || lower.Value > 1 {
			t.Errorf("%g from %g to %g nm, %g from %g to %g V", smaller.Value, nodes[i-1], nodes[i], lower.Value, high, low)
		}
	})
}

func TestNearest(t *testing.T) {
	for _, test := range []struct {
		process technology.Process
		want    string
	}{
		{process(28, "hp", 0.9), "32 nm hp at 900 mV"},
		{process(40, "lp", 1.1), "45 nm lp at 1.10 V"},
		{process(3, "hp", 0.7), "7.00 nm hp at 700 mV"},
		{process(250, "", 2.5), "130 nm at 2.50 V"},
		{process(45, "hp", 1), "45 nm hp at 1.00 V"},
	} {
		near := test.process.Nearest()
		if strings.ReplaceAll(near.String(), ".0 ", " ") != test.want {
			t.Errorf("nearest to %v is %v, want %s", test.process, near, test.want)
		}
		if _, err := technology.EnergyRatio(near, near); err != nil {
			t.Error(err)
		}
	}
}

func TestSupplyWithinNode(t *testing.T) {
	volts := func(v float64) model.Input { return model.Input{Value: v, Unit: "V", Key: "voltage"} }
	two := model.Input{Value: 2, Source: "charge"}
	energy, err := technology.SupplyEnergy(volts(0.5), volts(1), two)
	if err != nil {
		t.Fatal(err)
	}
	delay, err := technology.SupplyDelay(volts(0.5), volts(1), model.Input{Value: 1.5, Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	modeltest.Check(t, energy)
	modeltest.Check(t, delay)
	equal(t, "energy at half the supply", energy.Value, 0.25, 1e-12)
	equal(t, "delay at half the supply", delay.Value, math.Pow(2, 1.5), 1e-12)
	if _, err := technology.SupplyDelay(volts(0), volts(1), two); err == nil {
		t.Error("a supply of zero is not refused")
	}
	for v, doubted := range map[float64]bool{0.64: true, 0.65: false, 1.45: false, 1.46: true} {
		if f, err := technology.SupplyEnergy(volts(v), volts(1), two); err != nil || (f.Outside != "") != doubted {
			t.Errorf("%g times the supply: %q, %v", v, f.Outside, err)
		}
	}
	_, err = technology.EnergyRatio(process(28, "hp", 0.8), process(28, "hp", 1))
	if err == nil || strings.Count(err.Error(), "28.0 nm") != 1 {
		t.Errorf("one node at two supplies: %v", err)
	}
}

func TestLimits(t *testing.T) {
	bits := model.Input{Symbol: "b", Value: 8, Key: "adc.enob"}
	for _, test := range []struct {
		of   model.Figure
		want float64
	}{
		{technology.Landauer(technology.Room), 2.870979e-21},
		{technology.LandauerOf(bits, technology.Room), 8 * 2.870979e-21},
		{technology.ResistiveColumn(technology.SineSNR(8), technology.Room), 0.8143e-15},
		{technology.ShotNoise(technology.SineSNR(8)), 12.6e-15},
	} {
		modeltest.Check(t, test.of)
		equal(t, test.of.Name, test.of.Value, test.want, 1e-3)
	}
	equal(t, "an electron a photon", technology.MostResponsivity, 1.25, 1e-3)
}

func TestWireTable(t *testing.T) {
	for _, test := range []struct {
		got       model.Figure
		want      float64
		unitValue string
	}{
		{technology.CapacitancePerMetre(32e-9, technology.Local), 0.246e-9, "F/m"},
		{technology.CapacitancePerMetre(90e-9, technology.SemiGlobal), 0.302e-9, "F/m"},
		{technology.CapacitancePerMetre(22e-9, technology.Global), 0.26e-9, "F/m"},
		{technology.ResistancePerMetre(model.Input{Value: 45e-9, Unit: "m", Key: "node"}, technology.Local), 4.2e6, "ohm/m"},
		{technology.ResistancePerMetre(model.Input{Value: 22e-9, Unit: "m", Key: "node"}, technology.SemiGlobal), 6.81e6, "ohm/m"},
		{technology.ResistancePerMetre(model.Input{Value: 90e-9, Unit: "m", Key: "node"}, technology.Global), 0.08e6, "ohm/m"},
		{technology.RepeatedEnergy(32e-9, technology.DelayOptimal), 0.35e-9, "J/m"},
		{technology.RepeatedEnergy(65e-9, technology.ThirtyPercent), 0.33e-9, "J/m"},
	} {
		modeltest.Check(t, test.got)
		equal(t, test.got.Name, test.got.Value, test.want, 1e-9)
		if test.got.Unit != test.unitValue || len(test.got.Warnings()) > 0 {
			t.Errorf("%s is in %s and warns %v", test.got.Name, test.got.Unit, test.got.Warnings())
		}
	}
}

func TestWiresBetweenAndBeyondNodes(t *testing.T) {
	at := func(node float64) float64 {
		return technology.CapacitancePerMetre(unit.Metre(node), technology.Local).Value
	}
	equal(t, "half way", at(math.Sqrt(32e-9*45e-9)), math.Sqrt(at(32e-9)*at(45e-9)), 1e-9)
	beyond := technology.CapacitancePerMetre(7e-9, technology.Local)
	equal(t, "7 nm", beyond.Value, at(22e-9), 1e-12)
	if len(beyond.Warnings()) != 1 {
		t.Error("7 nm is not doubted")
	}
	rapid.Check(t, func(t *rapid.T) {
		small := rapid.Float64Range(1e-9, 300e-9).Draw(t, "node")
		large := rapid.Float64Range(small, 300e-9).Draw(t, "larger")
		if at(small) > at(large)*(1+1e-12) {
			t.Errorf("%g F/m at %g m, %g F/m at %g m", at(small), small, at(large), large)
		}
	})
}

func TestLineEnergy(t *testing.T) {
	length := model.Input{Value: 100e-6, Unit: "m", Key: "length"}
	volts := model.Input{Value: 0.5, Unit: "V", Key: "voltage"}
	e := technology.LineEnergy(technology.CapacitancePerMetre(32e-9, technology.Local), length, volts)
	modeltest.Check(t, e)
	equal(t, "24.6 fF at 0.5 V", e.Value, 24.6e-15*0.25, 1e-9)
}

func TestCurve(t *testing.T) {
	square := technology.Curve{X: []float64{1, 2, 4}, Y: []float64{3, 12, 48}}
	for _, x := range []float64{0.5, 1, 1.5, 2, 3, 4, 10} {
		equal(t, fmt.Sprint("square of ", x), square.At(x).Value(x), 3*x*x, 1e-12)
	}
	equal(t, "level below", square.Within(0.1).Value(0.1), 3, 0)
	equal(t, "level above", square.Within(9).Value(9), 48, 0)
	lone := technology.Curve{X: []float64{2}, Y: []float64{5}, Lone: 1}
	equal(t, "lone", lone.At(4).Value(4), 10, 1e-12)
	if square.Covers(5) || !square.Covers(4) {
		t.Error("a curve covers what lies between its ends")
	}
}

func ExampleEnergyRatio() {
	from := technology.Process{Node: 45e-9, Flavour: technology.HighPerformance, Supply: 0.9, Source: "Horowitz, ISSCC 2014"}
	to := technology.Process{Node: 7e-9, Flavour: technology.HighPerformance, Supply: 0.7}
	s, _ := technology.EnergyRatio(from, to)
	fmt.Println(s.Name)
	fmt.Println(s.Symbols(), "=", s.Numbers(), "=", s.Result())
	factor := s.Inputs[0].From
	fmt.Println(factor.Symbols(), "=", factor.Numbers(), "=", factor.Result())
	// Output:
	// energy of 7.00 nm hp at 700 mV over 45.0 nm hp at 900 mV
	// s = f₁/f₀ = 0.0478/0.699 = 0.0684
	// e(t, V) = a·V² − b·V + c = 0.178·(700 mV)² − 0.0910·700 mV + 0.0245 = 0.0478
}
