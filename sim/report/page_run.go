package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"xbar/sim/system"
	"xbar/sim/unit"
)

// RunPage is a run as one HTML file: what [Text] says, and where it comes from.
type RunPage struct {
	Result      *system.Result
	Explanation *system.Explanation // of all of it
	Figures     []Figure
	Source      Source
}

// runSections are those of the page of a run, in their order. A figure says by its id
// which it belongs to, and stands before what the section writes.
var runSections = []section[*RunPage]{
	{"brief", "In short", func(p *htmlPage, r *RunPage) { brief(p, r.Result) }},
	{"machines", "Machines compared", func(p *htmlPage, r *RunPage) {
		p.draw("machines")
		comparison(p, r.Result.Machines)
	}},
	{"energy", "Where the energy goes", func(p *htmlPage, r *RunPage) {
		p.draw("energy")
		categories(p, r.Result.Machines)
	}},
	{"layers", "Layer by layer", func(p *htmlPage, r *RunPage) {
		p.draw("layers")
		winners(p, r.Result.Winners)
	}},
	{"each", "Each machine", func(p *htmlPage, r *RunPage) {
		p.draw("each")
		for i := range r.Result.Machines {
			account(p, &r.Result.Machines[i])
		}
	}},
	{"why", "Where the numbers come from", func(p *htmlPage, r *RunPage) { derivationsOfPage(p, r.Explanation) }},
	{"warnings", "Warnings and notes", func(p *htmlPage, r *RunPage) { warnings(p, r) }},
	{"assumptions", "Assumptions", func(p *htmlPage, r *RunPage) { assumptions(p, r.Explanation) }},
	{"sources", "Sources", func(p *htmlPage, r *RunPage) { sources(p, r.Explanation) }},
	{"config", "The config", func(p *htmlPage, r *RunPage) { files(p, &r.Source) }},
	{"again", "To run it again", func(p *htmlPage, r *RunPage) {
		reproduce(p, &r.Source, r.Result.Version, fmt.Sprintf("seed %d", r.Result.Seed))
	}},
}

// RunHTML writes the page of a run, one file that loads nothing.
func RunHTML(w io.Writer, r *RunPage) error {
	if err := finite(r.Result); err != nil {
		return err
	}
	if err := finite(r.Explanation); err != nil {
		return err
	}
	title := titleOf(r.Result)
	from := r.Source.Config + ", xbar " + r.Result.Version + fmt.Sprintf(", seed %d", r.Result.Seed)
	d := document{Title: title, Version: r.Result.Version, Facts: strings.Join(factsOf(r.Result), " · "), Foot: from}
	return writeDocument(w, d, runSections, r.Figures, r)
}

// mostUnfolded is how many of a machine's largest terms are shown without a click.
const mostUnfolded = 3

func derivationsOfPage(p *htmlPage, e *system.Explanation) {
	if e == nil || len(e.Machines) == 0 {
		return
	}
	p.paragraph("What happens how often in a pass, and what one costs, the largest first: the equation, with its numbers, " +
		"and each of them down to the key of the config or the publication that it is from.")
	x := explanation{page: p, derivations: newDerivations(), whole: true, broad: true}
	for i := range e.Machines {
		p.unfold = mostUnfolded
		x.machine(&e.Machines[i], len(e.Machines) > 1)
	}
}

// brief says which machine is best, and what most of each machine's energy and time
// goes to.
func brief(p *htmlPage, r *system.Result) {
	failed(p, r.Failed)
	var items []string
	if base := baseline(r.Machines); base != nil {
		joules := func(x float64) string { return unit.Format(x, "J") }
		seconds := func(x float64) string { return unit.Format(x, "s") }
		rate := func(x float64) string { return digits(x) + " inferences/s" }
		product := func(x float64) string { return unit.Format(x, "J·s") }
		items = append(items,
			bestBy(r.Machines, base, goal{"least energy per inference", "less", "more", false, joules}, func(m *system.Machine) float64 { return m.EnergyPerInferenceJ }),
			bestBy(r.Machines, base, goal{"highest throughput", "slower", "faster", true, rate}, inferencesPerSecond),
			bestBy(r.Machines, base, goal{"shortest pass", "shorter", "longer", false, seconds}, func(m *system.Machine) float64 { return m.LatencyS }),
			bestBy(r.Machines, base, goal{"least energy-delay product", "less", "more", false, product}, func(m *system.Machine) float64 { return m.EnergyDelayJS }))
	}
	for i := range r.Machines {
		items = append(items, mostOf(&r.Machines[i]))
	}
	if len(items) > 0 {
		p.list(items)
	}
}

// goal is what a machine can be best by.
type goal struct {
	what, less, more string
	most             bool // of it is best
	show             func(float64) string
}

// bestBy names the best machine, of equal ones the first.
func bestBy(machines []system.Machine, base *system.Machine, g goal, of func(*system.Machine) float64) string {
	best := &machines[0]
	for i := range machines {
		if m := &machines[i]; of(m) != of(best) && (of(m) > of(best)) == g.most {
			best = m
		}
	}
	text := fmt.Sprintf("%s: %s on %s", g.what, g.show(of(best)), best.Name)
	if best != base {
		text += fmt.Sprintf("; %s than on %s", ratio(of(best), of(base), g.less, g.more), base.Name)
	}
	return text
}

// mostOf is what most of a machine's energy and time goes to.
func mostOf(m *system.Machine) string {
	text := fmt.Sprintf("%s: %s an inference", m.Name, unit.Format(m.EnergyPerInferenceJ, "J"))
	if len(m.Components) > 0 && m.EnergyJ > 0 {
		c := slices.MaxFunc(m.Components, func(a, b system.Component) int { return cmp.Compare(a.EnergyJ, b.EnergyJ) })
		text += fmt.Sprintf("; %s of a pass's energy is that of %s", percent(fraction(c.EnergyJ, m.EnergyJ)), c.Path)
	}
	if len(m.CriticalPath) > 0 {
		text += fmt.Sprintf(", %s of its time goes to %s", percent(m.CriticalPath[0].Share), m.CriticalPath[0].Component)
	}
	if m.Pipeline != nil {
		text += fmt.Sprintf(", and %s is the slowest stage of its pipeline", m.Pipeline.Bottleneck)
	}
	return text
}

// warnings are what did not run, models outside of where they hold, and notes, each once
// with the machines that it is about.
func warnings(p *htmlPage, r *RunPage) {
	failed(p, r.Result.Failed)
	outside := gathered{}
	if r.Explanation != nil {
		for i := range r.Explanation.Machines {
			m := &r.Explanation.Machines[i]
			eachDerivation(m, func(d *system.Derivation) {
				if d.Warning != "" {
					outside.add(d.Name+": "+d.Warning, m.Name)
				}
			})
		}
	}
	if len(outside.texts) > 0 {
		p.subheading("Models outside of the range that they are made for")
		p.list(outside.items())
	}
	if left := notModelled(r.Explanation); len(left) > 0 {
		p.subheading("What is not modelled")
		p.list(left)
	}
	notes := gathered{}
	for i := range r.Result.Machines {
		for _, note := range r.Result.Machines[i].Notes {
			notes.add(note, r.Result.Machines[i].Name)
		}
	}
	if len(notes.texts) > 0 {
		p.subheading("Notes of the simulation")
		p.list(notes.items())
	}
}

// gathered is texts in the order in which they come, each with those that say it.
type gathered struct {
	texts []string
	by    map[string][]string
	times map[string]int
}

func (g *gathered) add(text, by string) {
	if g.by == nil {
		g.by, g.times = map[string][]string{}, map[string]int{}
	}
	if g.times[text]++; g.times[text] == 1 {
		g.texts = append(g.texts, text)
	}
	if !slices.Contains(g.by[text], by) {
		g.by[text] = append(g.by[text], by)
	}
}

func (g *gathered) items() (items []string) {
	for _, text := range g.texts {
		items = append(items, strings.Join(g.by[text], " · ")+": "+text)
	}
	return items
}

// eachDerivation visits the equations of a machine, and those of their inputs.
func eachDerivation(m *system.Explained, visit func(*system.Derivation)) {
	var down func(d *system.Derivation)
	down = func(d *system.Derivation) {
		if d == nil {
			return
		}
		visit(d)
		for i := range d.Inputs {
			down(d.Inputs[i].Derivation)
		}
	}
	actions := func(all []system.ExplainedAction) {
		for i := range all {
			for j := range all[i].Each {
				down(&all[i].Each[j].Derivation)
			}
		}
	}
	if e := m.Energy; e != nil {
		actions(e.Actions)
	}
	if p := m.Programming; p != nil {
		actions(p.Actions)
		down(&p.PerInference)
		down(&p.Time)
	}
	if t := m.Time; t != nil {
		down(&t.Clock)
		stages := func(all ...system.ExplainedStage) {
			for i := range all {
				down(&all[i].Derivation)
			}
		}
		stages(t.Stages...)
		for i := range t.Media {
			down(&t.Media[i].Bandwidth)
			down(&t.Media[i].Traffic)
		}
		for i := range t.Kernels {
			k := &t.Kernels[i]
			down(k.Derivation)
			stages(k.Parts...)
			if l := k.Load; l != nil {
				stages(l.Fetch, l.Carry, l.Write, l.Tile)
			}
		}
	}
	down(m.EnergyDelay)
	down(m.Wear)
	if a := m.Area; a != nil {
		for i := range a.Components {
			down(&a.Components[i].Derivation)
		}
		down(a.Throughput)
	}
	for i := range m.Limits {
		down(&m.Limits[i].Value)
		down(&m.Limits[i].Floor)
		down(m.Limits[i].Best)
	}
	for i := range m.Devices {
		down(&m.Devices[i])
	}
}

// isAssumed reports whether a source says that it is none.
func isAssumed(source string) bool {
	return strings.HasPrefix(source, "assumption") || strings.Contains(source, "from memory")
}

// isLeftOut reports whether a source says why a number is zero that should not be.
func isLeftOut(source string) bool { return strings.Contains(source, "not modelled") }

// notModelled is what keys of the config leave out, by their own word.
func notModelled(e *system.Explanation) []string {
	if e == nil {
		return nil
	}
	var all gathered
	for i := range e.Machines {
		m := &e.Machines[i]
		eachDerivation(m, func(d *system.Derivation) {
			for j := range d.Inputs {
				if in := &d.Inputs[j]; isLeftOut(in.Source) && !isAssumed(in.Source) {
					all.add(in.Key+" "+in.Text+": "+in.Source, m.Name)
				}
			}
		})
	}
	return all.items()
}

// assumptions are the numbers of the config that no publication vouches for.
func assumptions(p *htmlPage, e *system.Explanation) {
	if e == nil {
		return
	}
	t := table{columns: []column{{head: "machine", left: true}, {head: "key", left: true}, {head: "value"}, {head: "why", left: true}}}
	for i := range e.Machines {
		m := &e.Machines[i]
		seen := map[string]bool{}
		eachDerivation(m, func(d *system.Derivation) {
			for j := range d.Inputs {
				in := &d.Inputs[j]
				if in.Key == "" || !isAssumed(in.Source) || seen[in.Key+in.Text] {
					continue
				}
				seen[in.Key+in.Text] = true
				t.put(words(m.Name), words(in.Key), valued(in.Text, in.Value), words(in.Source))
			}
		})
	}
	if len(t.rows) == 0 {
		return
	}
	p.paragraph("Numbers that no publication vouches for, or that were written down from memory. Any of them can be set.")
	p.fold(plural(len(t.rows), "number"), func() { p.table(t) })
}

// sources are who vouches for numbers, and for how many on which machines.
func sources(p *htmlPage, e *system.Explanation) {
	if e == nil {
		return
	}
	var all gathered
	for i := range e.Machines {
		m := &e.Machines[i]
		eachDerivation(m, func(d *system.Derivation) {
			if d.Source != "" && !isAssumed(d.Source) {
				all.add(d.Source, m.Name)
			}
			for j := range d.Inputs {
				if s := d.Inputs[j].Source; s != "" && s != plainDefault && !isAssumed(s) && !isLeftOut(s) {
					all.add(s, m.Name)
				}
			}
		})
	}
	if len(all.texts) == 0 {
		return
	}
	slices.SortStableFunc(all.texts, func(a, b string) int { return all.times[b] - all.times[a] })
	t := table{columns: []column{{head: "source", left: true}, {head: "uses"}, {head: "machines", left: true}}}
	for _, text := range all.texts {
		machines := "all"
		if by := all.by[text]; len(by) < len(e.Machines) {
			machines = strings.Join(by, " · ")
		}
		t.put(words(text), counted(float64(all.times[text])), words(machines))
	}
	p.paragraph("Publications, and what else the equations and their numbers rest on; uses are the places in the derivations above.")
	p.table(t)
}
