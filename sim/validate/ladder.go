package validate

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"xbar/configs"
	"xbar/sim/system"
)

// Options are how to run, not what: none of them changes a result.
type Options struct {
	Workers  int                                    // simulations at once; 0 or less: one
	Progress func(done, total float64, what string) // one call at a time
	Version  string                                 // recorded in the result

	overrides map[string][]string // of configs, by name: what tests spoil
}

// rung is a rung before it has been climbed.
type rung struct {
	id    string
	runs  int // simulations that it asks for
	climb func(ctx context.Context, b *bench) (Rung, error)
}

// ladder lists the rungs, from the ground up.
var ladder = []rung{
	{"closed-forms", randomMachines, closedForms},
	{"components", 0, components},
	{"activations", 2, activations},
	{"isaac", 1, isaac},
	{"jia-2020", 7, jia},
	{"neurram", 14, neurram},
	{"colonnade", 260, colonnade},
	{"sinangil-2021", 28, sinangil},
	{"wang-2022", 18, wang},
	{"dimc", 2, dimc},
}

// Run climbs the ladder.
func Run(ctx context.Context, opt Options) (*Result, error) {
	accepted, err := readDeviations()
	if err != nil {
		return nil, err
	}
	total := 0
	for i := range ladder {
		total += ladder[i].runs
	}
	b := &bench{options: opt, total: float64(total)}
	result := &Result{Schema: "xbar.validate/1", Version: opt.Version, Rungs: make([]Rung, len(ladder))}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(1, opt.Workers))
	for i := range ladder {
		group.Go(func() error {
			found, err := ladder[i].climb(ctx, b)
			if err != nil {
				return fmt.Errorf("%s: %w", ladder[i].id, err)
			}
			found.ID = ladder[i].id
			found.judge(accepted)
			result.Rungs[i] = found
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	result.Holds = len(result.Failures()) == 0
	return result, nil
}

// bench runs simulations for all rungs.
type bench struct {
	options Options
	total   float64
	spoil   func(m *system.Machine) // what tests do to a machine's result; nil: nothing

	mu   sync.Mutex
	done float64
}

// run simulates one of the package's configs with some keys set.
func (b *bench) run(ctx context.Context, name string, sets ...string) (*study, error) {
	text, err := data.ReadFile("testdata/" + name + ".toml")
	if err != nil {
		return nil, err
	}
	return b.simulate(ctx, name, text, sets...)
}

func (b *bench) simulate(ctx context.Context, name string, text []byte, sets ...string) (*study, error) {
	cfg, err := configs.Parse(name+".toml", text, append(sets, b.options.overrides[name]...), nil)
	if err != nil {
		return nil, err
	}
	result, err := system.Run(ctx, cfg, system.Options{Workers: 1})
	if err != nil {
		return nil, err
	}
	if b.spoil != nil {
		b.spoil(&result.Machines[0])
	}
	b.report(name)
	return &study{cfg, result.Machines}, nil
}

func (b *bench) report(what string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.done++
	if b.options.Progress != nil {
		b.options.Progress(b.done, b.total, what)
	}
}

// study is a config and what its machines did.
type study struct {
	config   *configs.Config
	machines []system.Machine
}

// each asks every machine for a number, one a column.
func (s *study) each(number func(m *system.Machine) float64) []float64 {
	all := make([]float64, len(s.machines))
	for i := range s.machines {
		all[i] = number(&s.machines[i])
	}
	return all
}

// joules is the energy of some components in a pass.
func joules(m *system.Machine, paths ...string) (sum float64) {
	for _, path := range paths {
		for i := range m.Components {
			if m.Components[i].Path == path {
				sum += m.Components[i].EnergyJ
			}
		}
	}
	return sum
}

// squares is the area of some components in square metres.
func squares(m *system.Machine, paths ...string) (sum float64) {
	for i := range m.Components {
		if c := &m.Components[i]; c.AreaM2 != nil && slices.Contains(paths, c.Path) {
			sum += *c.AreaM2
		}
	}
	return sum
}

// action is what a component's action did in a pass.
func action(m *system.Machine, path, name string) (count int64, energy float64) {
	for _, c := range m.Components {
		if c.Path != path {
			continue
		}
		for _, a := range c.Actions {
			if a.Action == name {
				return a.Count, a.EnergyJ
			}
		}
	}
	return 0, 0
}

// atSupply sets the supply of both columns' machines, in volts.
func atSupply(voltage string) []string {
	return []string{"machine.measured.supply.voltage=" + voltage + " V", "machine.library.supply.voltage=" + voltage + " V"}
}

// perAccess is the energy of some components in an access of a macro, which converts
// each of so many outputs once.
func perAccess(m *system.Machine, outputs float64, paths ...string) float64 {
	conversions, _ := action(m, "tile/array/adc", "convert")
	return joules(m, paths...) * outputs / float64(conversions)
}
