package report

import (
	"fmt"
	"math"

	"xbar/sim/system"
	"xbar/sim/unit"
)

// estimates shows, kernel by kernel, the energy of the data beside that of moments, and
// where there are several kernels beside that of one energy an action for all of them.
func estimates(p page, v *system.Values) {
	if len(v.Energy) == 0 {
		return
	}
	p.subheading("Energy of a pass by the data, and as statistical values have it: " + momentsFrom(v.EstimatedFrom))
	var totals, parts []float64
	for i := range v.Energy {
		totals, parts = append(totals, v.Energy[i].Total.DataJ), append(parts, v.Energy[i].Following.DataJ)
	}
	whole, wholeFactor := scale("J", totals...)
	part, partFactor := scale("J", parts...)
	t := table{columns: []column{{head: "kernel", left: true}, {head: "all " + whole}, {head: "statistical"}, {head: "error"},
		{head: "following the data " + part}, {head: "statistical"}, {head: "error"}}, fixed: 1}
	several := len(v.Energy) > 1
	if several {
		t.columns = append(t.columns, column{head: "fixed"}, column{head: "error"})
	}
	for i := range v.Energy {
		e := &v.Energy[i]
		row := []cell{named(e.Kernel, 40), measured(e.Total.DataJ, wholeFactor), measured(e.Total.StatisticalJ, wholeFactor), {text: off(e.Total.Error), value: e.Total.Error},
			measured(e.Following.DataJ, partFactor), measured(e.Following.StatisticalJ, partFactor), {text: off(e.Following.Error), value: e.Following.Error}}
		if several {
			row = append(row, measured(*e.Following.FixedJ, partFactor), cell{text: off(e.Following.FixedError), value: e.Following.FixedError})
		}
		t.put(row...)
	}
	p.table(t)
	if several {
		p.paragraph(fixedEnergies(v.Energy))
	}
}

// fixedEnergies says what fixed energies are, and how large errors are on average.
func fixedEnergies(all []system.EnergyEstimate) string {
	var statistical, fixed, n float64
	for i := range all {
		if e := &all[i].Following; e.Error != nil {
			statistical, fixed, n = statistical+math.Abs(*e.Error), fixed+math.Abs(*e.FixedError), n+1
		}
	}
	text := "Fixed: one energy an action for all kernels, here the mean of the data, which is the best there is and known only afterwards."
	if n > 0 {
		text += fmt.Sprintf(" Of what follows the data, statistical values are %s off on average, fixed energies %s.", share(statistical/n), share(fixed/n))
	}
	return text
}

// momentsFrom says where the moments of statistical values are from.
func momentsFrom(from string) string {
	switch from {
	case "rows":
		return "moments row by row, of a sample"
	case "histogram":
		return "moments of histograms"
	}
	return "moments as assumed"
}

// off is a relative error; what rounding leaves is none.
func off(e *float64) string {
	switch {
	case e == nil:
		return none
	case math.Abs(*e) < 1e-9:
		return "0%"
	case math.Abs(*e) < 0.0005:
		return "<0.1%"
	}
	return fmt.Sprintf("%+.1f%%", 100**e)
}

// estimates says what moments make of an action's energy that is summed from data.
func (x *explanation) estimates(a *system.ExplainedAction) {
	if len(a.Estimates) == 0 {
		return
	}
	worst := &a.Estimates[0]
	x.line(0, "that follows the data; statistical values would have, kernel by kernel:")
	name := 0
	for i := range a.Estimates {
		name = max(name, width(shorten(a.Estimates[i].Kernel, 40)))
	}
	for i := range a.Estimates {
		e := &a.Estimates[i]
		if e.Error != nil && (worst.Error == nil || math.Abs(*e.Error) > math.Abs(*worst.Error)) {
			worst = e
		}
		x.hang(1, pad(shorten(e.Kernel, 40), name)+indent, fmt.Sprintf("%s, from the data %s: %s", unit.Format(e.StatisticalJ, "J"), unit.Format(e.DataJ, "J"), off(e.Error)))
	}
	x.line(0, "in "+shorten(worst.Kernel, 40)+", which is furthest off:")
	x.figure(&worst.Derivation)
}
