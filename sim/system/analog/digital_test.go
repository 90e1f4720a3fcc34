package analog

import (
	"context"
	"fmt"
	"math"
	"math/bits"
	"testing"

	"pgregory.net/rapid"

	"xbar/configs"
	"xbar/sim/energy"
	"xbar/sim/theory"
	"xbar/sim/unit"
	"xbar/sim/workload"
)

// What the gates of a random digital machine cost, in joules, at 1 V: a NAND has
// 0.7 fF, of which half switches in a cell; a full adder is six of them, a flip-flop
// three.
const (
	gateJoules     = 0.35e-15
	adderJoules    = 4.2e-15
	flipFlopJoules = 2.1e-15
)

// randomDigital is a random machine of gates that switch as the data has it.
func randomDigital(t *rapid.T) *configs.Machine {
	m := randomMachine(t)
	m.Kind = "digital-cim"
	m.DAC.Phases, m.Crossbar.AnalogSum = 0, "none"
	m.AdderTree.Model, m.AdderTree.Voltage = "gates", 1
	m.AdderTree.Registers = rapid.IntRange(0, 9).Draw(t, "registers")
	m.AdderTree.Latency = unit.Second(rapid.IntRange(0, 3).Draw(t, "tree")) * 1e-9
	m.Provenance["adder_tree.latency"] = configs.Origin{Where: "test"}
	m.Cell.Model, m.Cell.Gates, m.Cell.Voltage = "gates", rapid.IntRange(1, 9).Draw(t, "gates"), 1
	return m
}

func digitalOptions(t *rapid.T) Options {
	opt := options(t)
	opt.Step = rapid.Bool().Draw(t, "step")
	opt.Statistics = configs.Statistics{
		InputDensity: rapid.Float64Range(0, 1).Draw(t, "density"), InputMean: rapid.Float64Range(0, 1).Draw(t, "mean"),
		InputMeanSquare: 0.4, WeightMean: rapid.Float64Range(0, 1).Draw(t, "weights"),
	}
	return opt
}

func (c *Chip) arrayJoules(kernel int) float64 {
	var sum energy.Sum
	a := &c.accounts
	ids := []energy.AccountID{a.load, a.drive, a.read, a.shift, a.correct, a.add}
	for _, id := range a.converts {
		ids = append(ids, id)
	}
	for _, id := range ids {
		sum.Add(c.ledger.Joules(c.KernelPhase(kernel), id))
	}
	return sum.Value() / float64(c.measured.Passes)
}

func TestDigitalEnergyEqualsTheory(t *testing.T) {
	hundreds(t, func(t *rapid.T) {
		m := randomDigital(t)
		w := randomChain(t, m)
		opt := digitalOptions(t)
		c := simulate(t, m, w, opt)
		activity := opt.Statistics.InputMean * opt.Statistics.WeightMean
		if m.DAC.Bits == 1 {
			activity = opt.Statistics.InputDensity * opt.Statistics.WeightMean
		}
		each := theory.Digital{
			Row: (17 + 7) * 1e-15, Cell: float64(m.Cell.Gates) * gateJoules, Adder: adderJoules,
			FlipFlops: float64(m.AdderTree.Registers) * flipFlopJoules,
			ShiftAdd:  29e-15, Correct: 31e-15, Add: 37e-15, Activity: activity,
		}
		for i, k := range w.Kernels {
			k.L *= opt.Batch
			of := theory.Kernel{L: k.L, N: k.N, M: k.M, Groups: k.Groups, InputBits: int64(k.InputBits), WeightBits: int64(k.WeightBits), SignedInput: k.SignedInput}
			want := each.PerMAC(of, theoryArray(m)).Total() * float64(k.MACs())
			if got := c.arrayJoules(i); math.Abs(got-want) > 1e-12*want {
				t.Fatalf("kernel %d: %g J, theory %g J", i, got, want)
			}
		}
	})
}

// setBits counts, product by product, what of the bits of digits times levels is
// set: the mean of each side, and of both together.
func setBits(s *spec, inputs []int32, weights workload.Matrix) (x, w, both float64) {
	n, planes := int(s.kernel.Inputs()), s.slicer.Planes()
	levels := make([]uint8, s.cells)
	vectors := len(inputs) / n
	for row := range n {
		var ones, level int
		for v := range vectors {
			for t := range s.slicer.Slices() {
				ones += bits.OnesCount64(uint64(s.slicer.Digit(int64(inputs[v*n+row]), t)) & (1<<planes - 1))
			}
		}
		for _, weight := range weights.Row(row) {
			s.scheme.Levels(int64(weight), levels)
			for _, l := range levels {
				level += bits.OnesCount8(l)
			}
		}
		x += float64(ones)
		w += float64(level)
		both += float64(ones * level)
	}
	digits := float64(vectors*n) * float64(s.slices) * float64(planes)
	cells := float64(n*weights.Cols) * float64(s.cells) * float64(s.scheme.CellBits)
	return x / digits, w / cells, both * float64(n) / (digits * cells)
}

// Cells and trees are charged for the bits that are set in the data: exact values
// bit by bit, a sample row by row, histograms as if inputs and weights were
// independent.
func TestDigitalFollowsTheBits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := randomDigital(t)
		m.Crossbar.ColumnFlip, m.Crossbar.GateUnused = false, true
		w := randomChain(t, m)
		w.Kernels = w.Kernels[:1]
		opt := digitalOptions(t)
		plain, err := New(context.Background(), m, w, opt)
		if err != nil {
			t.Fatal(err)
		}
		s, inputs := &plain.specs[0], rapid.IntRange(1, 3).Draw(t, "inputs")
		opt.Batch = int64(inputs)
		values := randomValues(t, plain, w, inputs)
		x, weight, both := setBits(s, values.Inputs.Data, values.Weights[0])
		sample := &workload.Sample{Inputs: [][]int32{values.Inputs.Data}, Weights: values.Weights}

		rows, histogram := opt, opt
		rows.Sample, rows.Statistics.From = sample, "rows"
		histogram.Sample, histogram.Statistics.From = sample, "histogram"
		for _, run := range []struct {
			of    string
			work  *workload.Workload
			opt   Options
			share float64
		}{
			{"exact", &workload.Workload{Kernels: w.Kernels, Values: values}, opt, both},
			{"rows", w, rows, both},
			{"histogram", w, histogram, x * weight},
		} {
			c := simulate(t, m, run.work, run.opt)
			k := &w.Kernels[0]
			reads := float64(opt.Batch*k.MACs()) * float64(s.cells*s.slices)
			of := theory.Kernel{L: k.L * opt.Batch, N: k.N, M: k.M, Groups: k.Groups, InputBits: int64(k.InputBits), WeightBits: int64(k.WeightBits), SignedInput: k.SignedInput}
			array := theoryArray(m)
			sums := float64(theory.Count(of, array).ADCConvert)
			check := func(what string, id energy.AccountID, want float64) {
				got := c.ledger.Joules(c.KernelPhase(0), id) / float64(c.measured.Passes)
				if math.Abs(got-want) > 1e-12*math.Abs(want) {
					t.Fatalf("%s: %s cost %g J, counted %g J", run.of, what, got, want)
				}
			}
			check("cells", c.accounts.read, reads*run.share*float64(m.Cell.Gates)*gateJoules)
			check("trees", c.specs[0].stages[0].account,
				reads*run.share/float64(array.ActiveRows)*float64(array.FullAdders())*adderJoules+sums*float64(m.AdderTree.Registers)*flipFlopJoules)
		}
	})
}

// Capacity, residency, reload and wear know nothing of what reads a column: two
// chips of one geometry load the same tiles into the same arrays, wave by wave.
func TestDigitalReloadsLikeAnalog(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := randomDigital(t)
		m.Chip.Replication = "none" // balance goes by how long a read takes
		w := randomChain(t, m)
		for k := range w.Kernels {
			w.Kernels[k].Dynamic = rapid.Bool().Draw(t, "dynamic")
		}
		opt := digitalOptions(t)
		digital := simulate(t, m, w, opt)
		other := *m
		other.Kind = "analog"
		analog := simulate(t, &other, w, opt)
		if d, a := digital.plans(), analog.plans(); d != a {
			t.Fatalf("digital\n%s\nanalog\n%s", d, a)
		}
		d, a := digital.Measured(), analog.Measured()
		if fmt.Sprint(d.KernelLoads, d.PreloadTiles, d.WarmUpTiles, d.LoadsOfWorst, d.Passes) != fmt.Sprint(a.KernelLoads, a.PreloadTiles, a.WarmUpTiles, a.LoadsOfWorst, a.Passes) {
			t.Fatalf("digital %+v\nanalog %+v", d, a)
		}
		if digital.Demand() != analog.Demand() || digital.Capacity() != analog.Capacity() || digital.Resident() != analog.Resident() {
			t.Fatalf("%d of %d arrays, and %d of %d", digital.Demand(), digital.Capacity(), analog.Demand(), analog.Capacity())
		}
		for phase := range digital.ledger.Phases() {
			for _, id := range [][2]energy.AccountID{
				{digital.accounts.program, analog.accounts.program}, {digital.accounts.dramWeights, analog.accounts.dramWeights},
				{digital.accounts.transferWeights[0], analog.accounts.transferWeights[0]},
			} {
				if x, y := digital.ledger.Count(phase, id[0]), analog.ledger.Count(phase, id[1]); x != y {
					t.Fatalf("%s: %d and %d programmed", digital.ledger.PhaseName(phase), x, y)
				}
			}
		}
	})
}

// plans is the waves of a run, with the tiles that are loaded for each.
func (c *Chip) plans() (text string) {
	for i := range c.waves {
		text += fmt.Sprintf("%d %+v\n", c.waves[i].pass, c.waves[i].plan)
	}
	return text
}
