package validate

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// bar is the tolerance of a column, and whether the figure went into it.
type bar struct {
	tolerance  float64
	calibrated bool
}

// within is a bar for a prediction, given one for what was put in.
func within(tolerance float64) bar { return bar{tolerance: tolerance} }
func given(tolerance float64) bar  { return bar{tolerance, true} }

// figure is a published number beside what each column makes of it.
func figure(id, name, source string, published float64, simulated []float64, bars ...bar) Figure {
	f := Figure{ID: id, Name: name, Published: published, Source: source, Points: 1}
	for i, x := range simulated {
		f.Values = append(f.Values, Value{
			Simulated: x, Error: deviation(x, published), Tolerance: bars[i].tolerance, Calibrated: bars[i].calibrated,
		})
	}
	return f
}

// deviation is x over what it should be, less one; of nothing it is x itself.
func deviation(x, published float64) float64 {
	if published == 0 {
		return x
	}
	return x/published - 1
}

// worst stands for several points: the one that a column is furthest off at, or the
// largest of several. Simulated is a list a column; one tolerance for all columns
// keeps a point from hiding another's error.
func worst(id, name, source string, published []float64, simulated [][]float64, tolerance float64) Figure {
	at, most := 0, -1.0
	for i := range published {
		far := 0.0
		for _, column := range simulated {
			far = max(far, math.Abs(deviation(column[i], published[i])))
		}
		if far > most || far == most && published[i] > published[at] {
			at, most = i, far
		}
	}
	var values []float64
	var bars []bar
	for _, column := range simulated {
		values, bars = append(values, column[at]), append(bars, within(tolerance))
	}
	f := figure(id, name, source, published[at], values, bars...)
	f.Points = len(published)
	return f
}

// judge gives every value its verdict, and the rung its totals.
func (r *Rung) judge(accepted []accepted) {
	for i := range r.Tables {
		t := &r.Tables[i]
		for j := range t.Figures {
			f := &t.Figures[j]
			f.ID = r.ID + "/" + f.ID
			for c := range f.Values {
				f.Values[c].judge(f.ID, r.Columns[c].Name, accepted)
			}
		}
	}
	r.sumUp()
}

func (v *Value) judge(id, column string, all []accepted) {
	v.Verdict = Off
	if math.Abs(v.Error) <= v.Tolerance {
		v.Verdict = Within
		return
	}
	for _, a := range all {
		if a.id == id && a.column == column && math.Abs(v.Error-a.error) <= leeway*(1+a.error)+rounding {
			v.Verdict, v.Reason = Accepted, a.reason
		}
	}
}

// sumUp totals the predictions that are compared with those of others.
func (r *Rung) sumUp() {
	for c := range r.Columns {
		var predicted, all []float64
		for _, t := range r.Tables {
			for _, f := range t.Figures {
				if !t.compared {
					continue
				}
				all = append(all, f.Values[c].Error)
				if !f.Values[c].Calibrated {
					predicted = append(predicted, f.Values[c].Error)
				}
			}
		}
		if len(predicted) == 0 {
			continue
		}
		total := Total{Column: r.Columns[c].Name, Measure: measure(predicted)}
		if len(all) > len(predicted) {
			m := measure(all)
			total.WithGiven = &m
		}
		r.Totals = append(r.Totals, total)
	}
}

// accepted is a deviation that is known and explained.
type accepted struct {
	id, column string
	error      float64
	reason     string
}

// leeway is the share by which a simulated number may have moved since its error
// was explained, and rounding what the digits of that leave open.
const (
	leeway   = 0.005
	rounding = 0.0005
)

// readDeviations reads the tables of DEVIATIONS.md: figure, column, error, why.
func readDeviations() ([]accepted, error) {
	text, err := data.ReadFile("DEVIATIONS.md")
	if err != nil {
		return nil, err
	}
	var all []accepted
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 4 {
			return nil, fmt.Errorf("DEVIATIONS.md: %d cells in %s", len(cells), line)
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		percent, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSuffix(cells[2], " %"), "−", "-"), 64)
		if err != nil {
			return nil, fmt.Errorf("DEVIATIONS.md: %w", err)
		}
		all = append(all, accepted{strings.Trim(cells[0], "`"), cells[1], percent / 100, cells[3]})
	}
	return all, nil
}
