package report

import (
	"fmt"
	"sort"
	"strings"

	"xbar/sim/system"
	"xbar/sim/unit"
)

// mostLayers is how many kinds of layer the table of winners has rows for:
// those with most of the MACs.
const mostLayers = 24

// winners shows which machine is best for each layer, and how often each is.
func winners(p page, w *system.Winners) {
	if w == nil {
		return
	}
	p.subheading("Which machine for which layer, per inference: least energy, time and product (× what the next best takes)")
	shown, rest := mostMACs(w.Layers, p.most(mostLayers))
	t := table{fixed: 3, columns: []column{{head: "layer", left: true}, {head: "L×N×M"}, {head: "MACs"},
		{head: "energy", left: true}, {head: "pJ/MAC"}, {head: "time", left: true}, {head: "energy-delay", left: true}}}
	energy, time, product := winnerCells(shown, energyOf), winnerCells(shown, timeOf), winnerCells(shown, productOf)
	total := float64(macsOf(w.Layers))
	for i := range shown {
		l := &shown[i]
		t.put(namedWith(l.Kernels[0], len(l.Kernels)), valued(shape(l.L, l.N, l.M, l.Groups), float64(l.MACs)), shareOf(fraction(float64(l.MACs), total)),
			energy[i], measured(l.Energy.Value, pico), time[i], product[i])
	}
	if len(rest) > 0 {
		var empty cell
		t.sum(words(plural(kernelsOf(rest), "other")), empty, shareOf(fraction(float64(macsOf(rest)), total)), empty, empty, empty, empty)
	}
	p.table(t)
	if kernelsOf(w.Layers) == 1 {
		return // whose row says it all
	}
	p.list([]string{
		"energy: " + wins(w.Layers, energyOf),
		"time: " + wins(w.Layers, timeOf),
		"energy-delay: " + wins(w.Layers, productOf),
		mixed(&w.Mix),
	})
}

func energyOf(l *system.LayerWinners) *system.Winner  { return &l.Energy }
func timeOf(l *system.LayerWinners) *system.Winner    { return &l.Time }
func productOf(l *system.LayerWinners) *system.Winner { return &l.EnergyDelay }

// mostMACs keeps up to limit entries, in their order.
func mostMACs(all []system.LayerWinners, limit int) (shown, rest []system.LayerWinners) {
	keep := largest(len(all), limit, func(i int) float64 { return float64(all[i].MACs) })
	for i, l := range all {
		if keep[i] {
			shown = append(shown, l)
		} else {
			rest = append(rest, l)
		}
	}
	return shown, rest
}

// largest marks up to limit of n things, of those that are equal the first.
func largest(n, limit int, size func(i int) float64) []bool {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool { return size(order[i]) > size(order[j]) })
	keep := make([]bool, n)
	for _, i := range order[:min(limit, n)] {
		keep[i] = true
	}
	return keep
}

func macsOf(layers []system.LayerWinners) (sum int64) {
	for i := range layers {
		sum += layers[i].MACs
	}
	return sum
}

func kernelsOf(layers []system.LayerWinners) (n int) {
	for i := range layers {
		n += len(layers[i].Kernels)
	}
	return n
}

// winnerCells are names and factors, each in a column of their own.
func winnerCells(layers []system.LayerWinners, of func(*system.LayerWinners) *system.Winner) []cell {
	names, factors := make([]string, len(layers)), make([]string, len(layers))
	widestName, widestFactor := 0, 0
	for i := range layers {
		w := of(&layers[i])
		names[i], factors[i] = shorten(clean(w.Machine), 16), "–"
		if w.Times != nil {
			factors[i] = digits(*w.Times) + "×"
		}
		widestName, widestFactor = max(widestName, width(names[i])), max(widestFactor, width(factors[i]))
	}
	cells := make([]cell, len(layers))
	for i := range layers {
		text := pad(names[i], widestName) + strings.Repeat(" ", gap+widestFactor-width(factors[i])) + factors[i]
		cells[i] = cell{text: text, parts: []cell{words(of(&layers[i]).Machine), words(factors[i])}}
	}
	return cells
}

// wins counts what each machine wins, the most frequent winner first.
func wins(layers []system.LayerWinners, of func(*system.LayerWinners) *system.Winner) string {
	type score struct {
		machine string
		kernels int
		macs    int64
	}
	var scores []*score
	byName := map[string]*score{}
	for i := range layers {
		l := &layers[i]
		name := of(l).Machine
		if byName[name] == nil {
			byName[name] = &score{machine: name}
			scores = append(scores, byName[name])
		}
		byName[name].kernels += len(l.Kernels)
		byName[name].macs += l.MACs
	}
	sort.SliceStable(scores, func(i, j int) bool { return scores[i].kernels > scores[j].kernels })
	total, all := kernelsOf(layers), float64(macsOf(layers))
	var parts []string
	for _, s := range scores {
		share := nearlyAll(fraction(float64(s.macs), all)) + " of the MACs"
		if len(parts) == 0 {
			parts = append(parts, fmt.Sprintf("%s is best for %s of %s, %s", s.machine, count(float64(s.kernels)), plural(total, "layer"), share))
			continue
		}
		parts = append(parts, fmt.Sprintf("%s for %s, %s", s.machine, count(float64(s.kernels)), share))
	}
	return strings.Join(parts, "; ")
}

// nearlyAll keeps what is less than the whole from reading as the whole.
func nearlyAll(share float64) string {
	if text := percent(share); share == 1 || text != "100%" {
		return text
	}
	return ">99%"
}

// mixed says what a mix of machines is good for, at best.
func mixed(m *system.Mix) string {
	less := ratio(m.EnergyPerInferenceJ, m.BestEnergyPerInferenceJ, "less", "more")
	if less == "the same" || less == none {
		return "no mix of machines needs less energy than " + m.Best + " alone"
	}
	return fmt.Sprintf("with every layer on its best machine by energy, an inference would take %s, %s than all of it on %s; "+
		"moving activations between machines, programming once and the leakage of those that wait are not counted",
		unit.Format(m.EnergyPerInferenceJ, "J"), less, m.Best)
}
