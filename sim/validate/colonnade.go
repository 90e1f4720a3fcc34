package validate

import (
	"context"
	"fmt"
	"math"

	"xbar/sim/system"
)

// Colonnade is an array of 128 by 128 cells. A cell adds in so many nanoseconds,
// and a weight has columns beside its bits for its sum to grow into.
const (
	colonnadeSide  = 128
	colonnadeGuard = 7
	colonnadeAdder = 0.4
)

// Tolerances: measured, library. Both have the timing of the chip.
var (
	colonnadeEnergy = [2]bar{within(0.12), within(0.45)}
	colonnadePart   = [2]bar{given(0.002), within(0.2)}
	colonnadeArea   = [2]bar{given(0.001), within(0.4)}
)

// Tolerances of what both machines have in common. A latency of 90 to 130 ns is
// read from the figure in steps of 10 ns.
const (
	colonnadeRate  = 0.025
	colonnadeTime  = 0.03
	colonnadeShort = 0.085
)

// point is a published number beside what each column makes of it.
type point struct {
	row
	simulated []float64
}

// colonnade compares the digital array of Kim et al. with its paper: each of its
// numbers is a run of its own.
func colonnade(ctx context.Context, b *bench) (Rung, error) {
	rows, err := read("colonnade")
	if err != nil {
		return Rung{}, err
	}
	var all points
	for _, r := range rows {
		s, err := b.run(ctx, "colonnade", colonnadePoint(r)...)
		if err != nil {
			return Rung{}, err
		}
		all = append(all, point{r, s.colonnade(r["quantity"])})
	}
	return Rung{
		Level: 5, Title: "Colonnade (Kim et al., JSSC 2021): a digital SRAM array that adds in its cells, 65 nm",
		Columns: []Column{
			{Name: "measured", Given: "energy of one MAC of 1 bit by 8 bits at 0.8 V, with its parts; 0.4 ns a cell, and how many cells a carry passes", Rest: "all other widths of weights and inputs, other supplies by V², throughput and latency"},
			{Name: "library", Given: "geometry and timing; cells as full adders of Horowitz's 8-bit one at 65 nm, with nothing for their XNOR and multiplexers; a bare wire a row; registers of Aladdin, at 40 nm; no control and no decoder", Rest: "all energies, and the area of the cells"},
		},
		Tables: []Table{
			all.energies("equal-bits", "energy of a MAC, 0.8 V, inputs as wide as weights"),
			all.energies("one-bit-inputs", "energy of a MAC, 0.8 V, inputs of 1 bit"),
			all.supplies(), all.exponents(), all.parts(),
			all.throughputs(), all.registers(), all.latencies(), all.area(),
		},
		Compared: "energy at 0.8 V, and throughput with 16 registers a column",
		Peers:    []Measure{{Of: "CiMLoop, with its calibration factors, at 0.8 V", Mean: 0.06}},
	}, nil
}

const colonnadeSource = "Kim et al., JSSC 2021, "

// colonnadePoint sets bits, registers and supply, and the shortest cycle that they
// allow. Energies were measured at 100 MHz and hold what leaked there, so they do not
// depend on the cycle here.
func colonnadePoint(r row) []string {
	bits, registers := int(r.number("weight_bits")), int(r.number("registers"))
	cycle := float64(bits+colonnadeGuard+colonnadeSide/registers+2) * colonnadeAdder
	read, latency := cycle, float64(registers)*cycle
	sets := []string{
		fmt.Sprintf("workload.kernel.macs.M=%d", colonnadeSide/(bits+colonnadeGuard)),
		"workload.kernel.macs.weight_bits=" + r["weight_bits"], "workload.kernel.macs.input_bits=" + r["input_bits"],
	}
	switch r["quantity"] {
	case "throughput": // of a pipeline that is full
		sets = append(sets, "workload.kernel.macs.L=4000")
	case "latency": // a bit leaves the last register before the next one enters
		sets = append(sets, "workload.kernel.macs.L=1")
		read, latency = read+latency, 0
	}
	for _, machine := range []string{"machine.measured.", "machine.library."} {
		sets = append(sets, machine+"supply.voltage="+r["voltage"]+" V", machine+fmt.Sprintf("cell.read_time=%.1f ns", read),
			machine+fmt.Sprintf("adder_tree.interval=%.1f ns", cycle), machine+fmt.Sprintf("adder_tree.latency=%.1f ns", latency))
		if bits == 1 { // a single bit has no two's complement
			sets = append(sets, machine+"crossbar.encoding=offset")
		}
	}
	return sets
}

// colonnade is what each machine makes of a quantity.
func (s *study) colonnade(quantity string) []float64 {
	parts := map[string]string{"cells": "tile/array/cell", "drivers": "tile/array/row", "control": "tile/array/dac"}
	if quantity == "area" {
		var areas []float64
		for i := range s.config.Machines {
			m := &s.config.Machines[i]
			areas = append(areas, colonnadeSide*colonnadeSide*m.Cell.AreaEach(m.Written("cell")).Value)
		}
		return areas
	}
	return s.each(func(m *system.Machine) float64 {
		switch quantity {
		case "throughput":
			return m.OpsPerSecond
		case "latency":
			return m.Seconds
		case "equal-bits", "one-bit-inputs":
			return m.EnergyPerMACJ
		}
		return joules(m, parts[quantity]) / float64(m.MACs)
	})
}

// points is published numbers with their conditions.
type points []point

func (p points) where(column, value string) (some points) {
	for _, x := range p {
		if x.row[column] == value {
			some = append(some, x)
		}
	}
	return some
}

// figures has one for every point.
func (p points) figures(t Table, name func(r row) string, bars func(r row) [2]bar) Table {
	for _, x := range p {
		id := fmt.Sprintf("%s-%s-%s", x.row["quantity"], x.row["input_bits"], x.row["weight_bits"])
		t.add(id, name(x.row), colonnadeSource+x.row["where"], x.row, x.simulated, bars(x.row))
	}
	return t
}

// each is a number of every point, published and by column.
func (p points) each() (published []float64, simulated [][]float64) {
	for _, x := range p {
		published = append(published, x.number("value"))
	}
	for c := range p[0].simulated {
		var column []float64
		for _, x := range p {
			column = append(column, x.simulated[c])
		}
		simulated = append(simulated, column)
	}
	return published, simulated
}

// worst is one figure for all points, the worst of them.
func (p points) worst(id, name string, tolerance float64) Figure {
	published, simulated := p.each()
	return worst(id, name, colonnadeSource+p[0].row["where"], published, simulated, tolerance)
}

func colonnadeBits(r row) string { return r["input_bits"] + " b × " + r["weight_bits"] + " b" }

func (p points) energies(quantity, title string) Table {
	t := Table{Title: title, Unit: "J", compared: true}
	return p.where("quantity", quantity).where("voltage", "0.8").figures(t, colonnadeBits, func(r row) [2]bar {
		bars := colonnadeEnergy
		bars[0].calibrated = r["input_bits"] == "1" && r["weight_bits"] == "8"
		return bars
	})
}

// supplies is the energies below 0.8 V.
func (p points) supplies() Table {
	t := Table{Title: "energy of a MAC, mean of 16 widths", Unit: "J"}
	names := map[string]string{"equal-bits": "inputs as wide as weights", "one-bit-inputs": "inputs of 1 bit"}
	for _, voltage := range []string{"0.7", "0.6"} {
		for _, quantity := range []string{"equal-bits", "one-bit-inputs"} {
			some := p.where("quantity", quantity).where("voltage", voltage)
			published, simulated := some.each()
			var means []float64
			for _, column := range simulated {
				means = append(means, mean(column))
			}
			t.Figures = append(t.Figures, figure(quantity+"-"+voltage+"V", voltage+" V, "+names[quantity],
				colonnadeSource+some[0].row["where"], mean(published), means, colonnadeEnergy[:]...))
		}
	}
	return t
}

// exponents is the power of the supply that the energy follows, a of E ∝ V^a.
func (p points) exponents() Table {
	t := Table{Title: "a of energy ∝ V^a, mean of 16 widths", Unit: "1"}
	p = p.where("quantity", "equal-bits")
	published, simulated := p.where("voltage", "0.8").each()
	for _, voltage := range []string{"0.7", "0.6"} {
		low := p.where("voltage", voltage)
		publishedLow, simulatedLow := low.each()
		ratio := math.Log(0.8 / low[0].number("voltage"))
		var powers []float64
		for c := range simulated {
			powers = append(powers, meanLog(simulated[c], simulatedLow[c])/ratio)
		}
		t.Figures = append(t.Figures, figure("exponent-"+voltage+"V", "0.8 V to "+voltage+" V",
			colonnadeSource+"Fig. 16(a)", meanLog(published, publishedLow)/ratio, powers, within(0.1), within(0.1)))
	}
	return t
}

func mean(xs []float64) (sum float64) {
	for _, x := range xs {
		sum += x / float64(len(xs))
	}
	return sum
}

// meanLog is the mean logarithm of ratios.
func meanLog(above, below []float64) float64 {
	logs := make([]float64, len(above))
	for i := range logs {
		logs[i] = math.Log(above[i] / below[i])
	}
	return mean(logs)
}

func (p points) parts() Table {
	t := Table{Title: "energy of a MAC by part, 1 b × 8 b, 0.8 V", Unit: "J"}
	names := map[string]string{"cells": "cells", "drivers": "drivers", "control": "control, registers, decoder"}
	for _, quantity := range []string{"cells", "drivers", "control"} {
		t = p.where("quantity", quantity).figures(t, func(row) string { return names[quantity] }, func(row) [2]bar { return colonnadePart })
	}
	return t
}

func (p points) throughputs() Table {
	t := Table{Title: "throughput, 16 registers a column", Unit: "op/s", compared: true}
	return p.where("quantity", "throughput").where("registers", "16").figures(t, colonnadeBits, func(row) [2]bar {
		return [2]bar{within(colonnadeRate), within(colonnadeRate)}
	})
}

func (p points) registers() Table {
	t := Table{Title: "throughput, fewer registers", Unit: "op/s"}
	for _, n := range []string{"8", "4", "2", "1"} {
		t.Figures = append(t.Figures, p.where("quantity", "throughput").where("registers", n).
			worst("throughput-"+n+"-registers", "1 to 16 b, registers a column: "+n, colonnadeRate))
	}
	return t
}

func (p points) latencies() Table {
	t := Table{Title: "latency, bit after bit", Unit: "s"}
	p = p.where("quantity", "latency")
	for _, n := range []string{"16", "8", "4", "2", "1"} {
		var wide points
		for _, x := range p.where("registers", n) {
			if x.row["input_bits"] != "1" {
				wide = append(wide, x)
			}
		}
		t.Figures = append(t.Figures, wide.worst("latency-"+n+"-registers", "2 to 16 b, registers a column: "+n, colonnadeTime))
	}
	t.Figures = append(t.Figures, p.where("input_bits", "1").worst("latency-1-bit", "1 b, 1 to 16 registers a column", colonnadeShort))
	return t
}

func (p points) area() Table {
	t := Table{Title: "area", Unit: "m2"}
	return p.where("quantity", "area").figures(t, func(row) string { return "cells" }, func(row) [2]bar { return colonnadeArea })
}
