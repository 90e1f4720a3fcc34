package system

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"xbar/digital"
)

// Served is loads of one operand, x, w or a partial sum, that one level of a
// scalar machine's memory served for one reason, in a pass. A use of a line is
// served by the first level that holds more lines than were used since the last
// one.
type Served struct {
	Operand string `json:"operand"`
	Level   string `json:"level"`
	Loads   int64  `json:"loads"`
	Reuse   string `json:"reuse"`
	Near    int64  `json:"near"` // other lines since the last use, at least; of a first use, all that a level must hold
	Far     int64  `json:"far"`  // and at most
	Why     string `json:"why"`
}

// fillLoads adds to a scalar machine's result which level served its loads.
func (m *Machine) fillLoads(all []digital.Loops) {
	sums := map[digital.Served]*digital.Served{}
	var order []*digital.Served
	for k := range all {
		m.Kernels[k].Loops = all[k].String()
		for _, s := range all[k].Loads {
			m.Kernels[k].Loads = append(m.Kernels[k].Loads, served(&s))
			key := digital.Served{Operand: s.Operand, Level: s.Level, Reuse: s.Reuse}
			sum := sums[key]
			if sum == nil {
				sum = &digital.Served{}
				*sum = s
				sums[key], order = sum, append(order, sum)
				continue
			}
			sum.Loads, sum.Near, sum.Far = sum.Loads+s.Loads, min(sum.Near, s.Near), max(sum.Far, s.Far)
		}
	}
	for _, s := range order {
		m.Loads = append(m.Loads, served(s))
	}
	slices.SortStableFunc(m.Loads, func(a, b Served) int {
		operands := []string{"x", "w", "sum"}
		return cmp.Or(cmp.Compare(slices.Index(operands, a.Operand), slices.Index(operands, b.Operand)), cmp.Compare(b.Loads, a.Loads))
	})
}

func served(s *digital.Served) Served {
	return Served{s.Operand, s.Level, s.Loads, s.Reuse, s.Near, s.Far, s.Why()}
}

// mostWays bounds the ways to go through a kernel that a note lists.
const mostWays = 6

// loopNotes says which loops were chosen, and that no others do much better.
func loopNotes(kernels []Kernel, all []digital.Loops) (notes []string) {
	var ways []string
	names := map[string][]string{}
	joules, bound := 0.0, 0.0
	for k := range all {
		way := all[k].String()
		if names[way] == nil {
			ways = append(ways, way)
		}
		names[way] = append(names[way], kernels[k].Name)
		joules, bound = joules+float64(all[k].Joules), bound+float64(all[k].Bound)
	}
	if bound == 0 {
		return nil
	}
	var text []string
	for _, way := range ways[:min(len(ways), mostWays)] {
		text = append(text, way+" ("+some(names[way])+")")
	}
	if more := len(ways) - mostWays; more > 0 {
		text = append(text, fmt.Sprintf("%d more", more))
	}
	notes = append(notes, "loops that cost least: "+strings.Join(text, "; "))
	const permille = 1000
	if bound >= joules*(1-1e-12) {
		return append(notes, "no order of the loops and no tiles would cost less")
	}
	return append(notes, fmt.Sprintf("with any order of the loops and any tiles it would be at least %.1f%% of this energy", math.Floor(permille*bound/joules)/10))
}

// some is a few names.
func some(names []string) string {
	if len(names) <= 3 {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s, %s and %d others", names[0], names[1], len(names)-2)
}
