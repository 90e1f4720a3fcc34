package digital

import (
	"fmt"
	"strings"

	"xbar/sim/unit"
)

// Loops is how a kernel was gone through, and which level served its loads.
type Loops struct {
	Order  string     // outermost first
	Tiles  string     // "tile_l = 16, tile_m = 64"; "" if every axis is whole
	Around bool       // stores went around the caches though the config lets them in: that cost less
	Joules unit.Joule // of the kernel, what leaked included
	Bound  unit.Joule // that no order and no tiles go below; 0 unless the order was chosen
	Loads  []Served
}

// String is the loops as a config would write them.
func (l *Loops) String() string {
	text := l.Order
	if l.Tiles != "" {
		text += ", " + l.Tiles
	}
	if l.Around {
		text += ", stores around the caches"
	}
	return text
}

// Served is loads of one operand that one level served for one reason.
type Served struct {
	Operand   string // x, w or sum
	Level     string
	Loads     int64
	Reuse     string // "first use of x", or again "in the next m"
	Near, Far int64  // lines used since the last use; of a first use, lines that a level must hold all of
	Above     string // the level above, "" if there is none, and
	Holds     int64  // how many lines it holds
}

// Why says why it was this level.
func (s *Served) Why() string {
	why := s.Reuse
	switch lines := thousands(s.Far); {
	case s.Reuse == stored:
	case !strings.HasPrefix(s.Reuse, "in the"):
		why += ", " + lines + " lines in all"
	case s.Far == 1:
		why += " after 1 other"
	case s.Far == s.Near:
		why += " after " + lines + " others"
	default:
		why += " after " + thousands(s.Near) + " to " + lines + " others"
	}
	if s.Above != "" {
		why += "; " + s.Above + " holds " + thousands(s.Holds)
	}
	return why
}

const stored = "stored around the caches"

// thousands sets a comma between groups of digits.
func thousands(n int64) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// describe says what a plan does.
func (s *Scalar) describe(p *plan) Loops {
	l := Loops{Around: p.operands[useY].around && !s.around, Bound: unit.Joule(p.bound), Joules: unit.Joule(s.joules(&p.whole, s.core.Multiply(&p.kernel).Value))}
	var tiles []string
	for _, axis := range p.nest.order {
		l.Order += axes[axis : axis+1]
		if p.nest.tile[axis] < p.nest.size[axis] {
			tiles = append(tiles, fmt.Sprintf("tile_%c = %d", axes[axis], p.nest.tile[axis]))
		}
	}
	l.Tiles = strings.Join(tiles, ", ")
	for kind := range storeSum {
		for reason := range reasons {
			for level := range p.traffic.levels {
				if u := p.traffic.at(kind, reason, level); u.count > 0 {
					l.Loads = append(l.Loads, s.served(p, kind, reason, level, u))
				}
			}
		}
	}
	if sums := s.aroundCaches(p); sums.Loads > 0 {
		l.Loads = append(l.Loads, sums)
	}
	return l
}

var kinds = [...]string{loadX: "x", loadW: "w", loadSum: "sum"}

func (s *Scalar) served(p *plan, kind, reason, level int, u *use) Served {
	v := Served{
		Operand: kinds[kind], Level: s.levels[level], Loads: u.count * p.products, Near: u.near, Far: u.far,
	}
	if level > 0 {
		v.Above, v.Holds = s.levels[level-1], s.memory.levels[level-1].lines
	}
	switch axis := p.nest.axis(reason); {
	case reason == first && kind == loadX && p.operands[useX].shared > 0 && level == p.operands[useX].near && level != p.operands[useX].cold:
		v.Reuse = "first use of x by a window that shares it with those before"
		v.Near, v.Far = p.window, p.window
	case reason == first:
		v.Reuse = "first use of " + kinds[kind]
		if kind == loadW && !p.kernel.Dynamic {
			v.Reuse = "first use of the weights"
		}
		v.Near, v.Far = p.extent[kind], p.extent[kind]
	case reason == again:
		v.Reuse = "in the same run"
	case reason < tiles:
		v.Reuse = fmt.Sprintf("in the next tile of %c", axes[axis])
	default:
		v.Reuse = fmt.Sprintf("in the next %c", axes[axis])
	}
	return v
}

// aroundCaches is loads of sums that are not cached.
func (s *Scalar) aroundCaches(p *plan) Served {
	a := activity{levels: make([]levelActivity, len(s.levels))} // of which only such loads wait for a level
	p.product(&a)
	v := Served{Operand: kinds[loadSum], Level: s.levels[p.home], Loads: a.levels[p.home].serves * p.products, Reuse: stored}
	if p.home > 0 {
		v.Above, v.Holds = s.levels[p.home-1], s.memory.levels[p.home-1].lines
	}
	return v
}
