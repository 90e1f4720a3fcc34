package report

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"xbar/sim/system"
	"xbar/sim/unit"
)

// ExplainText writes an explanation for a terminal, no line wider than 110
// columns.
func ExplainText(w io.Writer, e *system.Explanation) error {
	return writeExplanation(w, &textPage{}, e)
}

// ExplainMarkdown writes an explanation as GitHub-flavoured Markdown.
func ExplainMarkdown(w io.Writer, e *system.Explanation) error {
	return writeExplanation(w, &markdownPage{}, e)
}

// ExplainJSON writes an explanation as schema xbar.explain/1.
func ExplainJSON(w io.Writer, e *system.Explanation) error { return writeJSON(w, e) }

func writeExplanation(w io.Writer, p page, e *system.Explanation) error {
	if err := finite(e); err != nil {
		return err
	}
	subject, about := e.Path, "Where the numbers come from"
	if i := strings.LastIndex(e.Path, ":"); i >= 0 {
		subject = e.Path[i+1:]
	}
	if subject != "" {
		about += ": " + subject
	}
	if e.Title == "" {
		p.title(about)
	} else {
		p.title(e.Title)
		p.paragraph(about + ".")
	}
	x := explanation{
		page: p, derivations: newDerivations(), whole: subject == "",
		broad: slices.Contains([]string{"", "total", "energy", "time", "energy-delay", "wear", "area", "limits", "devices"}, subject),
	}
	for i := range e.Machines {
		x.machine(&e.Machines[i], len(e.Machines) > 1)
	}
	_, err := w.Write(p.bytes())
	return err
}

// explanation writes one machine after the other. What is the same on a later
// one refers to the first.
type explanation struct {
	page
	*derivations
	whole bool   // all that is asked for is everything
	broad bool   // or all of the energy, time, area or limits
	of    string // " on NAME" where there are several machines
}

func (x *explanation) machine(m *system.Explained, several bool) {
	x.heading(m.Name + " (" + m.Kind + ")")
	x.of, x.on = "", m.Name
	if several {
		x.of = " on " + m.Name
	}
	if len(m.BelowFloor) > 0 {
		x.list(m.BelowFloor)
	}
	x.energy(m.Energy, m.Programming != nil)
	x.programming(m.Programming)
	loads(x, m.Loads)
	x.time(m.Time)
	x.energyDelay(m.EnergyDelay)
	x.wear(m.Wear)
	x.area(m.Area)
	x.limits(m.Limits)
	x.devices(m.Devices)
}

// least is the share of a pass below which the answer about everything sums
// actions up.
const least = 0.001

func (x *explanation) energy(e *system.ExplainedEnergy, once bool) {
	if e == nil || len(e.Actions) == 0 && once {
		return
	}
	if math.Abs(e.Share-1) < 1e-9 {
		x.subheading("Energy: " + unit.Format(e.TotalJ, "J") + " in a pass")
	} else {
		x.subheading(fmt.Sprintf("Energy: %s, %s of the %s of a pass", unit.Format(e.EnergyJ, "J"), share(e.Share), unit.Format(e.TotalJ, "J")))
	}
	x.actions(e, "a pass")
}

// actions explains each action, of which a part of the run has some share.
func (x *explanation) actions(e *system.ExplainedEnergy, of string) {
	symbol, factor := scale("J", e.EnergyJ)
	var entries []entry
	var out leftOut
	for i := range e.Actions {
		a := &e.Actions[i]
		if !x.shows(a.EnergyJ, a.Share) {
			out.add(a.Component+" "+a.Action, a.EnergyJ)
			continue
		}
		entries = append(entries, entry{
			[]string{a.Component + " " + a.Action, share(a.Share), digits(a.EnergyJ/factor) + " " + symbol, a.Category}, x.action(a),
		})
	}
	x.entries([]column{{left: true}, {}, {}, {left: true}}, entries)
	out.say(x.page, fmt.Sprintf("%s %s in all, %s of %s", digits(out.sum/factor), symbol, share(fraction(out.sum, e.TotalJ)), of), "Without any energy")
	if len(e.Actions) == 0 {
		x.paragraph("Nothing happened that takes energy.")
	}
}

// programming explains what is loaded once. It is no part of a pass.
func (x *explanation) programming(e *system.ExplainedProgramming) {
	if e == nil {
		return
	}
	of := ""
	if math.Abs(e.Share-1) >= 1e-9 {
		of = fmt.Sprintf(", %s of the %s", share(e.Share), unit.Format(e.TotalJ, "J"))
	}
	x.subheading(fmt.Sprintf("Programming: %s once, before the first inference%s", unit.Format(e.EnergyJ, "J"), of))
	x.paragraph(fmt.Sprintf("All of it loads %s of %s, which is no part of a pass. Shared out it is %s of the energy of an inference.",
		amountOf(e.Tiles, "tile"), amountOf(e.Cells, "cell"), share(e.ShareOfInference)))
	was := x.of
	x.of = ", once" + was
	x.actions(&e.ExplainedEnergy, "it")
	x.of = was
	var entries []entry
	for _, f := range []struct {
		name string
		of   *system.Derivation
	}{{"an inference's part", &e.PerInference}, {"the time of it", &e.Time}} {
		x.begin(f.name + x.of)
		x.figure(f.of)
		entries = append(entries, entry{[]string{f.name, f.of.Result}, x.lines})
	}
	x.entries([]column{{left: true}, {}}, entries)
}

// amountOf prints how many there are of something, on average of some passes.
func amountOf(n float64, of string) string {
	if n != 1 {
		of += "s"
	}
	return often(n) + " " + of
}

// shows says whether a part of the whole is explained without being asked for
// by its name.
func (x *explanation) shows(amount, share float64) bool {
	return !(x.broad && amount == 0) && !(x.whole && share < least)
}

// leftOut is what an answer does not explain, but names.
type leftOut struct {
	small, nothing []string
	sum            float64
}

func (o *leftOut) add(name string, amount float64) {
	if amount == 0 {
		o.nothing = append(o.nothing, name)
		return
	}
	o.small, o.sum = append(o.small, name), o.sum+amount
}

func (o *leftOut) say(p page, sum, nothing string) {
	if len(o.small) > 0 {
		p.paragraph(fmt.Sprintf("The rest, each less than %s: %s. Explained when asked for: %s.", share(least), sum, strings.Join(o.small, ", ")))
	}
	if len(o.nothing) > 0 {
		p.paragraph(nothing + ": " + strings.Join(withoutLeaks(o.nothing), ", ") + ".")
	}
}

// withoutLeaks counts leakages, which every component has, instead of naming
// them.
func withoutLeaks(names []string) []string {
	isLeak := func(name string) bool { return strings.HasSuffix(name, " leak") }
	others := slices.DeleteFunc(slices.Clone(names), isLeak)
	if leaks := len(names) - len(others); leaks > 0 {
		others = append(others, "the leakage of "+plural(leaks, "component"))
	}
	return others
}

// share prints a share of something with one decimal, so that small ones can be
// told apart.
func share(x float64) string {
	switch {
	case x == 0:
		return "0%"
	case x < 0.0005:
		return "<0.1%"
	}
	return strconv.FormatFloat(100*x, 'f', 1, 64) + "%"
}

// action says what happens how often, and what one costs.
func (x *explanation) action(a *system.ExplainedAction) []string {
	x.begin(a.Component + " " + a.Action + x.of)
	prices := samePrices(a.Each)
	if len(prices) == 0 {
		x.line(0, a.Event+": it did not happen")
		return x.lines
	}
	if len(prices) == 1 {
		x.line(0, a.Event+": "+times(&prices[0]))
		x.price(&prices[0])
		x.estimates(a)
		return x.lines
	}
	x.line(0, a.Event+": "+often(a.Count)+", at a price that differs from kernel to kernel")
	x.prices(prices)
	x.line(0, "in "+shorten(prices[0].Kernel, 40)+", which costs most (--format json has every kernel):")
	x.price(&prices[0])
	return x.lines
}

// price writes out what one costs. Where that is summed from the data, it has
// no result that holds for each.
func (x *explanation) price(p *system.ExplainedPrice) {
	each := p.Derivation
	if each.Value == 0 && p.EnergyJ > 0 {
		each.Result = each.Numbers
	}
	x.figure(&each)
}

// samePrices puts kernels together in which the price comes about in the same
// way, the costliest first.
func samePrices(each []system.ExplainedPrice) []system.ExplainedPrice {
	var prices []system.ExplainedPrice
	for _, p := range each {
		i := slices.IndexFunc(prices, func(q system.ExplainedPrice) bool {
			return q.Derivation.Value == p.Derivation.Value && q.Derivation.Numbers == p.Derivation.Numbers
		})
		if i < 0 {
			prices = append(prices, p)
			continue
		}
		prices[i].Kernel += ", " + p.Kernel
		prices[i].Count += p.Count
		prices[i].EnergyJ += p.EnergyJ
	}
	slices.SortStableFunc(prices, func(p, q system.ExplainedPrice) int { return cmp.Compare(q.EnergyJ, p.EnergyJ) })
	return prices
}

// mostPrices is how many kernels' prices the answer about everything lists.
const mostPrices = 5

func (x *explanation) prices(prices []system.ExplainedPrice) {
	shown := prices
	if x.whole && len(prices) > mostPrices+1 {
		shown = prices[:mostPrices]
	}
	name, number := 0, 0
	for i := range shown {
		name, number = max(name, width(shorten(shown[i].Kernel, 40))), max(number, width(often(shown[i].Count)))
	}
	for i := range shown {
		fill := strings.Repeat(" ", number-width(often(shown[i].Count)))
		x.hang(1, pad(shorten(shown[i].Kernel, 40), name)+indent+fill, times(&shown[i]))
	}
	if rest := prices[len(shown):]; len(rest) > 0 {
		var joules float64
		for i := range rest {
			joules += rest[i].EnergyJ
		}
		x.line(1, plural(len(rest), "other")+": "+unit.Format(joules, "J"))
	}
}

// often prints how many times something happened, on average of some passes.
func often(n float64) string {
	if n >= 1000 {
		n = math.Round(n)
	}
	return count(n)
}

// times says how count and price make the energy, unless the price of one
// follows the data.
func times(p *system.ExplainedPrice) string {
	if math.Abs(p.Count*p.Derivation.Value-p.EnergyJ) <= 1e-9*math.Abs(p.EnergyJ) {
		return often(p.Count) + " × " + p.Derivation.Result
	}
	return fmt.Sprintf("%s for %s, %s each on average", often(p.Count), unit.Format(p.EnergyJ, "J"), unit.Format(fraction(p.EnergyJ, p.Count), "J"))
}

func (x *explanation) time(t *system.ExplainedTime) {
	if t == nil {
		return
	}
	what := "for a pass"
	if t.Pipeline != nil {
		what = "from one pass of the pipeline to the next"
	}
	x.subheading(fmt.Sprintf("Time: %s %s, %s of %s", unit.Format(t.Seconds, "s"), what, amount(t.Cycles, "cycles"), t.Clock.Result))
	x.begin("the clock" + x.of)
	x.figure(&t.Clock)
	x.entries([]column{{left: true}}, []entry{{[]string{"clock"}, x.lines}})
	x.stages("the latency of ", t.Stages)
	x.media(t.Media)
	x.busy(t.Busy)
	if t.Pipeline != nil {
		x.pipeline(t)
	}
	if len(t.CriticalPath) > 0 {
		x.critical(t)
	}
	if len(t.Kernels) > 0 {
		x.shares(t.Kernels)
		x.slowest(t.Kernels)
	}
}

// media says what bounds what moves.
func (x *explanation) media(media []system.ExplainedMedium) {
	var entries []entry
	for i := range media {
		m := &media[i]
		x.begin("the traffic of " + m.Component + x.of)
		x.line(0, m.About)
		if m.Traffic.Value > 0 {
			x.figure(&m.Traffic)
		}
		entries = append(entries, entry{[]string{m.Component, m.Traffic.Name, m.Traffic.Result, share(m.Share) + " of a pass"}, x.lines})
	}
	x.entries([]column{{left: true}, {left: true}, {}, {}}, entries)
}

// slowest says what the time of the kernel comes from that takes longest.
func (x *explanation) slowest(kernels []system.ExplainedKernel) {
	k := &kernels[0]
	for i := range kernels {
		if kernels[i].Cycles > k.Cycles {
			k = &kernels[i]
		}
	}
	if k.Derivation == nil && k.Parts == nil && k.Load == nil {
		return
	}
	if x.whole {
		x.paragraph("What a kernel's time comes from, part by part, and what loading its weights takes, is explained when asked for: time.")
		return
	}
	name := shorten(k.Name, 40)
	if len(kernels) > 1 {
		x.paragraph(fmt.Sprintf("Of the kernels %s takes longest (--format json has every kernel).", name))
	}
	if k.Derivation != nil {
		x.stages("the time of kernel ", []system.ExplainedStage{{Component: name, Cycles: k.Cycles, Derivation: *k.Derivation}})
	}
	x.parts(name, k)
	if l := k.Load; l != nil {
		x.paragraph(fmt.Sprintf("Weights of %s come in %s once, before the first inference, and %s in a pass, row by row, the next one on its way while one is written. %s sets the pace of rows.",
			name, amountOf(l.Once, "tile"), amountOf(l.Tiles, "tile"), l.Bound))
		x.stages("loading weights of "+name+", ", []system.ExplainedStage{l.Fetch, l.Carry, l.Write, l.Tile})
	}
}

// parts says what a kernel takes of each part of the machine.
func (x *explanation) parts(name string, k *system.ExplainedKernel) {
	if len(k.Parts) == 0 {
		return
	}
	text := "What the parts of the machine take for " + name + ":"
	if k.Vectors > 0 {
		text = fmt.Sprintf("Vectors of %s go through its arrays one behind the other, %s in a wave (waves of a pass: %s, copies that share the vectors: %s). What takes longest sets the pace. Where nothing waits, one takes:",
			name, count(float64(k.Vectors)), count(float64(k.Waves)), count(float64(k.Copies)))
	}
	x.paragraph(text)
	x.stages("kernel "+name+", ", k.Parts)
}

// critical says what the time goes to, and how that is found.
func (x *explanation) critical(t *system.ExplainedTime) {
	x.paragraph(fmt.Sprintf("Of the %s: %s.", unit.Format(t.Seconds, "s"), goings(t.CriticalPath)))
	x.paragraph("A kernel is bound by what most of its cycles go to: loads that its arrays wait for, or else what is busiest while it computes, " +
		"share = busy cycles/cycles of the kernel. Busy cycles are those of the simulation; of many alike, such as arrays, the busiest one's. " +
		"The pass's shares are sums of the kernels' loads and bounds over its cycles.")
}

// stages explains latencies of components; what begins the name by which others refer to
// one.
func (x *explanation) stages(what string, stages []system.ExplainedStage) {
	var entries []entry
	for i := range stages {
		s := &stages[i]
		x.begin(what + s.Component + x.of)
		x.figure(&s.Derivation)
		entries = append(entries, entry{[]string{s.Component, s.Derivation.Name, s.Derivation.Result, plural(int(s.Cycles), "cycle")}, x.lines})
	}
	x.entries([]column{{left: true}, {left: true}, {}, {}}, entries)
}

// busy lists who works how much of the time. The first one is the busiest.
func (x *explanation) busy(all []system.ExplainedBusy) {
	if len(all) == 0 {
		return
	}
	t := table{columns: []column{{head: "component", left: true}, {head: "number"}, {head: "busy"}, {left: true}}}
	for i, c := range all {
		mark := drawn(c.Utilization, 10)
		if i == 0 && len(all) > 1 {
			const busiest = " ◀ the busiest"
			mark = cell{text: mark.text + busiest, parts: []cell{mark, words(busiest)}}
		}
		t.put(named(c.Component, 40), counted(float64(c.Instances)), valued(share(c.Utilization), c.Utilization), mark)
	}
	x.table(t)
}

// pipeline says what sets the time between passes, and what the kernels' times are.
func (x *explanation) pipeline(t *system.ExplainedTime) {
	p := t.Pipeline
	x.paragraph(fmt.Sprintf("%s is busy for the largest part of it, %s. A kernel's time is that for which the row drivers of a copy are at its vectors; an inference alone takes %s, a pass behind others %s.",
		p.Bottleneck, share(p.BottleneckBusy), unit.Format(p.InferenceLatencyS, "s"), unit.Format(p.LoadedLatencyS, "s")))
}

// shares lists the kernels, of a long network those that take longest.
func (x *explanation) shares(kernels []system.ExplainedKernel) {
	sorted := slices.Clone(kernels)
	slices.SortStableFunc(sorted, func(a, b system.ExplainedKernel) int { return cmp.Compare(b.Cycles, a.Cycles) })
	shown := sorted[:min(len(sorted), x.most(mostKernels))]
	var seconds []float64
	for _, k := range shown {
		seconds = append(seconds, k.Seconds)
	}
	symbol, factor := scale("s", seconds...)
	t := table{columns: []column{{head: "kernel", left: true}, {head: "cycles"}, {head: symbol}, {head: "share"}, {left: true}}}
	bound := shown[0].Busy != nil
	if bound {
		t.columns = append(t.columns, column{head: "busy of its time, the most first", left: true})
	}
	row := func(name cell, k *system.ExplainedKernel) []cell {
		row := []cell{name, counted(float64(k.Cycles)), measured(k.Seconds, factor), valued(share(k.Share), k.Share), drawn(k.Share, 10)}
		if bound {
			row = append(row, words(busiest(k.Busy)))
		}
		return row
	}
	for i := range shown {
		t.put(row(named(shown[i].Name, 30), &shown[i])...)
	}
	if rest := sorted[len(shown):]; len(rest) > 0 {
		var sum system.ExplainedKernel
		for _, k := range rest {
			sum.Cycles, sum.Seconds, sum.Share = sum.Cycles+k.Cycles, sum.Seconds+k.Seconds, sum.Share+k.Share
		}
		t.sum(row(words(plural(len(rest), "other")), &sum)...)
	}
	x.table(t)
}

// busiest names what was busy for most of the time, by last names.
func busiest(all []system.Busy) string {
	const most = 3
	var parts []string
	for _, b := range all[:min(len(all), most)] {
		parts = append(parts, percent(b.Share)+" "+b.Component[strings.LastIndex(b.Component, "/")+1:])
	}
	return strings.Join(parts, ", ")
}

func (x *explanation) energyDelay(d *system.Derivation) {
	if d == nil {
		return
	}
	x.subheading("Energy-delay product: " + d.Result + " for an inference")
	x.begin("the energy-delay product" + x.of)
	x.figure(d)
	x.entries([]column{{left: true}}, []entry{{[]string{"energy-delay"}, x.lines}})
}

func (x *explanation) wear(d *system.Derivation) {
	if d == nil {
		return
	}
	x.subheading("Wear: the most written array lasts " + duration(d.Value) + " without a pause")
	x.begin("wear" + x.of)
	x.figure(d)
	x.entries([]column{{left: true}}, []entry{{[]string{"wear"}, x.lines}})
}

func (x *explanation) devices(figures []system.Derivation) {
	if len(figures) == 0 {
		return
	}
	x.subheading("Devices: what becomes of a cell at the top level, and how far converters are off")
	for i := range figures {
		x.begin(figures[i].Name + x.of)
		x.figure(&figures[i])
		x.entries([]column{{left: true}, {}}, []entry{{[]string{figures[i].Name, figures[i].Result}, x.lines}})
	}
}

func (x *explanation) area(a *system.ExplainedArea) {
	if a == nil {
		return
	}
	symbol, factor := scale("m2", a.AreaM2)
	text := digits(a.AreaM2/factor) + " " + symbol
	switch {
	case !a.Known && a.AreaM2 == 0:
		text = "not known"
	case !a.Known:
		text += " of what is known"
	}
	x.subheading("Area: " + text)
	var entries []entry
	var unknown []string
	var out leftOut
	for i := range a.Components {
		c := &a.Components[i]
		switch {
		case !c.Known:
			unknown = append(unknown, c.Component)
		case !x.shows(c.AreaM2, c.Share):
			out.add(c.Component, c.AreaM2)
		default:
			x.begin("the area of " + c.Component + x.of)
			x.figure(&c.Derivation)
			entries = append(entries, entry{
				[]string{c.Component, share(c.Share), digits(c.AreaM2/factor) + " " + symbol, count(float64(c.Instances)) + " × " + c.Derivation.Result}, x.lines,
			})
		}
	}
	x.entries([]column{{left: true}, {}, {}, {left: true}}, entries)
	out.say(x.page, fmt.Sprintf("%s %s in all", digits(out.sum/factor), symbol), "Without an area of their own")
	if len(unknown) > 0 {
		x.paragraph("Not known: " + strings.Join(unknown, ", ") + ".")
	}
	if a.Throughput != nil {
		x.begin("the throughput per area" + x.of)
		x.figure(a.Throughput)
		x.entries([]column{{left: true}}, []entry{{[]string{"throughput per area"}, x.lines}})
	}
}

func (x *explanation) limits(limits []system.ExplainedLimit) {
	if len(limits) == 0 {
		return
	}
	x.subheading("Limits: what physics allows, and the best that has been published")
	var entries []entry
	var further, free []string
	nearest := nearestLimits(limits, func(l *system.ExplainedLimit) *system.Limit { return &l.Limit })
	for i := range limits {
		l := &limits[i]
		name := l.Component + " " + l.Action
		switch {
		case x.whole && l.TimesFloor == nil:
			free = append(free, name)
			continue
		case x.whole && !nearest[i]:
			further = append(further, name)
			continue
		}
		x.begin("the limit of " + l.Component + x.of)
		inputs := []system.DerivedInput{derived("energy", &l.Value), derived("floor", &l.Floor)}
		times, best := none+" "+notCharged, ""
		if l.TimesFloor != nil {
			times = digits(*l.TimesFloor) + "× the floor"
		}
		if l.Best != nil {
			inputs = append(inputs, derived("best", l.Best))
			best = digits(*l.TimesBest) + "× the best published"
		}
		x.inputs(inputs, 0, "")
		entries = append(entries, entry{[]string{name, times, best}, x.lines})
	}
	x.entries([]column{{left: true}, {}, {}}, entries)
	if len(further) > 0 {
		x.paragraph("Further from the same floor: " + strings.Join(further, ", ") + ".")
	}
	if len(free) > 0 {
		x.paragraph("Not charged here, and so at no distance: " + strings.Join(free, ", ") + ".")
	}
}

func derived(symbol string, f *system.Derivation) system.DerivedInput {
	return system.DerivedInput{Symbol: symbol, Value: f.Value, Unit: f.Unit, Text: f.Result, Derivation: f}
}
