package report

import (
	"fmt"
	"slices"

	"xbar/sim/system"
)

const mostChoices = 12

// choice shows what was tried and chosen: of every batch the best policy, or of
// one batch all policies, the best first.
func choice(p page, c *system.Choice) {
	if c == nil {
		return
	}
	shown := bestOfBatches(c.Candidates)
	batches := len(shown) > 1
	if !batches {
		shown = c.Candidates
	}
	rest := len(shown) - mostChoices
	if rest > 1 && !batches {
		shown = shown[:mostChoices]
	}
	var joules, seconds, products []float64
	for i := range shown {
		joules, seconds, products = append(joules, shown[i].EnergyJ), append(seconds, shown[i].Seconds), append(products, shown[i].EnergyDelayJS)
	}
	j, jFactor := scale("J", joules...)
	s, sFactor := scale("s", seconds...)
	js, jsFactor := scale("J·s", products...)
	t := table{columns: []column{{head: "batch"}, {head: "way", left: true}, {head: j}, {head: s}, {head: js}, {head: "× best"}, {left: true}}}
	best := c.Candidates[0]
	for i := range shown {
		r := &shown[i]
		mark := ""
		if *r == best {
			mark = "◀"
		}
		t.put(counted(float64(r.Batch)), words(r.Policy()), measured(r.EnergyJ, jFactor), measured(r.Seconds, sFactor), measured(r.EnergyDelayJS, jsFactor),
			measured(fraction(r.Measure(c.Minimize), best.Measure(c.Minimize)), 1), words(mark))
	}
	p.subheading(fmt.Sprintf("What was tried for the least %s of an inference (◀ chosen)", measureNames[c.Minimize]))
	p.table(t)
	text := fmt.Sprintf("%s simulated, a pass of the steady state each.", ways(len(c.Candidates)))
	if len(c.Candidates) > 1 {
		next := &c.Candidates[1]
		text += fmt.Sprintf(" The next best, batch %d%s, takes %s× as much.", next.Batch, behind(next.Policy()), digits(fraction(next.Measure(c.Minimize), best.Measure(c.Minimize))))
	}
	if batches {
		text += " Of each batch the best is shown."
	}
	if batches && best.Batch == shown[len(shown)-1].Batch {
		text += " No larger batch was tried."
	}
	p.paragraph(text)
}

var measureNames = map[string]string{"energy": "energy", "latency": "time", "energy-delay": "energy-delay product"}

func ways(n int) string {
	if n == 1 {
		return "1 way to run was"
	}
	return fmt.Sprintf("%d ways to run were", n)
}

func behind(policy string) string {
	if policy == "" {
		return ""
	}
	return " with " + policy
}

// bestOfBatches is the best candidate of each batch, in the order of batches;
// candidates come the best first.
func bestOfBatches(all []system.Candidate) (best []system.Candidate) {
	for _, c := range all {
		if !slices.ContainsFunc(best, func(b system.Candidate) bool { return b.Batch == c.Batch }) {
			best = append(best, c)
		}
	}
	slices.SortFunc(best, func(a, b system.Candidate) int { return int(a.Batch - b.Batch) })
	return best
}
