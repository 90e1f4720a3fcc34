package analog

import (
	"context"
	"maps"
	"math"
	"math/bits"
	"slices"

	"xbar/crossbar"
	"xbar/sim/model"
	"xbar/sim/workload"
)

// moments are what the energies of a kernel's reads follow: means over input
// slices, rows and cells. A digit x is taken over its full scale, a level w over
// its top level.
type moments struct {
	density   float64 // share of digits that are not zero
	digit     float64 // mean of |digit|, in units of it
	square    float64 // mean of x², or of |x| where digits are coded as time
	level     float64 // mean of w, over the cells that hold weights
	product   float64 // mean of x²·w, or of |x|·w, over the cells that are read: guard columns hold nothing
	bit       float64 // mean share of a digit's bits that are set; not known row by row
	bits      float64 // of those of the products of digits and levels, over the cells that hold weights
	filled    float64 // share of the rows of a sum that are used
	held      float64 // share of the cells that are read which hold weights
	packed    bool    // groups share arrays
	timed     bool    // digits are coded as time: square is a mean of |x|
	from      string  // how they came about
	mean      float64 // of the inputs, over full scale; where it is assumed
	digitBits int     // of a digit
	bitKey    string  // of the statistics, which bit is
}

// Where moments come from, as configs name it.
const (
	fromConfig     = "assumed"
	fromHistograms = "histogram"
	fromRows       = "rows"
)

// newMoments gives every kernel its moments.
func (c *Chip) newMoments() error {
	for k := range c.specs {
		m, err := c.momentsOf(k)
		if err != nil {
			return err
		}
		s := &c.specs[k]
		m.held = float64(s.cells) / float64(s.columns) * c.diagonal(s)
		m.packed = s.grid.Pack() > 1
		m.product *= m.held
		m.filled = c.filled(s)
		m.timed = c.machine.DAC.TimeCoded()
		c.moments = append(c.moments, m)
	}
	return nil
}

func (c *Chip) momentsOf(k int) (moments, error) {
	s, stats := &c.specs[k], &c.options.Statistics
	switch {
	case c.options.Sample != nil && stats.From == fromRows:
		return c.measureRows(c.ctx, s, c.options.Sample, k)
	case c.options.Sample != nil:
		x, w := histogramOf(c.options.Sample.Inputs[k]), histogramOf(c.options.Sample.Weights[k].Data)
		return c.throughEncoding(s, x, w), nil
	case stats.From == fromHistograms:
		least, most := s.slicer.Range()
		low, high := s.scheme.Range()
		return c.throughEncoding(s, spread(stats.InputHistogram, least, most), spread(stats.WeightHistogram, low, high)), nil
	}
	m := moments{
		density: stats.InputDensity, digit: stats.InputMean * float64(int64(1)<<c.machine.DAC.Bits-1),
		square: stats.InputMeanSquare, bit: stats.InputMean, level: stats.WeightMean, from: fromConfig,
		mean: stats.InputMean, digitBits: c.machine.DAC.Bits,
	}
	if m.bitKey = "input_mean"; c.machine.DAC.Bits == 1 {
		m.bit, m.bitKey = m.density, "input_density"
	}
	m.bits = m.bit * m.level
	if c.machine.DAC.TimeCoded() {
		m.square = stats.InputMean
	}
	m.product = m.square * m.level
	return m, nil
}

// histogram is the share of each number.
type histogram map[int64]float64

// histogramOf counts numbers.
func histogramOf(numbers []int32) histogram {
	h := histogram{}
	for _, x := range numbers {
		h[int64(x)]++
	}
	for x := range h {
		h[x] /= float64(len(numbers))
	}
	return h
}

// mostCodes bounds the numbers that stand for a range.
const mostCodes = 1 << 12

// spread puts the weights of a histogram on numbers evenly spaced from low to
// high; without weights all are alike.
func spread(weights []float64, low, high int64) histogram {
	if len(weights) == 0 {
		weights = make([]float64, min(high-low+1, mostCodes))
		for i := range weights {
			weights[i] = 1
		}
	}
	h, sum := histogram{}, 0.0
	step := float64(high-low) / float64(max(len(weights)-1, 1))
	for i, weight := range weights {
		h[low+int64(math.Round(float64(i)*step))] += weight
		sum += weight
	}
	for x := range h {
		h[x] /= sum
	}
	return h
}

// numbers lists those of a histogram in order, for sums that do not depend on
// chance.
func (h histogram) numbers() []int64 { return slices.Sorted(maps.Keys(h)) }

// throughEncoding sends histograms of inputs and weights through the slices and
// columns of a kernel. Inputs and weights are taken to be independent.
func (c *Chip) throughEncoding(s *spec, inputs, weights histogram) moments {
	m := moments{from: fromHistograms}
	weights = s.withUnit(weights)
	planes := s.slicer.Planes()
	var scale []float64
	for t := range s.slicer.Slices() {
		scale = append(scale, float64(s.slicer.FullScale(t)))
	}
	for _, x := range inputs.numbers() {
		share := inputs[x] / float64(s.slices)
		for t := range scale {
			d := s.slicer.Digit(x, t)
			m.bit += share * float64(bits.OnesCount64(uint64(d)&(1<<planes-1))) / float64(planes)
			digit := math.Abs(float64(d))
			if digit != 0 {
				m.density += share
			}
			m.digit += share * digit
			m.square += share * crossbar.Heat(digit/scale[t], c.machine.DAC.TimeCoded())
		}
	}
	m.level = c.meanLevel(s, weights)
	m.product = m.square * m.level
	m.bits = m.bit * c.meanBits(s, weights, m.level)
	return m
}

// withUnit adds the weights of zero that fill unit columns.
func (s *spec) withUnit(weights histogram) histogram {
	if s.unit == 0 {
		return weights
	}
	units := float64(s.unit) * float64(s.grid.ColTiles)
	share := units / (float64(s.kernel.M) + units)
	all := histogram{0: share}
	for w, of := range weights {
		all[w] += (1 - share) * of
	}
	return all
}

// meanLevel is the mean of w over the columns of a weight.
func (c *Chip) meanLevel(s *spec, weights histogram) float64 {
	columns := s.scheme.Columns()
	levels := make([]uint8, columns)
	mean, square := make([]float64, columns), make([]float64, columns)
	for _, w := range weights.numbers() {
		s.scheme.Levels(w, levels)
		for i, level := range levels {
			x := float64(level) / float64(s.scheme.MaxLevel())
			mean[i] += weights[w] * x
			square[i] += weights[w] * x * x
		}
	}
	sum := 0.0
	for i := range mean {
		level := mean[i]
		if c.machine.Crossbar.ColumnFlip {
			level = c.flippedLevel(s, mean[i], max(square[i]-mean[i]*mean[i], 0))
		}
		sum += level
	}
	return sum / float64(columns)
}

// meanBits is the mean share of the bits of a cell that are set, over the columns of
// a weight. Of inverted columns it is taken to be their level, which it is in cells
// of one bit.
func (c *Chip) meanBits(s *spec, weights histogram, level float64) float64 {
	if s.scheme.CellBits == 1 || c.machine.Crossbar.ColumnFlip {
		return level
	}
	levels := make([]uint8, s.scheme.Columns())
	sum := 0.0
	for _, w := range weights.numbers() {
		s.scheme.Levels(w, levels)
		for _, level := range levels {
			sum += weights[w] * float64(bits.OnesCount8(level))
		}
	}
	return sum / float64(len(levels)*s.scheme.CellBits)
}

// diagonal is the share of the cells that are read which are on the diagonal of
// groups that share arrays.
func (c *Chip) diagonal(s *spec) float64 {
	pack := int64(s.grid.Pack())
	if pack == 1 {
		return 1
	}
	read := func(groups int64) int64 { // in groups times groups
		once := c.atOnce(tile{groups * s.kernel.N, groups * s.kernel.M, max(groups, 1)})
		rest := groups % once
		return groups/once*once*once + rest*rest
	}
	all := s.kernel.Products()
	reads := all / pack * read(pack)
	if rest := all % pack; rest > 0 {
		reads += read(rest)
	}
	return float64(all) / float64(reads)
}

// filled is the share of the rows of a sum that are used, over all sums.
func (c *Chip) filled(s *spec) float64 {
	if s.grid.Pack() > 1 { // the others hold nothing in its column
		return float64(s.kernel.N) / float64(ceilDiv(s.kernel.N, c.activeRows())*c.activeRows())
	}
	var used, groups int64
	for r := range s.grid.RowTiles {
		rows := int64(s.grid.RowsOf(r))
		if !c.machine.Crossbar.GateUnused {
			rows = int64(c.machine.Crossbar.LogicalRows())
		}
		used += rows
		groups += ceilDiv(rows, c.activeRows())
	}
	return float64(used) / float64(groups*c.activeRows())
}

// flippedLevel is the mean level of a column of cells of such a mean and
// variance, each of whose row groups is stored inverted where its levels add up
// to more than half of what a full group holds.
func (c *Chip) flippedLevel(s *spec, mean, variance float64) float64 {
	n, perTile, active := s.kernel.N, int64(c.machine.Crossbar.LogicalRows()), c.activeRows()
	sum := 0.0
	add := func(groups, rows int64) {
		if groups > 0 && rows > 0 {
			sum += float64(groups*rows) * flipped(mean, math.Sqrt(variance/float64(rows)), float64(active)/float64(2*rows))
		}
	}
	for _, tile := range []struct{ count, rows int64 }{{n / perTile, perTile}, {1, n % perTile}} {
		add(tile.count*(tile.rows/active), active)
		add(tile.count, tile.rows%active)
	}
	return sum / float64(n)
}

// flipped is the mean level of columns that are stored inverted where their mean
// level S, which is normally distributed, is above a threshold θ. With
// z = (θ − μ)/σ it is
//
//	E[S] + E[1 − 2·S; S > θ] = μ + (1 − 2·μ)·Φ(−z) − 2·σ·φ(z)
func flipped(mean, deviation, threshold float64) float64 {
	if deviation == 0 {
		if mean > threshold {
			return 1 - mean
		}
		return mean
	}
	z := (threshold - mean) / deviation
	above := math.Erfc(z/math.Sqrt2) / 2
	return max(mean+(1-2*mean)*above-2*deviation*math.Exp(-z*z/2)/math.Sqrt(2*math.Pi), 0)
}

// measureRows finds the moments of a sample of real inputs on the real weights,
// row by row, so that rows which are driven more meet the weights that they
// have.
func (c *Chip) measureRows(ctx context.Context, s *spec, sample *workload.Sample, k int) (moments, error) {
	reader := crossbar.NewReader(c.howRead(s))
	tiles, err := programTiles(ctx, reader, s, sample.Weights[k])
	if err != nil {
		return moments{}, err
	}
	m := moments{from: fromRows}
	var drive crossbar.Drive
	vectors := len(sample.Inputs[k]) / int(s.kernel.Inputs())
	var cells, levels float64
	for i, blocks := range tiles {
		for j, p := range blocks {
			b := s.grid.Block(i, j)
			columns := float64((int64(b.Weights) + s.unit) * s.cells)
			levels += p.Levels()
			cells += float64(b.Rows) * columns
			for v := range vectors {
				if err := ctx.Err(); err != nil {
					return m, err
				}
				reader.Load(sample.Inputs[k][v*int(s.kernel.Inputs())+b.Row:][:b.Rows], &drive)
				activity := p.Activity(&drive)
				m.density += float64(drive.Driven()) * columns
				m.digit += float64(drive.Digits()) * columns
				m.square += activity.Square * columns
				m.product += activity.SquareLevel
				m.bits += s.share(activity.Products)
			}
		}
	}
	reads := cells * float64(vectors) * float64(s.slices)
	for _, sum := range []*float64{&m.density, &m.digit, &m.square, &m.product, &m.bits} {
		*sum /= reads
	}
	m.level = levels / cells
	return m, nil
}

// heatOf is what of a digit the energy of a cell follows, as equations name it.
func heatOf(timed bool) string {
	if timed {
		return "|x|"
	}
	return "x²"
}

// read is the mean energy of a read of a cell with such inputs and weights.
func (m *moments) read(base, slope model.Figure) model.Figure {
	x, key := heatOf(m.timed), "input_mean_square"
	if m.timed {
		key = "input_mean"
	}
	square := m.input("⟨"+x+"⟩", m.square, key)
	product := m.input("⟨"+x+"·w⟩", m.product, "")
	if m.from == fromConfig {
		mean := model.Figure{
			Name: "mean of the product", Equation: "{" + square.Symbol + "}·{⟨w⟩}", Value: m.product,
			Inputs: []model.Input{square, m.input("⟨w⟩", m.level, "weight_mean")},
		}
		if m.held < 1 {
			mean.Equation += "·{h}"
			mean.Inputs = append(mean.Inputs, m.heldInput())
		}
		product = model.Derived(product.Symbol, mean)
	}
	return model.Figure{
		Name: "mean energy of a read", Unit: "J",
		Equation: "E = {base}·{" + square.Symbol + "} + {slope}·{" + product.Symbol + "}",
		Value:    base.Value*m.square + slope.Value*m.product,
		Inputs:   []model.Input{model.Derived("base", base), square, model.Derived("slope", slope), product},
		Holds:    m.holds(),
	}
}

// readBits is the mean energy of a read that follows the bits of digit times level.
func (m *moments) readBits(slope model.Figure) model.Figure {
	products := m.products()
	f := model.Figure{
		Name: "mean energy of a read", Equation: "E = {slope}·{p}", Value: slope.Value * m.bits * m.held, Unit: "J",
		Inputs: []model.Input{model.Derived("slope", slope), products}, Holds: m.holds(),
	}
	if m.held < 1 {
		f.Equation += "·{h}"
		f.Inputs = append(f.Inputs, m.heldInput())
	}
	return f
}

// toggle is the share of an adder tree's gates that switch in a sum.
func (m *moments) toggle() model.Input {
	products := m.products()
	if m.filled == 1 {
		return products
	}
	return model.Derived("α", model.Figure{
		Name: "share of a tree's gates that switch", Equation: "α = {p}·{u}", Value: m.bits * m.filled,
		Inputs: []model.Input{products, {Symbol: "u", Value: m.filled, Source: "share of a sum's rows that hold weights: the others stand still"}},
	})
}

// products is the share of the bits of digits times levels that are set.
func (m *moments) products() model.Input {
	if m.from != fromConfig {
		return model.Input{Symbol: "p", Value: m.bits, Source: m.source() + ": the share of the bits of all products that are set"}
	}
	return model.Derived("p", model.Figure{
		Name: "share of the products' bits that are set", Equation: "p = {x}·{w}", Value: m.bits, Holds: m.holds(),
		Inputs: []model.Input{m.input("x", m.bit, m.bitKey), m.input("w", m.level, "weight_mean")},
	})
}

func (m *moments) heldInput() model.Input {
	source := "share of a weight's columns that hold it: those of crossbar.guard_columns do not"
	if m.packed {
		source = "share of the cells read that hold weights: of groups which share an array, those on the diagonal, without crossbar.guard_columns"
	}
	return model.Input{Symbol: "h", Value: m.held, Source: source}
}

// digits adds to an energy what each unit of a digit costs.
func (m *moments) digits(base, slope model.Figure) model.Figure {
	if slope.Value == 0 {
		return base
	}
	return model.Figure{
		Name: "mean energy of a conversion", Equation: "E = {base} + {slope}·{⟨|d|⟩}", Value: base.Value + slope.Value*m.digit, Unit: "J",
		Inputs: []model.Input{model.Derived("base", base), model.Derived("slope", slope), m.meanDigit()},
		Holds:  m.holds(),
	}
}

// meanDigit is the mean of |digit|. The statistics know it as a share of the largest.
func (m *moments) meanDigit() model.Input {
	const symbol = "⟨|d|⟩"
	if m.from != fromConfig {
		return m.input(symbol, m.digit, "")
	}
	return model.Derived(symbol, model.Figure{
		Name: "mean size of a digit", Equation: symbol + " = {⟨x⟩}·(2^{b} − 1)", Value: m.digit,
		Inputs: []model.Input{m.input("⟨x⟩", m.mean, "input_mean"), {Symbol: "b", Value: float64(m.digitBits), Key: "dac.bits"}},
		Holds:  m.holds(),
	})
}

// share scales an energy that only digits other than zero cost.
func (m *moments) share(e model.Figure) model.Figure {
	return model.Figure{
		Name: "mean of " + e.Name, Equation: "E = {E_1}·{ρ}", Value: e.Value * m.density, Unit: "J",
		Inputs: []model.Input{model.Derived("E_1", e), m.input("ρ", m.density, "input_density")},
		Holds:  m.holds(),
	}
}

// input is a moment as an input of an equation.
func (m *moments) input(symbol string, value float64, key string) model.Input {
	in := model.Input{Symbol: symbol, Value: value}
	if m.from == fromConfig {
		in.Key = "workload.statistics." + key
	} else {
		in.Source = m.source()
	}
	return in
}

func (m *moments) source() string {
	if m.from == fromRows {
		return "measured row by row on a sample of the inputs, with the real weights"
	}
	return "from histograms of inputs and weights, through slices and columns"
}

func (m *moments) holds() string {
	switch m.from {
	case fromConfig:
		return "inputs and weights whose moments are as assumed, independent of each other"
	case fromHistograms:
		return "inputs and weights that are independent of each other"
	}
	return "inputs like those of the sample"
}
