package report

import (
	"strings"

	"xbar/sim/system"
)

// loads shows which level of a scalar machine's memory served how many loads,
// and why.
func loads(p page, all []system.Served) {
	if len(all) == 0 {
		return
	}
	total := int64(0)
	for i := range all {
		total += all[i].Loads
	}
	t := table{columns: []column{{head: "loads of", left: true}, {head: "level", left: true}, {head: "number"}, {head: "share"}, {head: "why", left: true}}}
	for i := range all {
		s := &all[i]
		t.add(s.Operand, shorten(s.Level, 10), strings.TrimSpace(amount(s.Loads, "")), percent(fraction(float64(s.Loads), float64(total))), shorten(s.Why, 70))
	}
	p.subheading("Which level serves the loads of a pass")
	p.table(t)
}
