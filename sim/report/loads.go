package report

import (
	"slices"
	"strings"

	"xbar/sim/system"
)

const mostLoads = 16

// loads shows which level of a scalar machine's memory served how many loads,
// and why: of many reasons, those of the most loads.
func loads(p page, all []system.Served) {
	if len(all) == 0 {
		return
	}
	var numbers []int64
	total := int64(0)
	for i := range all {
		numbers = append(numbers, all[i].Loads)
		total += all[i].Loads
	}
	slices.Sort(numbers)
	least := numbers[max(0, len(numbers)-mostLoads)]
	t := table{columns: []column{{head: "loads of", left: true}, {head: "level", left: true}, {head: "number"}, {head: "share"}, {head: "because their line is used", left: true}}}
	others, rest := 0, int64(0)
	for i := range all {
		s := &all[i]
		if s.Loads < least {
			others, rest = others+1, rest+s.Loads
			continue
		}
		t.put(words(s.Operand), words(shorten(s.Level, 10)), valued(number(s.Loads), float64(s.Loads)), shareOf(fraction(float64(s.Loads), float64(total))), named(s.Why, 70))
	}
	if others > 0 {
		t.sum(words(plural(others, "other")), cell{}, valued(number(rest), float64(rest)), shareOf(fraction(float64(rest), float64(total))), cell{})
	}
	p.subheading("Which level serves the loads of a pass")
	p.table(t)
}

func number(n int64) string { return strings.TrimSpace(amount(n, "")) }
