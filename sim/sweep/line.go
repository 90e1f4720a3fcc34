package sweep

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"xbar/configs"
)

// Label is axes that go together as tables and figures have them: the axes that it takes
// to tell their values apart, and these.
type Label struct {
	Name   string
	Values []string
}

// label is that of a group. Axes by which no more values differ are left out.
func (p *Plan) label(group int) (l Label) {
	n := p.length(group)
	l.Values = make([]string, n)
	distinct := 0
	for _, a := range p.groups[group] {
		with := slices.Clone(l.Values)
		for i := range with {
			with[i] = join(with[i], Written(p.axes[a].At(int64(i))))
		}
		if now := distinctOf(with); now > distinct {
			l.Name, l.Values, distinct = join(l.Name, p.Names()[a]), with, now
		}
	}
	return l
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + " · " + b
}

func distinctOf(all []string) int {
	known := map[string]bool{}
	for _, s := range all {
		known[s] = true
	}
	return len(known)
}

func (p *Plan) length(group int) int64 { return p.axes[p.groups[group][0]].Len() }

// digit is the value that a group has at a point, from 0 on.
func (p *Plan) digit(group int, point int64) int64 {
	return point / p.stride(group) % p.length(group)
}

// stride is the points between two values of a group.
func (p *Plan) stride(group int) int64 {
	stride := int64(1)
	for g := group + 1; g < len(p.groups); g++ {
		stride *= p.length(g)
	}
	return stride
}

// groupOf is the group that an axis is in.
func (p *Plan) groupOf(axis string) (int, error) {
	i := p.axisOf(axis)
	if i < 0 {
		return 0, unknown("axis", strings.TrimSpace(axis), p.Names())
	}
	return slices.IndexFunc(p.groups, func(g []int) bool { return slices.Contains(g, i) }), nil
}

// axisOf is an axis by its name or its key; −1: there is none.
func (p *Plan) axisOf(name string) int {
	name = strings.TrimSpace(name)
	if i := slices.Index(p.Names(), name); i >= 0 {
		return i
	}
	return slices.IndexFunc(p.axes, func(a configs.Axis) bool { return a.Key == name })
}

// Written is a value of an axis as a study would have it, but for the last digits of what
// lies between two others.
func Written(v any) string {
	switch v := v.(type) {
	case float64:
		return strconv.FormatFloat(v, 'g', 6, 64)
	case string:
		number, unit, found := strings.Cut(v, " ")
		if x, err := strconv.ParseFloat(number, 64); err == nil && found && len(number) > 8 {
			return strconv.FormatFloat(x, 'g', 6, 64) + " " + unit
		}
	}
	return fmt.Sprint(v)
}

// Pins are values of a grid's groups that points are to have; nil: any.
type Pins [][]bool

// pins reads them: "tiles = 100". Points that are drawn have none.
func (p *Plan) pins(texts []string) (Pins, error) {
	if p.groups == nil {
		return nil, nil
	}
	pins := make(Pins, len(p.groups))
	for i, text := range texts {
		name, value, found := strings.Cut(text, "=")
		if !found {
			return nil, &element{i, fmt.Errorf("%q: write AXIS=VALUE", text)}
		}
		g, err := p.groupOf(name)
		if err != nil {
			return nil, &element{i, err}
		}
		a, value := &p.axes[p.axisOf(name)], strings.TrimSpace(value)
		allowed, all := make([]bool, a.Len()), []string{}
		for i := range allowed {
			written := Written(a.At(int64(i)))
			allowed[i] = written == value && (pins[g] == nil || pins[g][i])
			if !slices.Contains(all, written) {
				all = append(all, written)
			}
		}
		if !slices.Contains(allowed, true) {
			return nil, &element{i, unknown("value", value, all)}
		}
		pins[g] = allowed
	}
	return pins, nil
}

// hold reports whether a point has them.
func (p Pins) hold(plan *Plan, point int64) bool {
	for g, allowed := range p {
		if allowed != nil && !allowed[plan.digit(g, point)] {
			return false
		}
	}
	return true
}

// but is pins without those of a group.
func (p Pins) but(group int) Pins {
	p = slices.Clone(p)
	p[group] = nil
	return p
}

// only is the one value that a group may have, if it is one.
func (p Pins) only(plan *Plan, group int) (i int64, one bool) {
	n := 0
	for at := range plan.length(group) {
		if p[group] == nil || p[group][at] {
			i = at
			n++
		}
	}
	return i, n == 1
}
