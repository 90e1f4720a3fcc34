package sweep

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/optimize"

	"xbar/configs"
)

// search looks for the best point of a study that is too large to compute whole. It is an
// evolution strategy that adapts its covariance (CMA-ES, Krause, Arbonès & Igel 2016, as
// gonum has it) on where along each axis a point is,
//
//	share_a = fold(½ + x_a/6),  x ~ N(mean, C)
//
// started again elsewhere when it has come to rest, for as many different points as it may
// compute. Points that keep the bounds are better than any that do not, and these the
// better the less they miss them by; points that are not known are worst.
//
// A generation is computed in parallel, and its points have numbers in the order in which
// they were drawn; so the same points come out for any number of workers, and a search that
// was stopped repeats itself from the journal up to where it was.
type search struct {
	plan   *Plan
	goal   Goal
	bounds []Constraint
	budget int
	seed   uint64

	before map[int64]*Point // in the journal, from a run that was stopped
	points []*Point
	known  map[string]*Point // by config
	best   *Point
}

// newSearch reads what a study's search is for. It errs with a [*Mistake].
func (s *Study) newSearch(file *configs.Sweep) error {
	bounds, err := s.bounds(file.Answers.SubjectTo)
	if err != nil {
		return mistaken("subject_to", err)
	}
	best, err := s.askBest(&file.Answers, bounds)
	if err != nil {
		return err
	}
	if best == nil {
		return errors.New(`sampling = "search" looks for the best point: say of what, with minimize or maximize below [answers], or as a flag`)
	}
	s.search = &search{plan: s.Plan, goal: best.Goal, bounds: bounds, budget: int(s.Plan.n), seed: uint64(file.Seed)}
	s.Header.Search = best.Goal.String()
	for i := range bounds {
		s.Header.Search += []string{", where ", " and "}[min(i, 1)] + bounds[i].String()
	}
	return nil
}

// cost orders points, the better the less.
func (s *search) cost(p *Point) float64 {
	const far = 1e300 // more than any output
	x := s.goal.Quantity.Of(p)
	if x == nil {
		return 3 * far
	}
	missed := 0.0
	for i := range s.bounds {
		left, right := s.bounds[i].Sides(p)
		if left == nil || right == nil {
			return 3 * far
		}
		if !s.bounds[i].holds(*left, *right) {
			missed += math.Abs(*left-*right)/(math.Abs(*left)+math.Abs(*right)+math.SmallestNonzeroFloat64) + 1e-9
		}
	}
	switch {
	case missed > 0:
		return far * (1 + missed/(1+missed))
	case s.goal.More:
		return -*x
	}
	return *x
}

// compute gives points where the axes have some values, the first of them with a number.
type compute func(ctx context.Context, first int, values [][]any) ([]*Point, error)

// run looks until it has computed as many points as it may.
func (s *search) run(ctx context.Context, configOf func([]any) string, compute compute) error {
	s.points, s.known, s.best = nil, map[string]*Point{}, nil
	dims := len(s.plan.axes)
	random := rand.New(rand.NewPCG(s.seed, 1))
	visit := func(shares [][]float64) (costs []float64, news int, err error) {
		return s.visit(ctx, shares, configOf, compute)
	}
	for start := uint64(0); len(s.points) < s.budget; start++ {
		mean := make([]float64, dims) // the middle, and then anywhere
		for a := range mean {
			if start > 0 {
				mean[a] = spread * (random.Float64() - 0.5)
			}
		}
		news, err := s.descend(mean, rand.NewPCG(s.seed, 2+start), visit)
		if err != nil {
			return err
		}
		if news == 0 {
			if err := s.anew(random, visit); err != nil {
				return err
			}
		}
	}
	return nil
}

// mostDraws is how often a point is drawn that is known before there are taken to be no others.
const mostDraws = 100_000

// anew draws points until one of them is new.
func (s *search) anew(random *rand.Rand, visit func([][]float64) ([]float64, int, error)) error {
	for range mostDraws {
		shares := make([]float64, len(s.plan.axes))
		for a := range shares {
			shares[a] = random.Float64()
		}
		if _, news, err := visit([][]float64{shares}); err != nil || news > 0 {
			return err
		}
	}
	return fmt.Errorf("there seem to be only %d different points, and the search is to have %d", len(s.points), s.budget)
}

// visit computes the points at some shares, but for those that are known, up to the budget.
func (s *search) visit(ctx context.Context, shares [][]float64, configOf func([]any) string, compute compute) (costs []float64, news int, err error) {
	var asked [][]any
	var names []string
	of := make([]string, len(shares))
	for i := range shares {
		values := make([]any, len(s.plan.axes))
		for a := range values {
			values[a] = s.plan.axes[a].Near(shares[i][a], 4)
		}
		of[i] = configOf(values)
		if s.known[of[i]] == nil && !slices.Contains(names, of[i]) && len(s.points)+len(asked) < s.budget {
			asked, names = append(asked, values), append(names, of[i])
		}
	}
	points, err := compute(ctx, len(s.points), asked)
	if err != nil {
		return nil, 0, err
	}
	for i, p := range points {
		s.points, s.known[names[i]] = append(s.points, p), p
		if s.best == nil || s.cost(p) < s.cost(s.best) {
			s.best = p
		}
	}
	for i := range of {
		cost := math.MaxFloat64 // beyond the budget
		if p := s.known[of[i]]; p != nil {
			cost = s.cost(p)
		}
		costs = append(costs, cost)
	}
	return costs, len(points), nil
}

// descend goes from a mean until it comes to rest, and counts the points that were new.
func (s *search) descend(mean []float64, source rand.Source, visit func([][]float64) ([]float64, int, error)) (news int, err error) {
	g := newGenerations(mean, source)
	defer g.stop()
	patience := 6 + 2*len(mean)
	least, still := math.Inf(1), 0
	for still < patience && len(s.points) < s.budget {
		shares := g.next()
		if shares == nil {
			break
		}
		costs, now, err := visit(shares)
		if err != nil {
			return news, err
		}
		news += now
		still++
		if lowest := slices.Min(costs); lowest < least {
			least, still = lowest, 0
		}
		g.tell(costs)
	}
	return news, nil
}

// spread is the standard deviations of the first generation that an axis is long.
const spread = 6

// generations are those of an evolution strategy, which gonum runs as a process of its own
// that is told the costs of what it sends.
type generations struct {
	operations, results chan optimize.Task
	tasks               []optimize.Task
}

func newGenerations(mean []float64, source rand.Source) *generations {
	population := 2 * (4 + int(3*math.Log(float64(len(mean)))))
	method := &optimize.CmaEsChol{Population: population, InitStepSize: 1, Src: source}
	n := method.Init(len(mean), population)
	g := &generations{operations: make(chan optimize.Task, n), results: make(chan optimize.Task, n)}
	tasks := make([]optimize.Task, n)
	for i := range tasks {
		tasks[i].Location = &optimize.Location{X: slices.Clone(mean)}
	}
	go method.Run(g.operations, g.results, tasks)
	return g
}

// next is the shares of a generation's points, nil if there is none.
func (g *generations) next() (shares [][]float64) {
	g.tasks = g.tasks[:0]
	for range cap(g.operations) {
		task := <-g.operations
		switch task.Op {
		case optimize.MethodDone:
			return nil
		case optimize.MajorIteration: // the first of those after the last generation
			g.results <- task
			task = <-g.operations
		}
		g.tasks = append(g.tasks, task)
	}
	slices.SortFunc(g.tasks, func(a, b optimize.Task) int { return cmp.Compare(a.ID, b.ID) })
	for _, task := range g.tasks {
		point := make([]float64, len(task.X))
		for a, x := range task.X {
			point[a] = fold(0.5 + x/spread)
		}
		shares = append(shares, point)
	}
	return shares
}

// tell says what the last generation's points cost.
func (g *generations) tell(costs []float64) {
	for i, task := range g.tasks {
		task.F = costs[i]
		g.results <- task
	}
}

// stop ends the process.
func (g *generations) stop() {
	g.results <- optimize.Task{Op: optimize.PostIteration}
	close(g.results)
	for range g.operations {
	}
}

// fold reflects a number at 0 and 1 into what is between them.
func fold(x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0.5
	}
	x = math.Mod(math.Abs(x), 2)
	return min(x, 2-x)
}

// look runs the search, with points that are there already.
func (s *Study) look(ctx context.Context, opt Options, _ *Tally, keep func(*Point) error) error {
	if opt.Shards > 1 {
		return errors.New("a search goes on from what it has found, and has no shards")
	}
	return s.search.run(ctx, s.configOf, func(ctx context.Context, first int, values [][]any) ([]*Point, error) {
		points := make([]*Point, len(values))
		var todo []int64
		for i := range values {
			n := int64(first + i)
			points[i] = s.search.before[n]
			switch {
			case points[i] == nil:
				todo = append(todo, int64(i))
			case points[i].Config != s.configOf(values[i]):
				return nil, fmt.Errorf("point %d is of another search: remove the results, or name another folder with -o", n)
			}
		}
		err := batch(ctx, opt.Workers, slices.Values(todo), func(ctx context.Context, i int64) *Point {
			return s.at(ctx, int64(first)+i, values[i])
		}, func(i int64, p *Point) error {
			points[i] = p
			return keep(p)
		})
		return points, err
	})
}
