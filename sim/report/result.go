package report

import (
	"fmt"
	"io"
	"sort"
	"strings"

	"xbar/sim/energy"
	"xbar/sim/system"
	"xbar/sim/unit"
)

// Text writes a result for a terminal, no line wider than 110 columns.
func Text(w io.Writer, r *system.Result) error { return writePage(w, &textPage{}, r) }

// Markdown writes a result as GitHub-flavoured Markdown.
func Markdown(w io.Writer, r *system.Result) error { return writePage(w, &markdownPage{}, r) }

func writePage(w io.Writer, p page, r *system.Result) error {
	if err := finite(r); err != nil {
		return err
	}
	heading(p, r)
	failed(p, r.Failed)
	comparison(p, r.Machines)
	categories(p, r.Machines)
	winners(p, r.Winners)
	for i := range r.Machines {
		machine(p, &r.Machines[i])
	}
	_, err := w.Write(p.bytes())
	return err
}

func heading(p page, r *system.Result) {
	p.title(titleOf(r))
	if facts := factsOf(r); facts != nil {
		p.paragraph(strings.Join(facts, " · "))
	}
}

func titleOf(r *system.Result) string {
	if r.Title == "" {
		return "xbar run"
	}
	return r.Title
}

func factsOf(r *system.Result) []string {
	if len(r.Machines) == 0 {
		return nil
	}
	first := &r.Machines[0]
	facts := []string{fmt.Sprintf("seed %d", r.Seed), plural(len(first.Kernels), "kernel")}
	if macs, same := macsPerInference(r.Machines); same {
		facts = append(facts, amount(int64(macs), "MACs")+" per inference")
	}
	if n := amortisedOver(r.Machines); n > 0 {
		facts = append(facts, "one-time programming spread over "+plural(int(n), "inference"))
	}
	return facts
}

// failed says which machines did not run.
func failed(p page, machines []system.Failure) {
	var items []string
	for _, m := range machines {
		items = append(items, fmt.Sprintf("%s (%s) did not run: %s", m.Name, m.Kind, m.Error))
	}
	if len(items) > 0 {
		p.list(items)
	}
}

func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return count(float64(n)) + " " + thing + "s"
}

func macsPerInference(machines []system.Machine) (macs float64, same bool) {
	macs = perInference(&machines[0], float64(machines[0].MACs))
	for i := range machines {
		if perInference(&machines[i], float64(machines[i].MACs)) != macs {
			return 0, false
		}
	}
	return macs, true
}

func perInference(m *system.Machine, ofPass float64) float64 {
	return fraction(ofPass, float64(m.Batch))
}

// inferencesPerSecond is the steady rate: MACs per second over MACs per
// inference.
func inferencesPerSecond(m *system.Machine) float64 {
	return fraction(m.OpsPerSecond/2, perInference(m, float64(m.MACs)))
}

func amortisedOver(machines []system.Machine) int64 {
	for _, m := range machines {
		if m.Programming != nil {
			return m.Programming.AmortisedOverInferences
		}
	}
	return 0
}

// baseline is the machine the others are compared with: the first scalar
// one, or else the first; nil where there is nothing to compare.
func baseline(machines []system.Machine) *system.Machine {
	if len(machines) < 2 {
		return nil
	}
	for i := range machines {
		if machines[i].Kind == "scalar" {
			return &machines[i]
		}
	}
	return &machines[0]
}

// The units in which the field compares machines, so that reports can be laid
// side by side.
const (
	pico = 1e-12
	tera = 1e12
)

// comparison shows machines as columns: few machines, many quantities, and
// one prefix per quantity.
func comparison(p page, machines []system.Machine) {
	if len(machines) == 0 {
		p.paragraph("No machine.")
		return
	}
	c := comparisonTable{machines: machines, base: baseline(machines)}
	c.columns = []column{{head: "", left: true}, {head: "unit", left: true}}
	for _, m := range machines {
		c.columns = append(c.columns, column{head: shorten(m.Name, 24)})
	}
	c.fixed = 2
	c.words("kind", "", func(m *system.Machine) string { return m.Kind })
	c.cells("batch (inferences per pass)", "", func(m *system.Machine) cell { return counted(float64(m.Batch)) })
	c.rule()
	c.quantity("energy per inference", "J", func(m *system.Machine) float64 { return m.EnergyPerInferenceJ })
	c.compare("less", "more", func(m *system.Machine) float64 { return m.EnergyPerInferenceJ })
	c.quantity("energy per pass", "J", func(m *system.Machine) float64 { return m.EnergyJ })
	c.cells("energy per MAC", "pJ", func(m *system.Machine) cell { return measured(m.EnergyPerMACJ, pico) })
	c.cells("efficiency", "TOPS/W", func(m *system.Machine) cell { return measured(m.OpsPerJoule, tera) })
	c.rule()
	c.quantity("latency of a pass", "s", func(m *system.Machine) float64 { return m.LatencyS })
	c.cells("throughput", "inferences/s", func(m *system.Machine) cell { return measured(inferencesPerSecond(m), 1) })
	c.compare("slower", "faster", inferencesPerSecond)
	c.cells("", "TOPS", func(m *system.Machine) cell { return measured(m.OpsPerSecond, tera) })
	c.rule()
	c.energyDelay()
	c.area()
	c.arrays()
	c.accuracy()
	p.table(c.table)
	if amortisedOver(machines) > 0 {
		p.paragraph("Energy per inference includes its share of one-time programming; everything else is the steady state, one pass after another.")
	}
	if c.base != nil {
		p.paragraph("The energy-delay product is that of an inference: its energy times its share of a pass, latency over batch.")
	}
}

type comparisonTable struct {
	table
	machines []system.Machine
	base     *system.Machine
}

func (c *comparisonTable) words(label, unit string, of func(*system.Machine) string) {
	c.cells(label, unit, func(m *system.Machine) cell { return words(of(m)) })
}

func (c *comparisonTable) cells(label, unit string, of func(*system.Machine) cell) {
	cells := []cell{words(label), words(unit)}
	for i := range c.machines {
		cells = append(cells, of(&c.machines[i]))
	}
	c.put(cells...)
}

func (c *comparisonTable) quantity(label, symbol string, of func(*system.Machine) float64) {
	c.optional(label, symbol, func(m *system.Machine) *float64 { x := of(m); return &x })
}

// optional shows a dash where a machine has no such number, and no row where
// none has.
func (c *comparisonTable) optional(label, symbol string, of func(*system.Machine) *float64) {
	var known []float64
	for i := range c.machines {
		if x := of(&c.machines[i]); x != nil {
			known = append(known, *x)
		}
	}
	if known == nil {
		return
	}
	prefixed, factor := scale(symbol, known...)
	c.cells(label, prefixed, func(m *system.Machine) cell {
		if x := of(m); x != nil {
			return measured(*x, factor)
		}
		return words(none)
	})
}

func (c *comparisonTable) compare(less, more string, of func(*system.Machine) float64) {
	if c.base == nil {
		return
	}
	c.words("  against "+shorten(c.base.Name, 24), "", func(m *system.Machine) string {
		if m == c.base {
			return "1×"
		}
		return ratio(of(m), of(c.base), less, more)
	})
}

// energyDelay is for comparing: alone it says little.
func (c *comparisonTable) energyDelay() {
	if c.base == nil {
		return
	}
	product := func(m *system.Machine) float64 { return m.EnergyDelayJS }
	c.quantity("energy-delay product", "J·s", product)
	c.compare("less", "more", product)
	c.rule()
}

func (c *comparisonTable) area() {
	c.optional("area", "m2", func(m *system.Machine) *float64 { return m.AreaM2 })
	for i := range c.machines {
		if c.machines[i].OpsPerSecondPerM2 != nil {
			c.cells("throughput per area", "TOPS/mm²", perArea)
			return
		}
	}
}

func perArea(m *system.Machine) cell {
	if m.OpsPerSecondPerM2 == nil {
		return words(none)
	}
	const squareMillimetres = 1e6 // in a square metre
	return measured(*m.OpsPerSecondPerM2, squareMillimetres*tera)
}

func (c *comparisonTable) arrays() {
	if amortisedOver(c.machines) == 0 {
		return
	}
	of := func(number func(*system.Programming) float64) func(*system.Machine) cell {
		return func(m *system.Machine) cell {
			if m.Programming == nil {
				return words(none)
			}
			return counted(number(m.Programming))
		}
	}
	c.cells("arrays: model needs", "", of(func(p *system.Programming) float64 { return float64(p.DemandArrays) }))
	c.cells("arrays: chip has", "", of(func(p *system.Programming) float64 { return float64(p.CapacityArrays) }))
	c.cells("tiles reloaded per pass", "", of(func(p *system.Programming) float64 { return p.PerPass.Tiles }))
}

func (c *comparisonTable) accuracy() {
	percent := func(label string, of func(*system.Values) *float64) {
		known := false
		show := func(m *system.Machine) cell {
			if m.Values == nil || of(m.Values) == nil {
				return words(none)
			}
			known = true
			return valued(fmt.Sprintf("%.2f", 100**of(m.Values)), *of(m.Values))
		}
		for i := range c.machines {
			show(&c.machines[i])
		}
		if known {
			c.cells(label, "%", show)
		}
	}
	percent("accuracy", func(v *system.Values) *float64 { return v.Accuracy })
	percent("accuracy, mean of the chips", func(v *system.Values) *float64 {
		if v.Trials == nil || v.Trials.Accuracy == nil {
			return nil
		}
		return &v.Trials.Accuracy.Mean
	})
	percent("accuracy of exact integers", func(v *system.Values) *float64 { return v.ReferenceAccuracy })
	percent("accuracy in real numbers", func(v *system.Values) *float64 { return v.FloatAccuracy })
}

// joulesByCategory lists a machine's categories in table order.
func joulesByCategory(c *system.Categories) []float64 {
	return []float64{c.Input, c.Cells, c.Output, c.Accumulate, c.Buffer, c.Network, c.DRAM, c.Programming, c.Compute, c.Static}
}

const categoryBar = 8

// categories shows energy per MAC, which compares across batches.
func categories(p page, machines []system.Machine) {
	if len(machines) == 0 {
		return
	}
	p.subheading("Energy by category, pJ per MAC (◀ the biggest)")
	t := table{columns: []column{{left: true}}, fixed: 1}
	columns := make([][]cell, len(machines))
	for i, m := range machines {
		t.columns = append(t.columns, column{head: shorten(m.Name, 24), left: true})
		columns[i] = categoryCells(&m)
	}
	for _, category := range energy.Categories() {
		row, charged := []cell{words(category.String())}, false
		for i := range machines {
			row = append(row, columns[i][category])
			charged = charged || joulesByCategory(&machines[i].Categories)[category] != 0
		}
		if charged {
			t.put(row...)
		}
	}
	t.rule()
	total := []cell{words("total")}
	for i, m := range machines {
		pad := strings.Repeat(" ", width(columns[i][0].text)-categoryTail)
		number := measured(m.EnergyPerMACJ, pico)
		text := pad[min(len(pad), width(number.text)):] + number.text + strings.Repeat(" ", categoryTail)
		total = append(total, cell{text: text, value: number.value, parts: []cell{number}})
	}
	t.sum(total...)
	p.table(t)
}

// categoryTail is what follows the number in a cell: share, bar and mark.
const categoryTail = 2 + 4 + 2 + categoryBar + 2

func categoryCells(m *system.Machine) []cell {
	joules := joulesByCategory(&m.Categories)
	biggest, total := 0, 0.0
	for i, j := range joules {
		total += j
		if j > joules[biggest] {
			biggest = i
		}
	}
	numbers, widest := make([]cell, len(joules)), width(digits(m.EnergyPerMACJ/pico))
	for i, j := range joules {
		numbers[i] = words(none)
		if j != 0 {
			numbers[i] = measured(fraction(j, float64(m.MACs)), pico)
		}
		widest = max(widest, width(numbers[i].text))
	}
	cells := make([]cell, len(joules))
	for i, j := range joules {
		var share cell
		if j != 0 {
			share = shareOf(fraction(j, total))
		}
		length := drawn(fraction(j, total), categoryBar)
		mark := ""
		if i == biggest && j > 0 {
			mark = " ◀"
		}
		pad := strings.Repeat(" ", widest-width(numbers[i].text))
		cells[i] = cell{
			text:  fmt.Sprintf("%s%s  %4s  %-*s", pad, numbers[i].text, share.text, categoryBar+2, length.text+mark),
			value: numbers[i].value, parts: []cell{numbers[i], share, length, words(mark)},
		}
	}
	return cells
}

func machine(p page, m *system.Machine) {
	account(p, m)
	if len(m.Notes) > 0 {
		p.subheading("Notes")
		p.list(m.Notes)
	}
}

// account is all of a machine but its notes.
func account(p page, m *system.Machine) {
	p.heading(m.Name)
	facts := []string{m.Kind}
	if m.Cycles > 0 {
		facts = append(facts, fmt.Sprintf("%s of %s in a pass", amount(m.Cycles, "cycles"), unit.Format(m.ClockHz, "Hz")))
	}
	if m.RoundingSeconds > 0 {
		facts = append(facts, "rounding up to whole cycles costs at most "+unit.Format(m.RoundingSeconds, "s"))
	}
	p.paragraph(strings.Join(facts, " · "))
	if m.Pipeline != nil {
		p.paragraph(pipelineLine(m))
	}
	if len(m.CriticalPath) > 0 {
		p.paragraph(fmt.Sprintf("of the %s: %s", unit.Format(m.Seconds, "s"), goings(m.CriticalPath)))
	}
	components(p, m)
	limits(p, m.Limits)
	kernels(p, m)
	loads(p, m.Loads)
	programming(p, m)
	reloads(p, m)
	session(p, m.Session)
	choice(p, m.Choice)
	values(p, m)
}

// pipelineLine names what the kernels of a pipeline wait for.
func pipelineLine(m *system.Machine) string {
	x := m.Pipeline
	slowest := x.Bottleneck + ", which kernels share, is the slowest stage"
	if x.BottleneckVectors > 0 {
		slowest = fmt.Sprintf("%s is the slowest stage, %s × %s", x.Bottleneck,
			plural(int(x.BottleneckVectors), "vector"), unit.Format(float64(x.BottleneckCycles)/m.ClockHz, "s"))
	}
	if x.BottleneckCopies > 1 {
		slowest += fmt.Sprintf(" on %d copies", x.BottleneckCopies)
	}
	return fmt.Sprintf("pipeline: %s, busy for %s of the %s between passes; an inference takes %s through it",
		slowest, percent(x.BottleneckBusy), unit.Format(m.Seconds, "s"), unit.Format(x.InferenceLatencyS, "s"))
}

// goings says what time goes to. For what is left nothing is busy throughout.
func goings(path []system.Busy) string {
	var parts []string
	rest := 1.0
	for _, b := range path {
		rest -= b.Share
		if b.Share >= 0.005 {
			parts = append(parts, percent(b.Share)+" "+b.Component)
		}
	}
	if rest >= 0.005 {
		parts = append(parts, percent(rest)+" filling, draining and waiting")
	}
	return strings.Join(parts, " · ")
}

const mostComponents = 8

func components(p page, m *system.Machine) {
	sorted := append([]system.Component(nil), m.Components...)
	sort.SliceStable(sorted, func(i, j int) bool { return sorted[i].EnergyJ > sorted[j].EnergyJ })
	shown := len(sorted)
	if most := p.most(mostComponents); shown > most+1 {
		shown = most
	}
	for shown > 0 && sorted[shown-1].EnergyJ == 0 {
		shown--
	}
	if shown == 0 {
		return
	}
	symbol, factor := scale("J", m.EnergyJ)
	p.subheading("Where a pass spends its energy")
	t := table{columns: []column{
		{head: "component", left: true}, {head: "category", left: true}, {head: "number"}, {head: "busy"},
		{head: "mostly", left: true}, {head: symbol}, {head: "share"}, {left: true}}}
	for _, c := range sorted[:shown] {
		share := fraction(c.EnergyJ, m.EnergyJ)
		t.put(named(c.Path, 30), words(c.Category), counted(float64(c.Instances)), shareOf(c.Utilization), words(mainAction(&c)),
			measured(c.EnergyJ, factor), shareOf(share), drawn(share, 10))
	}
	rest := 0.0
	for _, c := range sorted[shown:] {
		rest += c.EnergyJ
	}
	var empty cell
	if rest > 0 {
		t.sum(words(plural(len(sorted)-shown, "other")), empty, empty, empty, empty, measured(rest, factor), shareOf(fraction(rest, m.EnergyJ)), empty)
	}
	t.rule()
	t.sum(words("total"), empty, empty, empty, empty, measured(m.EnergyJ, factor), shareOf(1), empty)
	p.table(t)
}

// mainAction is the action that costs a component most, and how often it was
// done.
func mainAction(c *system.Component) string {
	if len(c.Actions) == 0 {
		return ""
	}
	most := c.Actions[0]
	for _, a := range c.Actions {
		if a.EnergyJ > most.EnergyJ {
			most = a
		}
	}
	prefix, factor := unit.Prefix(float64(most.Count))
	if most.Count < 10000 {
		prefix, factor = "", 1
	}
	if prefix == "" {
		return count(float64(most.Count)/factor) + "× " + most.Action
	}
	return digits(float64(most.Count)/factor) + " " + prefix + "× " + most.Action
}

// limits shows how far actions are from what physics allows; of those that have
// the same floor, as all that merely sets bits, the nearest, and all that are not
// charged.
func limits(p page, all []system.Limit) {
	if len(all) == 0 {
		return
	}
	nearest := nearestLimits(all, func(l *system.Limit) *system.Limit { return l })
	var joules []float64
	for i, l := range all {
		if nearest[i] {
			joules = append(joules, l.EnergyJ)
		}
	}
	symbol, factor := scale("J", joules...)
	t := table{columns: []column{{head: "action", left: true}, {head: symbol}, {head: "floor"}, {head: "× floor"}, {head: "× best"}, {head: "the floor is", left: true}}}
	optional := func(x *float64) cell {
		if x == nil {
			return words(none)
		}
		return measured(*x, 1)
	}
	for i, l := range all {
		energy, of := measured(l.EnergyJ, factor), l.FloorOf
		switch {
		case l.TimesFloor == nil:
			energy, of = words(none), notCharged
		case !nearest[i]:
			continue
		}
		t.put(named(l.Component+" "+l.Action, 34), energy, measured(l.FloorJ, factor), optional(l.TimesFloor), optional(l.TimesBest), words(of))
	}
	p.subheading("Distance from what physics allows (of each floor the nearest action), and from the best published part")
	p.table(t)
}

// notCharged stands for the distance of what costs nothing.
const notCharged = "not charged here"

// nearestLimits picks, of the actions that are charged and have the same floor, the one
// that is nearest to it.
func nearestLimits[L any](limits []L, of func(*L) *system.Limit) []bool {
	best := map[string]int{}
	for i := range limits {
		l := of(&limits[i])
		if l.TimesFloor == nil {
			continue
		}
		if j, ok := best[l.FloorOf]; !ok || *l.TimesFloor < *of(&limits[j]).TimesFloor {
			best[l.FloorOf] = i
		}
	}
	nearest := make([]bool, len(limits))
	for _, i := range best {
		nearest[i] = true
	}
	return nearest
}

const mostKernels = 24

// kernels lists them in the order of the network; of a long network only
// those that cost most.
func kernels(p page, m *system.Machine) {
	if len(m.Kernels) == 0 {
		return
	}
	shown, rest := costliest(m.Kernels, p.most(mostKernels))
	var joules []float64
	var longest int64
	for _, k := range shown {
		longest = max(longest, k.Cycles)
		joules = append(joules, k.EnergyJ)
	}
	var u kernelUnits
	u.cycles, u.cyclesFactor = "cycles", 1
	if longest >= 1e8 {
		u.cycles, u.cyclesFactor = "M cycles", 1e6
	}
	u.joules, u.joulesFactor = scale("J", joules...)
	u.arrays = m.Programming != nil
	t := table{columns: []column{{head: "kernel", left: true}, {head: "L×N×M"}, {head: u.cycles}, {head: u.joules}, {head: "pJ/MAC"}}}
	if u.arrays {
		t.columns = append(t.columns, column{head: "arrays"}, column{head: "reloads"})
	}
	u.bound = len(m.CriticalPath) > 0
	if u.bound {
		t.columns = append(t.columns, column{head: "bound by", left: true})
	}
	for _, k := range shown {
		t.put(u.row(named(k.Name, 30), valued(shape(k.L, k.N, k.M, k.Groups), k.MACs()), sumOfKernels([]system.Kernel{k}), bound(&k))...)
	}
	if len(rest) > 0 {
		t.sum(u.row(words(plural(len(rest), "other")), cell{}, sumOfKernels(rest), cell{})...)
	}
	p.subheading("Kernels of a pass: L vectors of length N, M outputs each")
	p.table(t)
}

// shape is L×N×M, as often as there are groups.
func shape(l, n, m, groups int64) string {
	s := fmt.Sprintf("%d×%d×%d", l, n, m)
	if groups > 1 {
		s = fmt.Sprintf("%d·%s", groups, s)
	}
	return s
}

// costliest keeps up to limit kernels, in their order.
func costliest(all []system.Kernel, limit int) (shown, rest []system.Kernel) {
	keep := largest(len(all), limit, func(i int) float64 { return all[i].EnergyJ })
	for i, k := range all {
		if keep[i] {
			shown = append(shown, k)
		} else {
			rest = append(rest, k)
		}
	}
	return shown, rest
}

// kernelUnits are the units of the table's columns, and their factors.
type kernelUnits struct {
	cycles, joules             string
	cyclesFactor, joulesFactor float64
	arrays, bound              bool
}

// bound is what most of a kernel's time goes to, by its last name, and how much.
func bound(k *system.Kernel) cell {
	if k.Bound == "" {
		return words(none)
	}
	name := k.Bound[strings.LastIndex(k.Bound, "/")+1:]
	return words(percent(k.BoundShare) + " " + name)
}

func (u *kernelUnits) row(name, shape cell, k kernelSum, bound cell) []cell {
	row := []cell{name, shape, counted(k.cycles), measured(k.joules, u.joulesFactor), measured(fraction(k.joules, k.macs), pico)}
	if u.cyclesFactor != 1 {
		row[2] = measured(k.cycles, u.cyclesFactor)
	}
	if u.arrays {
		row = append(row, counted(k.arrays), counted(k.reloads))
	}
	if u.bound {
		row = append(row, bound)
	}
	return row
}

type kernelSum struct{ cycles, joules, macs, arrays, reloads float64 }

func sumOfKernels(kernels []system.Kernel) kernelSum {
	var s kernelSum
	for i := range kernels {
		k := &kernels[i]
		s.cycles += float64(k.Cycles)
		s.joules += k.EnergyJ
		s.macs += k.MACs()
		s.arrays += float64(k.Arrays)
		s.reloads += k.Reloads
	}
	return s
}

func programming(p page, m *system.Machine) {
	w := m.Programming
	if w == nil {
		return
	}
	p.subheading("Weights")
	p.paragraph(residency(w))
	perPass := perInference(m, w.PerPass.EnergyJ)
	symbol, factor := scale("J", w.OneTime.EnergyJ, w.PerPass.EnergyJ)
	seconds, secondsFactor := scale("s", w.OneTime.Seconds, w.PerPass.Seconds)
	each, eachFactor := scale("J", w.OneTimeEnergyPerInferenceJ, perPass)
	t := table{columns: []column{{head: "loading weights", left: true}, {head: "tiles"}, {head: "cells"}, {head: "waited " + seconds}, {head: symbol},
		{head: each + "/inference"}, {head: "share of it"}}}
	add := func(label string, l *system.Loads, joules float64) {
		t.put(words(label), counted(l.Tiles), counted(l.Cells), measured(l.Seconds, secondsFactor), measured(l.EnergyJ, factor),
			measured(joules, eachFactor), shareOf(fraction(joules, m.EnergyPerInferenceJ)))
	}
	add("once, before the first inference", &w.OneTime, w.OneTimeEnergyPerInferenceJ)
	add("again in every pass", &w.PerPass, perPass)
	p.table(t)
	p.paragraph(wear(m))
}

func residency(w *system.Programming) string {
	need, have := plural(int(w.DemandArrays), "array"), count(float64(w.CapacityArrays))
	if w.DemandArrays == 0 {
		return fmt.Sprintf("No weights to keep: both operands are activations, and the chip's %s are written for every input.", plural(int(w.CapacityArrays), "array"))
	}
	if w.Resident {
		return fmt.Sprintf("Resident: the model needs %s of the chip's %s; every weight is written once.", need, have)
	}
	return fmt.Sprintf("Not resident: the model needs %s, %s× the %s the chip has; policy %q reloads tiles in every pass.",
		need, digits(fraction(float64(w.DemandArrays), float64(w.CapacityArrays))), have, w.Policy)
}

func wear(m *system.Machine) string {
	w := m.Programming
	if w.InferencesToWearOut == nil {
		return "Wear: none; no cell is written after the start."
	}
	text := fmt.Sprintf("Wear: %s writes per cell and inference (the most written array); worn out after %s inferences",
		digits(w.WritesPerCellPerInference), digits(*w.InferencesToWearOut))
	if rate := inferencesPerSecond(m); rate > 0 {
		text += fmt.Sprintf(", %s without a pause at %s inferences/s", duration(*w.InferencesToWearOut/rate), digits(rate))
	}
	return text + "."
}

func values(p page, m *system.Machine) {
	v := m.Values
	if v == nil {
		return
	}
	p.subheading("Values, against exact integers")
	facts := []string{"no error at all"}
	if v.RMSError > 0 && v.SNRdB == nil {
		facts = []string{fmt.Sprintf("error %s rms where the reference is zero throughout", digits(v.RMSError))}
	}
	if v.SNRdB != nil {
		facts = []string{fmt.Sprintf("SNR %.1f dB", *v.SNRdB), "rms error " + digits(v.RMSError) + " (integer units, last kernel)"}
	}
	if v.Clipped > 0 {
		facts = append(facts, plural(int(v.Clipped), "conversion")+" hit the end of the ADC's range")
	}
	if v.Accuracy != nil && v.ReferenceAccuracy != nil {
		facts = append(facts, fmt.Sprintf("accuracy %.2f%%, exact %.2f%%", 100**v.Accuracy, 100**v.ReferenceAccuracy))
	}
	if v.FloatAccuracy != nil {
		facts = append(facts, fmt.Sprintf("in real numbers %.2f%%", 100**v.FloatAccuracy))
	}
	if (v.Layers != nil || v.FloatAccuracy != nil) && v.Accuracy95 != nil {
		facts = append(facts, fmt.Sprintf("so many inputs tell the accuracy as %.1f to %.1f %% (95 %%)", 100*v.Accuracy95.Low, 100*v.Accuracy95.High))
	}
	p.paragraph(inputs(v) + ": " + strings.Join(facts, " · "))
	layerErrors(p, v.Layers)
	estimates(p, v)
	trials(p, v.Trials)
}

// inputs says how many, and from where if that may be one place or another.
func inputs(v *system.Values) string {
	text := plural(int(v.Inputs), "input")
	if v.InputsFrom != "" {
		text += " of " + v.InputsFrom
	}
	return text
}

// layerErrors says which layer adds what to the error.
func layerErrors(p page, layers []system.Layer) {
	var facts []string
	for i := range layers {
		text := layers[i].Kernel + " exact"
		if db := layers[i].SNRdB; db != nil {
			text = fmt.Sprintf("%s %.1f dB", layers[i].Kernel, *db)
		}
		facts = append(facts, text)
	}
	if facts != nil {
		p.paragraph("SNR of each layer's sums, beside exact ones of the inputs that it got: " + strings.Join(facts, " · "))
	}
}

// trials shows how chips differ.
func trials(p page, t *system.Trials) {
	if t == nil {
		return
	}
	p.subheading(fmt.Sprintf("%s; all other numbers are those of the first", plural(int(t.Chips), "chip")))
	all := table{columns: []column{{left: true}, {left: true}, {head: "mean"}, {head: "mean, 95 %"}, {head: "deviation"}, {head: "least"}, {head: "most"}}, fixed: 2}
	row := func(label, unit string, factor float64, d *system.Distribution) {
		if d == nil {
			return
		}
		n := func(x float64) string { return digits(x * factor) }
		all.add(label, unit, n(d.Mean), n(d.Mean95.Low)+" to "+n(d.Mean95.High), n(d.Deviation), n(d.Least), n(d.Most))
	}
	row("accuracy", "%", 100, t.Accuracy)
	row("SNR of the outputs", "dB", 1, t.SNRdB)
	for i := range t.Layers {
		row("SNR of "+t.Layers[i].Kernel, "dB", 1, t.Layers[i].SNRdB)
	}
	row("conversions beyond the ADC's range", "", 1, &t.Clipped)
	prefixed, factor := scale("J", t.EnergyJ.Mean)
	row("energy per pass", prefixed, 1/factor, &t.EnergyJ)
	p.table(all)
}
