package report

import (
	"cmp"
	"fmt"
	"slices"

	"xbar/sim/system"
)

const mostReloads = 16

// reloads shows what loading weights costs kernel by kernel, those alike in one
// row, the most energy first.
func reloads(p page, m *system.Machine) {
	all := reloadRows(m.Kernels)
	rows, rest := largestReloads(all, p.most(mostReloads))
	if len(rows) == 0 {
		return
	}
	var joules, seconds, bytes []float64
	for i := range rows {
		r := rows[i].each
		joules = append(joules, r.EnergyJ)
		bytes = append(bytes, r.Bytes)
		seconds = append(seconds, max(r.HiddenS, r.ExposedS))
	}
	j, jFactor := scale("J", joules...)
	s, sFactor := scale("s", seconds...)
	b, bFactor := scale("B", bytes...)
	t := table{columns: []column{{head: "kernel", left: true}, {head: "loads"}, {head: "of"}, {head: b}, {head: j}, {head: "DRAM"}, {head: "network"}, {head: "arrays"},
		{head: "hidden"}, {head: "waited " + s}, {head: "writes"}, {head: "days"}}}
	for i := range rows {
		k, r := rows[i].first, rows[i].each
		t.put(rows[i].name(), counted(k.Reloads), counted(float64(k.Arrays)), measured(r.Bytes, bFactor), measured(r.EnergyJ, jFactor),
			shareOf(fraction(r.DRAMJ, r.EnergyJ)), shareOf(fraction(r.NetworkJ, r.EnergyJ)), shareOf(fraction(r.ArraysJ, r.EnergyJ)),
			measured(r.HiddenS, sFactor), measured(r.ExposedS, sFactor), measured(r.WritesPerCellPerInference, 1), lifetime(r.DaysToWearOut))
	}
	if len(rest) > 0 {
		var energy, moved, loads, arrays float64
		for i := range rest {
			n := float64(rest[i].kernels)
			energy += n * rest[i].each.EnergyJ
			moved += n * rest[i].each.Bytes
			loads += n * rest[i].first.Reloads
			arrays += n * float64(rest[i].first.Arrays)
		}
		var empty cell
		t.sum(words(plural(kernelsOfRows(rest), "other")), counted(loads), counted(arrays), measured(moved, bFactor), measured(energy, jFactor), empty, empty, empty, empty, empty, empty, empty)
	}
	p.subheading("Reload in a pass, by kernel; writes of a cell per inference and days it lasts, of the most written array")
	p.table(t)
	if stay := len(m.Kernels) - kernelsOfRows(all); stay > 0 {
		p.paragraph(plural(stay, "kernel") + " reloaded nothing.")
	}
}

func kernelsOfRows(rows []reloadRow) (n int) {
	for i := range rows {
		n += rows[i].kernels
	}
	return n
}

func lifetime(days *float64) cell {
	if days == nil {
		return words(none)
	}
	return measured(*days, 1)
}

// reloadRow is kernels whose loading takes the same.
type reloadRow struct {
	first   *system.Kernel
	each    *system.Reload
	kernels int
}

func (r *reloadRow) name() cell { return namedWith(r.first.Name, r.kernels) }

// namedWith is the name of the first of some kernels, and how many more they are.
func namedWith(first string, n int) cell {
	name := named(first, 20)
	if n > 1 {
		more := fmt.Sprintf(" +%d", n-1)
		name.text, name.full = name.text+more, name.full+more
	}
	return name
}

func reloadRows(kernels []system.Kernel) (rows []reloadRow) {
	for i := range kernels {
		k := &kernels[i]
		if k.Reload == nil {
			continue
		}
		same := slices.IndexFunc(rows, func(r reloadRow) bool { return alike(r.first, k) })
		if same < 0 {
			rows = append(rows, reloadRow{k, k.Reload, 0})
			same = len(rows) - 1
		}
		rows[same].kernels++
	}
	slices.SortStableFunc(rows, func(a, b reloadRow) int { return cmp.Compare(b.each.EnergyJ, a.each.EnergyJ) })
	return rows
}

// alike reports whether a row would not tell two kernels apart.
func alike(a, b *system.Kernel) bool {
	x, y := *a.Reload, *b.Reload
	near := func(x, y float64) bool { return digits(x) == digits(y) }
	return near(a.Reloads, b.Reloads) && a.Arrays == b.Arrays && near(x.Bytes, y.Bytes) && near(x.EnergyJ, y.EnergyJ) && near(x.DRAMJ, y.DRAMJ) &&
		near(x.NetworkJ, y.NetworkJ) && near(x.HiddenS, y.HiddenS) && near(x.ExposedS, y.ExposedS) &&
		near(x.WritesPerCellPerInference, y.WritesPerCellPerInference)
}

func largestReloads(rows []reloadRow, most int) (shown, rest []reloadRow) {
	if len(rows) <= most+1 {
		return rows, nil
	}
	return rows[:most], rows[most:]
}
