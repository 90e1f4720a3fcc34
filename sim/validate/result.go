package validate

import (
	"fmt"
	"math"
)

// Result is what the ladder found, schema xbar.validate/1. Quantities are in SI
// base units, errors are shares of one.
type Result struct {
	Schema  string `json:"schema"`
	Version string `json:"version"`
	Holds   bool   `json:"holds"`
	Rungs   []Rung `json:"rungs"`
}

// Rung is the figures of one subject.
type Rung struct {
	Level   int      `json:"level"` // 1 closed forms … 5 fabricated chips
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Columns []Column `json:"columns"`
	Tables  []Table  `json:"tables"`

	// Where others have simulated the same, the errors side by side.
	Compared string    `json:"compared,omitempty"` // the figures that are
	Totals   []Total   `json:"totals,omitempty"`   // one a column, of predicted values
	Peers    []Measure `json:"peers,omitempty"`    // of other simulators
}

// Column is one way to simulate all figures of a rung.
type Column struct {
	Name  string `json:"name"`
	Given string `json:"given"` // what was taken from the published measurements
	Rest  string `json:"rest"`  // what was predicted
}

// Table is the figures of one unit.
type Table struct {
	Title   string   `json:"title"`
	Unit    string   `json:"unit"`
	Figures []Figure `json:"figures"`

	compared bool // counts in the rung's totals
}

// Figure is one published number. Where it stands for several points, the
// numbers are those of the one that a column is furthest off at.
type Figure struct {
	ID        string  `json:"id"`
	Name      string  `json:"name"`
	Published float64 `json:"published"`
	Source    string  `json:"source"`
	Points    int     `json:"points"`
	Values    []Value `json:"values"` // one a column
}

// Value is what one column makes of a figure.
type Value struct {
	Simulated  float64 `json:"simulated"`
	Error      float64 `json:"error"`
	Tolerance  float64 `json:"tolerance"`
	Calibrated bool    `json:"calibrated"` // an input was taken from this very figure
	Verdict    Verdict `json:"verdict"`
	Reason     string  `json:"reason,omitempty"` // of an accepted deviation
}

// Verdict says whether a value is as it should be.
type Verdict string

// The verdicts.
const (
	Within   Verdict = "within"   // its tolerance
	Accepted Verdict = "accepted" // outside, by what DEVIATIONS.md explains
	Off      Verdict = "off"      // outside
)

// Total sums up the errors of the predicted values of one column, and of all of its
// values where some were given: others report theirs with what they were calibrated on.
type Total struct {
	Column string `json:"column"`
	Measure
	WithGiven *Measure `json:"with_given,omitempty"`
}

// Measure is the size of some errors, signs left out.
type Measure struct {
	Of   string  `json:"of,omitempty"` // whose they are
	Mean float64 `json:"mean"`
	Max  float64 `json:"max"` // 0: not known
	N    int     `json:"n"`   // figures; 0: not known
}

// measure is the size of errors.
func measure(errors []float64) Measure {
	m := Measure{N: len(errors)}
	for _, e := range errors {
		m.Mean += math.Abs(e) / float64(len(errors))
		m.Max = max(m.Max, math.Abs(e))
	}
	return m
}

// Failures lists what is off, one line each.
func (r *Result) Failures() []string {
	var all []string
	for i := range r.Rungs {
		rung := &r.Rungs[i]
		for j := range rung.Tables {
			t := &rung.Tables[j]
			for k := range t.Figures {
				f := &t.Figures[k]
				for c, v := range f.Values {
					if v.Verdict == Off {
						all = append(all, fmt.Sprintf("%s, %s: simulated %.6g %s, published %.6g, off by %s (tolerance %s)",
							f.ID, rung.Columns[c].Name, v.Simulated, t.Unit, f.Published, Percent(v.Error), share(v.Tolerance)))
					}
				}
			}
		}
	}
	return all
}

// Percent is an error with its sign.
func Percent(x float64) string {
	switch a := math.Abs(x); {
	case a < 1e-9:
		return "0%"
	case a < 5e-5:
		return "<0.01%"
	case a < 0.0995:
		return fmt.Sprintf("%+.2f%%", 100*x)
	default:
		return fmt.Sprintf("%+.1f%%", 100*x)
	}
}

func share(x float64) string { return fmt.Sprintf("%.3g%%", 100*x) }
