package sweep

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"
)

// Results are the points of a study that are in a folder, read without the study.
type Results struct {
	Dir    string
	Header Header
	Points []*Point // in their order
}

// ReadResults reads the points that are in a folder, of a study that may not have ended.
func ReadResults(dir string) (*Results, error) {
	journals, err := OpenFolder(dir)
	if err != nil {
		return nil, err
	}
	defer journals.Close()
	r := &Results{Dir: dir, Header: journals.Header()}
	err = journals.Points(func(p *Point) error {
		r.Points = append(r.Points, p)
		return nil
	})
	return r, err
}

// Comparison is how the outputs of study B compare with those of study A at points of the
// same inputs,
//
//	ratio = y_B / y_A
type Comparison struct {
	A, B         *Results
	Both         int64 // inputs that both have
	OnlyA, OnlyB []*Point
	Ratios       []Ratio
	Machines     [][2]string // that are compared, in A and in B
	Unpaired     [2][]string // that only one has
	Best         []Pair
}

// Ratio is that of an output of a machine, over all inputs at which both know it.
type Ratio struct {
	Machines [2]string // in A and in B
	Output   *Output
	Known    int64
	OnlyA    int64 // inputs at which it is known in one only
	OnlyB    int64
	Differ   int64 // of those known
	Zero     int64 // of those that differ: zero in A, and no ratio
	Least    float64
	Median   float64
	Most     float64
	At       [2]*Point // of A, with the least and the most
}

// Pair is the best point of each study by one goal; nil: none.
type Pair struct {
	Goals [2]Goal
	Best  [2]*Point
}

// Compare matches two studies' points by what was asked of them. It errs where their axes
// are not the same.
func Compare(a, b *Results) (*Comparison, error) {
	c := &Comparison{A: a, B: b}
	places := make([]int, len(a.Header.Axes)) // of A's axes in B
	for i, axis := range a.Header.Axes {
		if places[i] = slices.Index(b.Header.Axes, axis); places[i] < 0 {
			return nil, fmt.Errorf("%s has an axis %s and %s has none: points are matched by the values of all axes", a.Dir, axis, b.Dir)
		}
	}
	for _, axis := range b.Header.Axes {
		if !slices.Contains(a.Header.Axes, axis) {
			return nil, fmt.Errorf("%s has an axis %s and %s has none: points are matched by the values of all axes", b.Dir, axis, a.Dir)
		}
	}
	of := map[string]*Point{}
	for _, p := range b.Points {
		key := inputsOf(p, places)
		if of[key] == nil { // points that are drawn may be alike
			of[key] = p
		}
	}
	var pairs [][2]*Point
	seen := map[string]bool{}
	for _, p := range a.Points {
		key := inputsOf(p, nil)
		switch q := of[key]; {
		case seen[key]:
		case q == nil:
			c.OnlyA = append(c.OnlyA, p)
		default:
			pairs = append(pairs, [2]*Point{p, q})
		}
		seen[key] = true
	}
	for _, p := range b.Points {
		if key := inputsOf(p, places); !seen[key] {
			seen[key] = true
			c.OnlyB = append(c.OnlyB, p)
		}
	}
	c.Both = int64(len(pairs))
	c.pair()
	for _, machines := range c.Machines {
		for i := range Outputs {
			if r := ratioOf(pairs, machines, &Outputs[i]); r.Known+r.OnlyA+r.OnlyB > 0 {
				c.Ratios = append(c.Ratios, r)
			}
		}
	}
	return c, nil
}

// inputsOf are a point's values as a text, in the order of places.
func inputsOf(p *Point, places []int) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	for i := range p.Values {
		if places != nil {
			i = places[i]
		}
		if err := e.Encode(p.Values[i]); err != nil {
			panic("sweep: " + err.Error()) // of what was read from JSON
		}
	}
	return b.String()
}

// pair pairs machines of a name, and of one machine each these.
func (c *Comparison) pair() {
	a, b := c.A.Header.Machines, c.B.Header.Machines
	if len(a) == 1 && len(b) == 1 {
		c.Machines = [][2]string{{a[0], b[0]}}
		return
	}
	for _, m := range a {
		if slices.Contains(b, m) {
			c.Machines = append(c.Machines, [2]string{m, m})
		} else {
			c.Unpaired[0] = append(c.Unpaired[0], m)
		}
	}
	for _, m := range b {
		if !slices.Contains(a, m) {
			c.Unpaired[1] = append(c.Unpaired[1], m)
		}
	}
}

func ratioOf(pairs [][2]*Point, machines [2]string, o *Output) Ratio {
	r := Ratio{Machines: machines, Output: o}
	var ratios []float64
	for _, p := range pairs {
		a, b := p[0].Output(machines[0], o.Name), p[1].Output(machines[1], o.Name)
		switch {
		case a == nil && b == nil:
			continue
		case b == nil:
			r.OnlyA++
			continue
		case a == nil:
			r.OnlyB++
			continue
		}
		r.Known++
		ratio := 1.0
		if *a != *b {
			r.Differ++
			if *a == 0 {
				r.Zero++
				continue
			}
			ratio = *b / *a
		}
		ratios = append(ratios, ratio)
		if r.At[0] == nil || ratio < r.Least {
			r.Least, r.At[0] = ratio, p[0]
		}
		if r.At[1] == nil || ratio > r.Most {
			r.Most, r.At[1] = ratio, p[0]
		}
	}
	if len(ratios) > 0 {
		slices.Sort(ratios)
		r.Median = stat.Quantile(0.5, stat.Empirical, ratios, nil)
	}
	return r
}

// FindBest finds the best points of both by a goal, the output with less, or more, of it,
// that keep bounds.
func (c *Comparison) FindBest(output string, more bool, bounds []string) error {
	var pair Pair
	for i, r := range []*Results{c.A, c.B} {
		of, err := r.Header.Quantity(output)
		if err != nil {
			return fmt.Errorf("%s: %w", r.Dir, err)
		}
		best := Best{Goal: Goal{of, more}, Most: 1}
		for _, text := range bounds {
			bound, err := r.Header.Constraint(text)
			if err != nil {
				return fmt.Errorf("%s: %w", r.Dir, err)
			}
			best.Constraints = append(best.Constraints, bound)
		}
		for _, p := range r.Points {
			best.Add(p)
		}
		pair.Goals[i] = best.Goal
		if len(best.Points) > 0 {
			pair.Best[i] = best.Points[0]
		}
	}
	c.Best = append(c.Best, pair)
	return nil
}

// FindBests finds the best points of each machine that both have, in energy and in latency.
func (c *Comparison) FindBests(bounds []string) error {
	for _, m := range c.Machines {
		for _, output := range []string{"energy_per_inference_j", "latency_s"} {
			name := output
			if len(c.A.Header.Machines) > 1 || len(c.B.Header.Machines) > 1 {
				name = m[0] + "." + output
			}
			if err := c.FindBest(name, false, bounds); err != nil {
				return err
			}
		}
	}
	return nil
}

// Value is a point's on an axis of a name.
func (h *Header) Value(p *Point, axis string) any { return p.Values[slices.Index(h.Axes, axis)] }

// Inputs are a point's values with the names of their axes.
func (h *Header) Inputs(p *Point) string {
	all := make([]string, len(p.Values))
	for i, v := range p.Values {
		all[i] = h.Axes[i] + " = " + Written(v)
	}
	return strings.Join(all, ", ")
}
