package analog

import (
	"cmp"
	"fmt"
	"math/big"
	"math/bits"

	"xbar/configs"
	"xbar/crossbar"
	"xbar/crossbar/encode"
	"xbar/dac"
	"xbar/sim"
	"xbar/sim/mapping"
	"xbar/sim/unit"
	"xbar/sim/workload"
)

// spec is a kernel as this machine's arrays see it.
type spec struct {
	kernel  workload.Kernel
	scheme  encode.Scheme
	slicer  dac.Slicer
	grid    mapping.Grid
	columns int64 // S·P, physical columns of a weight
	slices  int64 // T_x
	sumBits int64 // of a partial sum
}

func newSpec(m *configs.Machine, k workload.Kernel) (spec, error) {
	s := spec{
		kernel: k,
		scheme: encode.Scheme{Encoding: encode.Encoding(m.Crossbar.Encoding), WeightBits: k.WeightBits, CellBits: m.Cell.Bits},
		slicer: dac.Slicer{
			Bits: m.DAC.Bits, InputBits: k.InputBits, Signed: k.SignedInput,
			SignMagnitude: m.DAC.SignedInputs == "sign-magnitude",
		},
		sumBits: int64(k.WeightBits + k.InputBits + bits.Len64(uint64(k.N-1))),
	}
	if err := s.scheme.Check(); err != nil {
		return s, fmt.Errorf("kernel %s: %w", k.Name, err)
	}
	s.columns = int64(s.scheme.Columns())
	s.slices = int64(s.slicer.Slices())
	weights := m.Crossbar.Cols / s.scheme.Columns()
	if weights == 0 {
		return s, fmt.Errorf("kernel %s: a weight of %d bits takes %d columns of %d-bit cells in %s encoding, and the array has %d (crossbar.cols)",
			k.Name, k.WeightBits, s.columns, m.Cell.Bits, m.Crossbar.Encoding, m.Crossbar.Cols)
	}
	if s.slices == 0 {
		return s, fmt.Errorf("kernel %s: inputs of %d bit have no magnitude to drive in sign-magnitude phases", k.Name, k.InputBits)
	}
	s.grid = mapping.NewGrid(k, mapping.Geometry{Rows: m.Crossbar.Rows, Weights: weights})
	return s, nil
}

// timings is the machine's latencies in whole cycles.
type timings struct {
	load, read, sample sim.Cycle // together the front of a read
	conversion         sim.Cycle // of one converter
	shiftAdd           sim.Cycle
	addition           sim.Cycle // of an accumulator lane
	pulse              *big.Rat  // write and verify of one pulse, in seconds
	rounded            []string  // what rounding up cost, for the reader
	lost               map[string]float64
}

func newTimings(m *configs.Machine, clock sim.Clock) (timings, error) {
	t := timings{lost: map[string]float64{}}
	var failed error
	cycles := func(key string, latency unit.Second) sim.Cycle {
		exact := unit.Exact(latency)
		n, err := countable(clock.Cycles(exact))
		if err != nil {
			failed = cmp.Or(failed, fmt.Errorf("%s with this clock: %w", key, err))
			return 0
		}
		if lost := clock.Rounding(exact); lost > 0 {
			t.lost[key] = lost
			t.rounded = append(t.rounded, fmt.Sprintf("%s: %v takes %d cycles (%v)", key, latency, n, unit.Second(clock.Seconds(n))))
		}
		return n
	}
	t.load = cycles("dac.latency", m.DAC.Latency)
	t.read = cycles("cell.read_time", m.Cell.ReadTime)
	t.sample = cycles("sample_hold.latency", m.SampleHold.Latency)
	t.conversion = cycles("adc.latency", m.ADC.Latency)
	t.shiftAdd = cycles("shift_add.latency", m.ShiftAdd.Latency)
	t.addition = cycles("accumulator.latency", m.Accumulator.Latency)
	t.pulse = new(big.Rat).Add(unit.Exact(m.Cell.WriteTime), unit.Exact(m.Cell.VerifyTime))
	return t, failed
}

func (t *timings) front() sim.Cycle { return t.load + t.read + t.sample }

// pipeline is the read path of an array that converts so many columns.
func (t *timings) pipeline(m *configs.Machine, columns int64) crossbar.Timing {
	return crossbar.Timing{
		Front:     t.front(),
		Convert:   times(ceilDiv(columns, int64(m.ADC.PerArray)), t.conversion),
		ShiftAdd:  t.shiftAdd,
		Banks:     m.SampleHold.Banks,
		Pipelined: m.ShiftAdd.Pipelined,
	}
}

// readLoss is what rounding costs one read at most, in seconds.
func (t *timings) readLoss(m *configs.Machine, w *wave) float64 {
	lost := t.lost["dac.latency"] + t.lost["cell.read_time"] + t.lost["sample_hold.latency"] + t.lost["shift_add.latency"]
	var columns int64
	for i := range w.groups {
		columns = max(columns, w.groups[i].columns)
	}
	return lost + t.lost["adc.latency"]*float64(ceilDiv(columns, int64(m.ADC.PerArray)))
}

// rowWrite is how long a row takes to write, and the seconds of that which are
// rounding.
type rowWrite struct {
	cycles sim.Cycle
	lost   float64
}

// rowWrite is ⌈cells/parallelism⌉ · pulses · (t_write + t_verify).
func (t *timings) rowWrite(m *configs.Machine, clock sim.Clock, cells int64) (rowWrite, error) {
	seconds := new(big.Rat).SetInt64(ceilDiv(cells, int64(m.Crossbar.WriteParallelism)))
	seconds.Mul(seconds, unit.Exact(m.Cell.Pulses))
	n, err := countable(clock.Cycles(seconds.Mul(seconds, t.pulse)))
	if err != nil {
		return rowWrite{}, fmt.Errorf("a row of %d cells with this cell.write_time, cell.verify_time, cell.pulses, crossbar.write_parallelism and clock: %w", cells, err)
	}
	return rowWrite{n, clock.Rounding(seconds)}, nil
}

// newLink is a medium that a config key gives the bandwidth of; zero is no
// limit.
func newLink(key string, bandwidth unit.BitPerSecond, clock sim.Clock) (sim.Link, error) {
	if bandwidth == 0 {
		return sim.Link{}, nil
	}
	l, err := clock.Link(unit.Exact(bandwidth))
	if err != nil {
		return l, fmt.Errorf("%s = %v: %w", key, bandwidth, err)
	}
	return l, nil
}

func ceilDiv(a, b int64) int64 { return (a + b - 1) / b }
