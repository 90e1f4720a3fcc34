package theory

import "math/bits"

// Array is an array and how numbers are laid on it, in the model's symbols.
type Array struct {
	R, C       int64  // physical rows and columns
	ActiveRows int64  // R_a
	CellBits   int64  // B_c
	DACBits    int64  // B_d
	Encoding   string // offset, differential, twos-complement, magnitude
	Phases     bool   // signed inputs in sign-magnitude phases
	Digits     bool   // or as signed digits
	Guard      int64  // columns of a weight beside its slices
	Converts   int64  // conversions of an input; 0: one a slice
	AnalogSum  string // columns of a weight that are converted together: polarity, weight, or none
	Flip       bool   // columns stored inverted
	Ungated    bool   // unused rows and columns work too
}

// Kernel is Y[L×M] = X[L×N]·W[N×M] with its widths, in each of its groups.
type Kernel struct {
	L, N, M     int64
	Groups      int64 // G; 0: one
	Distinct    int64 // D, inputs of an inference; 0: L·G·N
	InputBits   int64 // B_x
	WeightBits  int64 // B_w
	OutputBits  int64 // of a finished sum on its way to the DRAM
	SignedInput bool
}

// Products is G.
func (k Kernel) Products() int64 { return max(k.Groups, 1) }

// MACs is G·L·N·M.
func (k Kernel) MACs() int64 { return k.Products() * k.L * k.N * k.M }

// SumBits is B_x + B_w + ⌈log2 N⌉, which holds every sum.
func (k Kernel) SumBits() int64 { return k.InputBits + k.WeightBits + int64(bits.Len64(uint64(k.N-1))) }

// Columns is S·P, the physical columns of a weight.
func (a Array) Columns(k Kernel) int64 {
	switch a.Encoding {
	case "differential":
		return 2 * ceil(k.WeightBits-1, a.CellBits)
	case "twos-complement":
		return 1 + ceil(k.WeightBits-1, a.CellBits)
	default:
		return ceil(k.WeightBits, a.CellBits)
	}
}

// Slices is T_x.
func (a Array) Slices(k Kernel) int64 {
	if k.SignedInput && a.Digits {
		return ceil(k.InputBits-1, a.DACBits)
	}
	if k.SignedInput && a.Phases {
		return 2 * ceil(k.InputBits-1, a.DACBits)
	}
	return ceil(k.InputBits, a.DACBits)
}

// Outputs is how many of a weight's sums are converted: S·P, S or 1.
func (a Array) Outputs(k Kernel) int64 {
	switch {
	case a.AnalogSum == "weight":
		return 1
	case a.AnalogSum == "polarity" && a.Encoding == "differential":
		return a.Columns(k) / 2
	default:
		return a.Columns(k)
	}
}

// Conversions is Q, of each sum and input.
func (a Array) Conversions(k Kernel) int64 {
	if a.Converts == 0 {
		return a.Slices(k)
	}
	return min(a.Converts, a.Slices(k))
}

// Weights is C_l, the logical columns of an array.
func (a Array) Weights(k Kernel) int64 { return a.C / a.wide(k) }

// wide is the columns of a weight, guard columns among them.
func (a Array) wide(k Kernel) int64 { return a.Columns(k) + a.Guard }

// Counts are the actions of one pass.
type Counts struct {
	RowTiles, ColTiles int64 // ⌈N/R⌉, ⌈M/C_l⌉ of a group
	Tiles              int64 // K
	DACConvert         int64 // and row drives
	Activate           int64 // reads of an array, slice by slice
	CellRead           int64
	Sample             int64
	Integrate          int64 // units of analog integration
	ADCConvert         int64 // and shift-adds
	Correct            int64
	Accumulate         int64
	CellsPerLoad       int64 // of all tiles
	WeightBits         int64 // moved per load of all tiles
}

// Count evaluates the closed forms. Groups do what as many kernels do, but where
//
//	p = min(⌊R/N⌋, ⌊C_l/M⌋) > 1
//
// of them share an array: u = ⌊R_a/N⌋ of those (at least one) are driven at once,
// and then all of their columns are read on all of their rows, u²·N·M·S·P cells.
func Count(k Kernel, a Array) Counts {
	c := countOne(k, a)
	g := k.Products()
	for _, n := range []*int64{
		&c.Tiles, &c.DACConvert, &c.Activate, &c.CellRead, &c.Sample, &c.Integrate, &c.ADCConvert, &c.Correct, &c.Accumulate, &c.CellsPerLoad, &c.WeightBits,
	} {
		*n *= g
	}
	p := a.pack(k)
	if p == 1 {
		return c
	}
	c.Tiles = ceil(g, p)
	reads := int64(0) // row groups of all arrays
	for _, n := range []struct{ arrays, groups int64 }{{g / p, p}, {1, g % p}} {
		if n.groups == 0 {
			continue
		}
		each := ceil(n.groups, a.together(k)) * ceil(k.N, a.ActiveRows)
		if a.Ungated {
			each = max(each, ceil(a.R, a.ActiveRows))
		}
		reads += n.arrays * each
	}
	c.Activate = k.L * reads * a.Slices(k)
	if !a.Ungated {
		c.CellRead = k.L * a.pairs(k) * k.N * k.M * a.wide(k) * a.Slices(k)
		return c
	}
	converted := a.C * a.Outputs(k) / a.wide(k)
	c.DACConvert = k.L * c.Tiles * a.R * a.Slices(k)
	c.CellRead = k.L * c.Tiles * a.R * a.C * a.Slices(k)
	c.Sample = k.L * reads * converted * a.Slices(k)
	c.Integrate = k.L * reads * converted * a.integrations(k)
	c.ADCConvert = k.L * reads * converted * a.Conversions(k)
	return c
}

// pack is p.
func (a Array) pack(k Kernel) int64 {
	return max(1, min(a.R/k.N, a.Weights(k)/k.M, k.Products()))
}

// together is u.
func (a Array) together(k Kernel) int64 { return max(1, min(a.ActiveRows/k.N, a.pack(k))) }

// pairs is Σu² over all that is driven at once.
func (a Array) pairs(k Kernel) (pairs int64) {
	g, p, u := k.Products(), a.pack(k), a.together(k)
	square := func(groups int64) int64 { return groups/u*u*u + (groups%u)*(groups%u) }
	return g/p*square(p) + square(g%p)
}

// Diagonal is the share of the cells that are read which are of the group whose
// rows drive them.
func (a Array) Diagonal(k Kernel) float64 {
	if a.pack(k) == 1 {
		return 1
	}
	return float64(k.Products()) / float64(a.pairs(k))
}

// countOne counts a product.
func countOne(k Kernel, a Array) Counts {
	sp, tx := a.Columns(k), a.Slices(k)
	c := Counts{
		RowTiles:     ceil(k.N, a.R),
		ColTiles:     ceil(k.M, a.Weights(k)),
		CellsPerLoad: k.N * k.M * sp,
		WeightBits:   k.N * k.M * k.WeightBits,
	}
	c.Tiles = c.RowTiles * c.ColTiles
	rows, columns, groups := k.N, k.M*a.wide(k), a.groups(k.N)
	if a.Ungated {
		rows, columns, groups = c.RowTiles*a.R, c.ColTiles*a.C, c.RowTiles*ceil(a.R, a.ActiveRows)
	}
	c.DACConvert = k.L * rows * tx * c.ColTiles
	c.Activate = k.L * groups * tx * c.ColTiles
	c.CellRead = k.L * rows * columns * tx
	converted := k.M * a.Outputs(k)
	if a.Ungated {
		converted = c.ColTiles * (a.C * a.Outputs(k) / a.wide(k))
	}
	c.Sample = k.L * converted * tx * groups
	c.Integrate = k.L * converted * a.integrations(k) * groups
	c.ADCConvert = k.L * converted * a.Conversions(k) * groups
	c.Accumulate = k.L * k.M * (c.RowTiles - 1)
	switch {
	case a.Flip:
		c.Correct = k.L*k.N*c.ColTiles + k.L*k.M*a.groups(k.N)
	case a.Encoding == "offset":
		c.Correct = k.L*k.N*c.ColTiles + k.L*k.M*c.RowTiles
	}
	return c
}

// integrations is the units of integration of an input: a slice of significance
// σ takes as many as it is heavier than the lightest one of its conversion.
func (a Array) integrations(k Kernel) (units int64) {
	slices, conversions := a.Slices(k), a.Conversions(k)
	exponent := func(t int64) int64 {
		if k.SignedInput && a.Phases && !a.Digits {
			return t % (slices / 2)
		}
		return t
	}
	for q := range conversions {
		from, to := q*slices/conversions, (q+1)*slices/conversions
		lightest := exponent(from)
		for t := from; t < to; t++ {
			lightest = min(lightest, exponent(t))
		}
		for t := from; t < to; t++ {
			units += 1 << (a.DACBits * (exponent(t) - lightest))
		}
	}
	return units
}

// groups is Σ over row tiles of G.
func (a Array) groups(n int64) int64 {
	full := n / a.R
	return full*ceil(a.R, a.ActiveRows) + ceil(n%a.R, a.ActiveRows)
}

// LosslessBits is ⌈log2(R_a (2^B_d − 1)(2^B_c − 1) + 1)⌉.
func (a Array) LosslessBits() int {
	return bits.Len64(uint64(a.ActiveRows) * (1<<a.DACBits - 1) * (1<<a.CellBits - 1))
}

func ceil(a, b int64) int64 { return (a + b - 1) / b }
