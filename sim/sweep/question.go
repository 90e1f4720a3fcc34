package sweep

import (
	"context"
	"errors"

	"xbar/configs"
)

// Questions are what a study is asked. Those that are nil are not.
type Questions struct {
	Best      *Best
	Fronts    []*Front
	Effects   *Effects
	Tornado   *Tornado
	Crossings *Crossings
	Heatmap   *Heatmap
	Curves    *Curves
}

// A Mistake is in a key of the answers that are asked for, or in an element of it.
type Mistake struct {
	Key   string
	Index int
	Err   error
}

func (m *Mistake) Error() string { return m.Err.Error() }
func (m *Mistake) Unwrap() error { return m.Err }

// mistaken is a mistake in a key, if there is an error.
func mistaken(key string, err error) error {
	var in *element
	switch {
	case err == nil:
		return nil
	case errors.As(err, &in):
		return &Mistake{key, in.index, in.error}
	}
	return &Mistake{key, 0, err}
}

// element is an error in an element of a list.
type element struct {
	index int
	error
}

// MostBest is how many of the best points are shown.
const MostBest = 5

// Ask reads what is asked. Where that is nothing it is a front of each machine in energy and
// latency. It errs with a [*Mistake].
func (s *Study) Ask(a *configs.Answers) (*Questions, error) {
	bounds, err := s.bounds(a.SubjectTo)
	if err != nil {
		return nil, mistaken("subject_to", err)
	}
	q := &Questions{}
	if q.Best, err = s.askBest(a, bounds); err != nil {
		return nil, err
	}
	if a.Effects != "" {
		of, err := s.Header.Quantity(a.Effects)
		if err == nil {
			q.Effects, err = s.NewEffects(of)
		}
		if err != nil {
			return nil, mistaken("effects", err)
		}
	}
	if a.Tornado != "" {
		of, err := s.Header.Quantity(a.Tornado)
		if err != nil {
			return nil, mistaken("tornado", err)
		}
		q.Tornado = s.NewTornado(of)
	}
	if err := s.askGrid(q, a, bounds); err != nil {
		return nil, err
	}
	names := [][]string{a.Pareto}
	if len(a.Pareto) == 0 {
		names = nil
		if q.asksNothing() {
			for _, m := range s.Header.Machines {
				names = append(names, []string{m + ".energy_per_inference_j", m + ".latency_s"})
			}
		}
	}
	for _, names := range names {
		front, err := s.front(names, bounds)
		if err != nil {
			return nil, mistaken("pareto", err)
		}
		q.Fronts = append(q.Fronts, front)
	}
	return q, nil
}

func (q *Questions) asksNothing() bool {
	return q.Best == nil && q.Effects == nil && q.Tornado == nil && q.Crossings == nil && q.Heatmap == nil && q.Curves == nil
}

func (s *Study) bounds(texts []string) (all []Constraint, err error) {
	for i, text := range texts {
		c, err := s.Header.Constraint(text)
		if err != nil {
			return nil, &element{i, err}
		}
		all = append(all, c)
	}
	return all, nil
}

func (s *Study) askBest(a *configs.Answers, bounds []Constraint) (*Best, error) {
	key, name := "minimize", a.Minimize
	if a.Maximize != "" {
		key, name = "maximize", a.Maximize
	}
	if name == "" {
		return nil, nil
	}
	of, err := s.Header.Quantity(name)
	if err != nil {
		return nil, mistaken(key, err)
	}
	return &Best{Goal: Goal{Quantity: of, More: a.Maximize != ""}, Constraints: bounds, Most: MostBest}, nil
}

func (s *Study) front(names []string, bounds []Constraint) (*Front, error) {
	front := &Front{Constraints: bounds}
	for i, name := range names {
		of, err := s.Header.Quantity(name)
		if err != nil {
			return nil, &element{i, err}
		}
		front.Goals = append(front.Goals, Goal{Quantity: of, More: of.Output.More})
	}
	return front, nil
}

// askGrid reads what only a grid answers at some values of its axes.
func (s *Study) askGrid(q *Questions, a *configs.Answers, bounds []Constraint) error {
	if a.Crossover == "" && a.Heatmap == "" && a.Curves == "" {
		return nil
	}
	pins, err := s.Plan.pins(a.Where)
	if err != nil {
		return mistaken("where", err)
	}
	if a.Crossover != "" {
		relation, err := s.Header.Constraint(a.Crossover)
		if err != nil {
			return mistaken("crossover", err)
		}
		if _, err := s.Plan.groupOf(a.Along); a.Along != "" && err != nil {
			return mistaken("along", err)
		}
		if q.Crossings, err = s.NewCrossings(relation, a.Along, pins); err != nil {
			return mistaken("crossover", err)
		}
	}
	if a.Heatmap != "" {
		of, err := s.Header.Quantity(a.Heatmap)
		if err == nil {
			q.Heatmap, err = s.NewHeatmap(of, a.Over, bounds, pins)
		}
		if err != nil {
			return mistaken(overOr("heatmap", err), err)
		}
	}
	if a.Curves != "" {
		of, err := s.Header.Quantity(a.Curves)
		if err == nil {
			q.Curves, err = s.NewCurves(of, a.Over, bounds, pins)
		}
		if err != nil {
			return mistaken(overOr("curves", err), err)
		}
	}
	return nil
}

// overOr is the key that an error is of: an element of over, or the one that asks.
func overOr(key string, err error) string {
	if errors.As(err, new(*element)) {
		return "over"
	}
	return key
}

// Add takes a point of the study; all are needed, in their order.
func (q *Questions) Add(p *Point) {
	if q.Best != nil {
		q.Best.Add(p)
	}
	for _, f := range q.Fronts {
		f.Add(p)
	}
	if q.Effects != nil {
		q.Effects.Add(p)
	}
	if q.Crossings != nil {
		q.Crossings.Add(p)
	}
	if q.Heatmap != nil {
		q.Heatmap.Add(p)
	}
	if q.Curves != nil {
		q.Curves.Add(p)
	}
}

// NeedAside reports whether points are to be computed beside the study's.
func (q *Questions) NeedAside() bool { return q.Tornado != nil || q.Crossings != nil }

// Solve answers what needs points beside the study's, when all of those have been added.
func (q *Questions) Solve(ctx context.Context, at Computer) error {
	if q.Tornado != nil {
		if err := q.Tornado.Solve(ctx, at); err != nil {
			return err
		}
	}
	if q.Crossings != nil {
		return q.Crossings.Solve(ctx, at)
	}
	return nil
}
