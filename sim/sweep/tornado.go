package sweep

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// Tornado is what an output y does as one axis after the other goes from its least value
// to its greatest, with all else as the base config has it,
//
//	swing_a = max(y₀, y(a least), y(a greatest)) / min(y₀, y(a least), y(a greatest))
//
// where y₀ is the base's own, or the difference where an output is not positive throughout.
// It takes 2k + 1 simulations for k axes.
type Tornado struct {
	Of     Quantity
	Base   float64
	Swings []Swing // the largest first; those that are not known last

	study *Study
}

// Swing is that of an axis, or of axes that go together.
type Swing struct {
	Axis     string   `json:"axis"`
	Own      string   `json:"base,omitempty"` // the value that it has in the base, as written there
	Least    any      `json:"least"`
	Greatest any      `json:"greatest"`
	AtLeast  *float64 `json:"at_least"` // nil: not known
	AtMost   *float64 `json:"at_greatest"`
	Error    string   `json:"error,omitempty"` // why not
}

// NewTornado is that of an output.
func (s *Study) NewTornado(of Quantity) *Tornado { return &Tornado{Of: of, study: s} }

// Solve computes the points that it needs. It errs if the base's own output is not known.
func (t *Tornado) Solve(ctx context.Context, at Computer) error {
	plan := t.study.Plan
	all := [][]any{make([]any, len(plan.axes))}
	t.Swings = nil
	for _, group := range plan.together() {
		least, greatest := plan.ends(group)
		all = append(all, least, greatest)
		first := group[0]
		t.Swings = append(t.Swings, Swing{
			Axis: plan.Names()[first], Own: t.study.own.Written(plan.axes[first].Key), Least: least[first], Greatest: greatest[first],
		})
	}
	points, err := at(ctx, all)
	if err != nil {
		return err
	}
	base := t.Of.Of(points[0])
	if base == nil {
		return fmt.Errorf("%v is not known of the base config itself, from which each axis sets out: %s", t.Of, cmp.Or(points[0].Error, "it does not apply"))
	}
	t.Base = *base
	for i := range t.Swings {
		s := &t.Swings[i]
		least, greatest := points[1+2*i], points[2+2*i]
		s.AtLeast, s.AtMost, s.Error = t.Of.Of(least), t.Of.Of(greatest), cmp.Or(least.Error, greatest.Error)
	}
	far := t.far()
	slices.SortStableFunc(t.Swings, func(a, b Swing) int { return cmp.Compare(far(&b), far(&a)) })
	return nil
}

// far says how far the output goes, and −1 where that is not known.
func (t *Tornado) far() func(*Swing) float64 {
	known := func(s *Swing) bool { return s.AtLeast != nil && s.AtMost != nil }
	positive := t.Base > 0
	for i := range t.Swings {
		if s := &t.Swings[i]; known(s) {
			positive = positive && *s.AtLeast > 0 && *s.AtMost > 0
		}
	}
	return func(s *Swing) float64 {
		if !known(s) {
			return -1
		}
		low, high := min(t.Base, *s.AtLeast, *s.AtMost), max(t.Base, *s.AtLeast, *s.AtMost)
		if positive {
			return high / low
		}
		return high - low
	}
}

// together is the axes that go together, by the first; of points that are drawn each goes
// by itself.
func (p *Plan) together() [][]int {
	if p.groups != nil {
		return p.groups
	}
	all := make([][]int, len(p.axes))
	for i := range all {
		all[i] = []int{i}
	}
	return all
}

// ends are values of the axes where those of a group have the least and the greatest value
// of its first, and no others have any. Texts have none; theirs are the first and the last.
func (p *Plan) ends(group []int) (least, greatest []any) {
	least, greatest = make([]any, len(p.axes)), make([]any, len(p.axes))
	first := &p.axes[group[0]]
	if first.Range != nil {
		for _, a := range group {
			least[a], greatest[a] = p.axes[a].Between(0), p.axes[a].Between(1)
		}
		return least, greatest
	}
	low, high := int64(0), first.Len()-1
	if xs, _, ok := first.Numbers(); ok {
		low, high = int64(slices.Index(xs, slices.Min(xs))), int64(slices.Index(xs, slices.Max(xs)))
	}
	for _, a := range group {
		least[a], greatest[a] = p.axes[a].At(low), p.axes[a].At(high)
	}
	return least, greatest
}
