package system

import (
	"math"

	"xbar/sim/energy"
)

// Roofline is what bounds a machine's kernels:
//
//	operations per second ≤ min(peak, bandwidth · operations per byte)
//
// in bytes that cross the DRAM. A scalar core has no bandwidth, but waits for each line
// that it loads: its bytes are those of such lines, and stores are not among them. A
// kernel whose weights come while the one before it computes can be above.
type Roofline struct {
	PeakOpsPerSecond float64   `json:"peak_ops_per_second"` // all arrays, PEs or lanes at work
	BytesPerSecond   *float64  `json:"bytes_per_second"`    // nil: no limit
	Bytes            []float64 `json:"bytes"`               // of each kernel, in a pass
}

// newRoofline is that of a machine with so many MACs and bits a cycle at most, and bits of
// each kernel; nil where computing takes no time, and has no peak.
func newRoofline(m *Machine, macs, bits float64, of func(kernel int) float64) *Roofline {
	if math.IsInf(macs, 1) {
		return nil
	}
	r := &Roofline{PeakOpsPerSecond: 2 * macs * m.ClockHz, Bytes: make([]float64, len(m.Kernels))}
	if !math.IsInf(bits, 1) {
		bytes := bits / 8 * m.ClockHz
		r.BytesPerSecond = &bytes
	}
	for k := range r.Bytes {
		r.Bytes[k] = of(k) / 8
	}
	return r
}

// perCycle is a bandwidth of so many channels in bits a cycle; none given is no limit.
func (m *Machine) perCycle(bandwidth float64, channels int) float64 {
	if bandwidth == 0 {
		return math.Inf(1)
	}
	return bandwidth * float64(channels) / m.ClockHz
}

// crossed is the bits of the DRAM's accounts in a phase of a machine that counts bits.
func (b books) crossed(phase int) float64 {
	var bits int64
	for id, a := range b.ledger.Accounts() {
		if a.Component == "dram" && a.Category != energy.Static {
			bits += b.ledger.Count(phase, energy.AccountID(id))
		}
	}
	return float64(bits) / float64(b.passes)
}
