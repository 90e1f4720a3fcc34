package nonideal_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"

	"xbar/crossbar/nonideal"
	"xbar/sim/model"
	"xbar/sim/model/modeltest"
)

// What a profile computes is what its equation says, which notes and explanations
// show.
func TestEquationsAreThoseComputed(t *testing.T) {
	for i := range nonideal.Profiles {
		p := &nonideal.Profiles[i]
		full := p.Full
		if full == 0 {
			full = 90
		}
		same := func(equation string, g float64, sigma float64) {
			t.Helper()
			f := model.Figure{Name: "σ", Equation: "σ = 0·{G} + 0·{x} + " + equation, Inputs: []model.Input{{Symbol: "G", Value: g, Source: "test"}, {Symbol: "x", Value: g / full, Source: "test"}}}
			if want, err := modeltest.Evaluate(f); err != nil || math.Abs(want-sigma) > 1e-9 {
				t.Errorf("%s at %g: %g, but %s = %g, %v", p.Name, g, sigma, equation, want, err)
			}
		}
		for _, x := range []float64{0.001, 0.1, 0.35, 0.7, 1} {
			for _, e := range p.Errors {
				same(e.Equation, x*full, e.Sigma(x*full, x))
			}
			if p.Read != nil && p.Read.Sigma != nil {
				same(p.Read.Equation, x*full, p.Read.Sigma(x*full))
			}
		}
		c := nonideal.Config{OnConductance: 90e-6, Kelvin: 300, ReadVoltage: 0.2, Programming: p.Name, DriftTime: 3600}
		if len(p.Errors) > 1 && p.Drift == nil {
			c.DriftTime = 0
		}
		if p.Drift != nil {
			c.Drift = p.Name
		}
		if p.Read != nil {
			c.ReadNoise = p.Name
		}
		for _, f := range c.Figures() {
			modeltest.Check(t, f)
		}
	}
	thermal := nonideal.Config{ReadNoise: "thermal", ReadBandwidth: 1e8, OnConductance: 5e-5, Kelvin: 300, ReadVoltage: 0.2}
	modeltest.Check(t, thermal.Figures()[0])
}

// Values worked out by hand from the published equations.
func TestPublishedNumbers(t *testing.T) {
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-6 {
			t.Errorf("%s: %.7f, want %.7f", what, got, want)
		}
	}
	sigma := func(name string, time, g, x float64) float64 { return nonideal.Find(name).At(time).Sigma(g, x) }
	near("PCM at 25 µS", sigma("pcm-nandakumar2019", 0, 25, 1), 0.26348+1.9650-1.1731)
	near("Joshi at 10 µS", sigma("pcm-joshi2020", 0, 10, 0.4), 0.86619139)
	near("Milo at 100 µS", sigma("reram-milo2021", 0, 100, 0.5), 3.871621)
	near("Wan at half, 1 s", sigma("reram-wan2022", 1, 20, 0.5), 2.0229375)
	near("Wan at the top, 2 days", sigma("reram-wan2022", 2*24*3600, 40, 1), 2.677)
	near("CMO at 50 µS", sigma("reram-cmo-2", 0, 50, 0.5), 0.5757335)
	near("SONOS at 176.31 nA", sigma("sonos-agrawal2022", 0, 176.31, 0.1), 19.887*(1-1/math.E))
	μ, s := nonideal.Find("pcm-nandakumar2019").Drift.Exponent(1)
	near("exponent of PCM at the top", μ, 0.049)
	near("its spread", s, 0.008)
	μ, s = nonideal.Find("pcm-hermes-2").Drift.Exponent(1)
	near("exponent of HERMES at the top", μ, 0.0174)
	near("its spread", s, 0.0048)
	if nonideal.Find("reram-wan2022").At(3600) != nil {
		t.Error("ReRAM of Wan et al. was not measured after an hour")
	}
}

const drawn = 6000

// same fails if two samples of so many differ, which those of one distribution do once
// in a million times (Kolmogorov–Smirnov).
func same(t *testing.T, what string, got, want []float64) {
	t.Helper()
	a, b := slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	n, m := float64(len(a)), float64(len(b))
	if d, most := stat.KolmogorovSmirnov(a, nil, b, nil), math.Sqrt(math.Log(2e6)/2*(n+m)/(n*m)); d > most {
		t.Errorf("%s: distributions are %.3f apart, at most %.3f", what, d, most)
	}
	for i, of := range []func(x, w []float64) float64{stat.Mean, stat.StdDev} {
		// Five standard errors of either sample.
		if x, y, within := of(got, nil), of(want, nil), 5*stat.StdDev(want, nil)*math.Sqrt(1/n+1/m); math.Abs(x-y) > within+1e-12 {
			t.Errorf("%s: moment %d is %g, want %g ± %g", what, i+1, x, y, within)
		}
	}
}

// conductances are those that an array of one level has, over that at the top.
func conductances(t *testing.T, c *nonideal.Config, level, top int64, seed int64) []float64 {
	t.Helper()
	levels := mat.NewDense(100, drawn/100, nil)
	levels.Apply(func(int, int, float64) float64 { return float64(level) }, levels)
	array, err := c.Program(context.Background(), levels, top, nonideal.Layout{}, nonideal.NewStream(seed, 0))
	if err != nil {
		t.Fatal(err)
	}
	g := 0.0
	if c.OnOffRatio > 0 {
		g = 1 / c.OnOffRatio
	}
	array.Levels.Scale((1-g)/float64(top), array.Levels)
	return array.Levels.RawMatrix().Data
}

// Programmed and drifted cells are distributed as the published equations have it,
// written down here a second time.
func TestDistributions(t *testing.T) {
	clamp := func(x, low, high float64) float64 { return math.Max(low, math.Min(high, x)) }
	polynomial := func(x float64, c ...float64) (y float64) {
		for i, ci := range c {
			y += ci * math.Pow(x, float64(i))
		}
		return y
	}
	normal := func(x, σ float64, r *rand.Rand) float64 { return math.Max(0, x+σ*r.NormFloat64()) }
	pcm := func(x float64, r *rand.Rand) float64 {
		return normal(x, polynomial(x, 0.26348, 1.9650, -1.1731)/25, r)
	}
	drifted := func(g, x, t float64, r *rand.Rand) float64 {
		ν := math.Abs(clamp(-0.0155*math.Log(x)+0.0244, 0.049, 0.1) + clamp(-0.0125*math.Log(x)-0.0059, 0.008, 0.045)*r.NormFloat64())
		return g * math.Pow((t+20)/20, -ν)
	}
	for _, of := range []struct {
		name   string
		config nonideal.Config
		draw   func(x float64, r *rand.Rand) float64
	}{
		{"PCM programmed", nonideal.Config{Programming: "pcm-nandakumar2019"}, pcm},
		{"PCM drifted", nonideal.Config{Drift: "pcm-nandakumar2019", DriftTime: 86400}, func(x float64, r *rand.Rand) float64 { return drifted(x, x, 86400, r) }},
		{"PCM programmed and drifted", nonideal.Config{Programming: "pcm-nandakumar2019", Drift: "pcm-nandakumar2019", DriftTime: 1e6},
			func(x float64, r *rand.Rand) float64 { return drifted(pcm(x, r), x, 1e6, r) }},
		{"HERMES", nonideal.Config{Programming: "pcm-hermes-1"}, func(x float64, r *rand.Rand) float64 {
			return normal(x, polynomial(x, 0.15782, 2.32444, -2.16311, 0.68842)/10.35, r)
		}},
		{"HERMES drifted", nonideal.Config{Drift: "pcm-hermes-2", DriftTime: 86400}, func(x float64, r *rand.Rand) float64 {
			s := -0.0118*x*x + 0.0093*x + 0.0073
			if x < 0.3055 {
				s = clamp(-0.0117*math.Log(x)-0.0057, 0.0091, 0.04)
			}
			return x * math.Pow((86400.0+300)/300, -math.Abs(-0.0436*x*x-0.0126*x+0.0736+s*r.NormFloat64()))
		}},
		{"Wan", nonideal.Config{Programming: "reram-wan2022", DriftTime: 86400}, func(x float64, r *rand.Rand) float64 {
			return normal(x, polynomial(x, .701, 22.086, -50.773, 47.095, -16.458)/40, r)
		}},
		{"CMO drifted", nonideal.Config{Programming: "reram-cmo-2", Drift: "reram-cmo-2", DriftTime: 1e5, OnConductance: 90e-6}, func(x float64, r *rand.Rand) float64 {
			g, l := 90*x, math.Log(1e5)
			g = math.Max(0, g+(0.0112185+0.0112903*g)*r.NormFloat64())
			return math.Max(0, g-0.0890*l+(0.0420*l+0.4118)*r.NormFloat64()) / 90
		}},
		{"SONOS", nonideal.Config{Programming: "sonos-agrawal2022", DriftTime: 3 * 86400}, func(x float64, r *rand.Rand) float64 {
			return normal(x, 31.043*(1-math.Exp(-3200*x/198.90))/3200, r)
		}},
		{"normal, proportional", nonideal.Config{Programming: "normal", ProgrammingError: 0.1, ProgrammingScaling: "proportional"}, func(x float64, r *rand.Rand) float64 { return normal(x, 0.1*x, r) }},
		{"normal, inverse", nonideal.Config{Programming: "normal", ProgrammingError: 0.05, ProgrammingScaling: "inverse", OnOffRatio: 10}, func(x float64, r *rand.Rand) float64 { return normal(x, 0.05/x, r) }},
		{"uniform", nonideal.Config{Programming: "uniform", ProgrammingError: 0.1}, func(x float64, r *rand.Rand) float64 {
			return math.Max(0, x+0.1*math.Sqrt(12)*(r.Float64()-0.5))
		}},
		{"stuck", nonideal.Config{StuckOff: 0.1, StuckOn: 0.2}, func(x float64, r *rand.Rand) float64 {
			u := r.Float64()
			if u < 0.1 {
				return 0
			}
			if u < 0.3 {
				return 1
			}
			return x
		}},
	} {
		for level := int64(1); level <= 3; level++ {
			x := float64(level) / 3
			if r := of.config.OnOffRatio; r > 0 {
				x = 1/r + (1-1/r)*x
			}
			random, want := rand.New(rand.NewPCG(9, uint64(level))), make([]float64, drawn)
			for i := range want {
				want[i] = of.draw(x, random)
			}
			same(t, of.name, conductances(t, &of.config, level, 3, level), want)
		}
	}
}

// Compensation brings the sum of all cells back to what it was.
func TestDriftIsCompensated(t *testing.T) {
	c := nonideal.Config{Programming: "pcm-nandakumar2019", Drift: "pcm-nandakumar2019", DriftTime: 1e6, StuckOff: 0.05, StuckOn: 0.02}
	before, drifted, compensated := c, c, c
	before.Drift, compensated.DriftCompensation = "", true
	sum := func(c *nonideal.Config) float64 {
		total := 0.0
		for _, g := range conductances(t, c, 2, 3, 1) {
			total += g
		}
		return total
	}
	if want, got := sum(&before), sum(&compensated); math.Abs(got/want-1) > 1e-9 {
		t.Errorf("cells conduct %g in all, want %g", got, want)
	}
	if want, got := sum(&before), sum(&drifted); got > 0.8*want {
		t.Errorf("without compensation cells conduct %g of %g", got, want)
	}
}

// Each effect draws from a stream of its own: what one does to a cell is the same
// whether or not others are on, and other arrays have other numbers.
func TestEffectsDrawApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Int64().Draw(t, "seed")
		chip := rapid.Int64Range(0, 1000).Draw(t, "chip")
		rows, columns := rapid.IntRange(1, 12).Draw(t, "rows"), rapid.IntRange(1, 12).Draw(t, "columns")
		program := func(c nonideal.Config, stream nonideal.Stream) []float64 {
			levels := mat.NewDense(rows, columns, nil)
			levels.Apply(func(i, j int, _ float64) float64 { return float64(1 + (i+j)%2) }, levels)
			a, err := c.Program(context.Background(), levels, 3, nonideal.Layout{}, stream)
			if err != nil {
				t.Fatal(err)
			}
			return a.Levels.RawMatrix().Data
		}
		stream := nonideal.NewStream(seed, chip).At(rapid.Uint64().Draw(t, "tile"))
		ideal := program(nonideal.Config{}, stream)
		programmed := nonideal.Config{Programming: "normal", ProgrammingError: 0.02}
		drift := nonideal.Config{Drift: "pcm-nandakumar2019", DriftTime: 5000}
		stuck := nonideal.Config{StuckOff: 0.2, StuckOn: 0.2}
		both := nonideal.Config{Programming: "normal", ProgrammingError: 0.02, Drift: "pcm-nandakumar2019", DriftTime: 5000}
		all := both
		all.StuckOff, all.StuckOn = 0.2, 0.2
		all.ReadNoise, all.ReadError = "normal", 0.1
		p, d, s, pd, pds := program(programmed, stream), program(drift, stream), program(stuck, stream), program(both, stream), program(all, stream)
		for i := range ideal {
			if want := p[i] * d[i] / ideal[i]; math.Abs(pd[i]-want) > 1e-9 {
				t.Errorf("cell %d is %g, want %g", i, pd[i], want)
			}
			want := pd[i]
			if s[i] != ideal[i] {
				want = s[i] // stuck
			}
			if math.Abs(pds[i]-want) > 1e-9 {
				t.Errorf("cell %d is %g, want %g", i, pds[i], want)
			}
		}
		if !slices.Equal(p, program(programmed, stream)) {
			t.Error("an array that is programmed again has other errors")
		}
		for _, other := range []nonideal.Stream{stream.At(0), nonideal.NewStream(seed+1, chip), nonideal.NewStream(seed, chip+1)} {
			if slices.Equal(p, program(programmed, other)) {
				t.Error("two arrays have the same errors")
			}
		}
	})
}

// What wires leave of a cell's noise is near what solving them with the noise in place
// gives, cell by cell.
func TestNoiseThroughWires(t *testing.T) {
	const rows, columns, σ = 12, 6, 0.02
	wires := nonideal.Config{OnConductance: 1, RowResistance: 1e-3, ColumnResistance: 2e-3, SenseResistance: 4e-3}
	random := rand.New(rand.NewPCG(4, 0))
	ideal := mat.NewDense(rows, columns, nil)
	ideal.Apply(func(int, int, float64) float64 { return 1 + 2*random.Float64() }, ideal)
	sums := func(levels *mat.Dense) []float64 {
		y := make([]float64, columns)
		for i := range rows {
			for j := range y {
				y[j] += levels.At(i, j) * float64(1+i%3)
			}
		}
		return y
	}
	program := func(c nonideal.Config, cells *mat.Dense) *nonideal.Array {
		a, err := c.Program(context.Background(), mat.DenseCopyOf(cells), 3, nonideal.Layout{}, nonideal.Stream{})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	noisy := wires
	noisy.ReadNoise, noisy.ReadError = "normal", σ
	seen := program(noisy, ideal)
	samples := make([][]float64, columns)
	for range 3000 {
		cells := mat.DenseCopyOf(ideal)
		cells.Apply(func(_, _ int, g float64) float64 { return g + 3*σ*random.NormFloat64() }, cells)
		for j, y := range sums(program(wires, cells).Levels) {
			samples[j] = append(samples[j], y)
		}
	}
	for j := range columns {
		variance := 0.0
		for i := range rows {
			digit := float64(1 + i%3)
			variance += digit * digit * seen.Noise.At(i, j)
		}
		if got, want := math.Sqrt(variance), stat.StdDev(samples[j], nil); math.Abs(got/want-1) > 0.12 {
			t.Errorf("column %d: noise of %g, and %g by solving", j, got, want)
		}
	}
}
